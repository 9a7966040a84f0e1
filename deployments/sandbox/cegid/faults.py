"""Faults on demand: what goes wrong, in which operation, how many times, or by seeded chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from deployments.sandbox.faults import FaultsToCome

Kind = Literal[
    "slow",
    "401",
    "500",
    "503",
    "html",
    "entities",
    "huge",
    "redirect",
    "reset-before",
    "reset-after",
    "500-after",
    "late",
    "fault-en",
    "fault-fr",
    "fault-timeout",
]
KINDS: tuple[str, ...] = get_args(Kind)
AFTER: frozenset[str] = frozenset({"reset-after", "500-after"})
"""The kinds that strike once the operation has been carried out; `late` strikes before, and it is carried out when
`SandboxCegid.carry_out_late` says so."""


@dataclass(slots=True)
class Fault:
    """One fault that waits for its operation; `operation` may be `*`, or `wsdl` for the documents."""

    kind: Kind
    operation: str = "*"
    times: int = 1
    seconds: float = 0.0
    code: str = "CBR00009"
    reason: str = "Serial number is not available in inventory"
    after: int = 0


class Faults(FaultsToCome[Kind, Fault]):
    """The faults to come; chance leaves the contract's documents alone."""

    def add(
        self,
        kind: Kind,
        operation: str = "*",
        times: int = 1,
        *,
        seconds: float = 0.5,
        code: str = "CBR00009",
        reason: str = "Serial number is not available in inventory",
    ) -> None:
        """Let the next `times` calls of `operation` go wrong: `seconds` for `slow`, code and reason for `fault-*`."""
        self._expect(kind, KINDS, Fault(kind, operation, times, seconds, code, reason))

    def _of_chance(self, kind: Kind, operation: str) -> Fault:
        return Fault(kind, operation)

    def _is_spared(self, operation: str) -> bool:
        return operation == "wsdl"
