"""Our flows as Prefect has them, and our states in its words and back."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, get_type_hints

from prefect import Flow
from prefect.client.schemas import objects
from prefect.utilities.hashing import file_hash

from tasks.run.state import State, StateType

Given = ParamSpec("Given")


class PlainFlow(Flow[Given, Any]):
    """A flow of Prefect that tells its parameters as they are: texts, numbers, yes or no, lists of them.

    `work` is the function that it runs, and that ends in a state of ours.
    """

    def __init__(
        self, work: Callable[Given, Awaitable[State]], *, name: str, flow_run_name: Callable[[], str] | None = None
    ) -> None:
        @wraps(work)
        async def in_prefect(*given: Given.args, **named: Given.kwargs) -> objects.State[Any]:
            return prefect_state(await work(*given, **named))

        # Prefect reads them off the function that it runs, and would look up their names in this module.
        in_prefect.__annotations__ = get_type_hints(work, include_extras=True)
        in_prefect.__signature__ = inspect.signature(work, eval_str=True)  # type: ignore[attr-defined]
        version = file_hash(inspect.getfile(work))
        super().__init__(in_prefect, name=name, version=version, flow_run_name=flow_run_name, persist_result=False)
        self.work = work

    def serialize_parameters(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """For Prefect's server; Prefect's own way imports FastAPI, a tenth of a second of every run."""
        return dict(parameters)


def prefect_state(state: State) -> objects.State[Any]:
    """The same as Prefect has it."""
    kind = objects.StateType(state.type.value)
    return objects.State(type=kind, name=state.name, message=state.message, data=state.data)


def state_of(final: objects.State[Any]) -> State:
    """The same as we have it, of a run that is over."""
    # Prefect keeps what a run ended with in a record.
    data = getattr(final.data, "result", final.data)
    is_end = final.type.value in StateType.__members__  # whoever is paused for good has failed
    kind = StateType(final.type.value) if is_end else StateType.FAILED
    return State(kind, final.name or "", final.message or "", data)
