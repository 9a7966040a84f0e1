"""How a run ends: a state by the name and meaning of Prefect's, for which Prefect need not be imported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.shown_state import shown_state


class StateType(StrEnum):
    """Prefect's types of the states in which a run of ours ends."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"


@dataclass(frozen=True, slots=True)
class State:
    """How a run ended: `name` is one of ours (`CompletedWithRejects`), `data` the error that ended it.

    Of a run that is done, `data` is how a person reads its state, where that is not its name.
    """

    type: StateType
    name: str
    message: str = ""
    data: object = None

    @property
    def shown(self) -> str:
        """The state as a person reads it."""
        return self.data if self.is_completed() and isinstance(self.data, str) else self.name

    def is_completed(self) -> bool:
        """Whether the run came to its end; rows of it may have been rejected."""
        return self.type is StateType.COMPLETED

    def is_failed(self) -> bool:
        """Whether the run did not come to its end."""
        return self.type is StateType.FAILED


def completed(name: str, message: str = "", *, to_resolve: int = 0) -> State:
    """The run came to its end; so much of what it met only a person can settle."""
    shown = shown_state(name, to_resolve)
    return State(StateType.COMPLETED, name, message, None if shown == name else shown)


def failed(name: str, message: str, data: object = None) -> State:
    """The run did not come to its end."""
    return State(StateType.FAILED, name, message, data)


def cancelled(name: str, message: str) -> State:
    """The run did not begin."""
    return State(StateType.CANCELLED, name, message)
