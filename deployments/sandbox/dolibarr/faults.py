"""Faults on demand: what goes wrong, in which operation, how many times, or by seeded chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from deployments.sandbox.faults import FaultsToCome

Kind = Literal[
    "slow",
    "401",
    "403",
    "500",
    "503",
    "html",
    "huge",
    "redirect",
    "deadlock",
    "refused",
    "collision",
    "warning",
    "reset-before",
    "reset-after",
    "500-after",
    "late",
]
KINDS: tuple[str, ...] = get_args(Kind)
AFTER: frozenset[str] = frozenset({"reset-after", "500-after", "warning"})
"""The kinds that strike once the operation has been carried out; `late` strikes before, and it is carried out when
`SandboxDolibarr.carry_out_late` says so."""


@dataclass(slots=True)
class Fault:
    """One fault that waits for its operation: `POST orders`, `POST orders/validate`, `GET thirdparties`, or `*`."""

    kind: Kind
    operation: str = "*"
    times: int = 1
    seconds: float = 0.0
    after: int = 0
    """How many calls of the operation pass before it strikes."""


class Faults(FaultsToCome[Kind, Fault]):
    """The faults to come."""

    def add(self, kind: Kind, operation: str = "*", times: int = 1, *, seconds: float = 0.5, after: int = 0) -> None:
        """Let the next `times` calls of `operation` go wrong; `seconds` for `slow`."""
        self._expect(kind, KINDS, Fault(kind, operation, times, seconds, after))

    def _of_chance(self, kind: Kind, operation: str) -> Fault:
        return Fault(kind, operation)
