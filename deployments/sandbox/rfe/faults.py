"""Faults on demand: what goes wrong, in which request, how many times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from deployments.sandbox.faults import FaultsToCome

Kind = Literal["429", "503", "401", "403", "html", "cut", "short", "long", "damaged", "reset"]
KINDS: tuple[str, ...] = get_args(Kind)
Request = Literal["token", "key", "list", "get", "delete", "copy", "put", "*"]


@dataclass(slots=True)
class Fault:
    """One fault that waits for its request.

    `cut`: the connection ends after `at` bytes of the body; `short` and `long`: the body is `at` bytes less or more
    and its length says so; `damaged`: a byte differs; `reset`: no answer at all.
    """

    kind: Kind
    operation: str = "*"
    times: int = 1
    at: int = 1
    retry_after: int | None = None
    after: int = 0


class Faults(FaultsToCome[Kind, Fault]):
    """The faults to come."""

    def add(
        self, kind: Kind, request: Request = "*", times: int = 1, *, at: int = 1, retry_after: int | None = None
    ) -> None:
        """Let the next `times` requests of this sort go wrong."""
        self._expect(kind, KINDS, Fault(kind, request, times, at, retry_after))

    def _of_chance(self, kind: Kind, operation: str) -> Fault:
        return Fault(kind, operation)
