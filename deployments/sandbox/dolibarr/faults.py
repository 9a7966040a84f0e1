"""Faults on demand: what goes wrong, in which operation, how many times, or by seeded chance."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from typing import Literal, get_args

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


class Faults:
    """The faults to come. Safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._chance: tuple[float, tuple[Kind, ...], random.Random] | None = None
        self._lock = threading.Lock()
        self.struck = 0
        """How many calls went wrong so far."""

    def add(self, kind: Kind, operation: str = "*", times: int = 1, *, seconds: float = 0.5, after: int = 0) -> None:
        """Let the next `times` calls of `operation` go wrong; `seconds` for `slow`."""
        if kind not in KINDS:
            raise ValueError(f"No such fault: {kind}. There are: {', '.join(KINDS)}.")
        with self._lock:
            self._waiting.append(Fault(kind, operation, times, seconds, after))

    def chance(self, share: float, kinds: tuple[Kind, ...], seed: int) -> None:
        """Let a share (0 to 1) of all requests go wrong in one of `kinds`; a share of 0 ends it."""
        with self._lock:
            self._chance = (share, kinds, random.Random(seed)) if share else None  # noqa: S311 - seeded on purpose

    def clear(self) -> None:
        """Forget every fault to come."""
        with self._lock:
            self._waiting.clear()
            self._chance = None

    def take(self, operation: str) -> Fault | None:
        """The fault that strikes this call, if any; it is used up."""
        with self._lock:
            fault = self._by_rule(operation) or self._by_chance(operation)
            self.struck += fault is not None
            return fault

    def _by_rule(self, operation: str) -> Fault | None:
        for fault in self._waiting:
            if fault.operation not in ("*", operation):
                continue
            if fault.after:
                fault.after -= 1
                return None
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            return fault
        return None

    def _by_chance(self, operation: str) -> Fault | None:
        if self._chance is None:
            return None
        share, kinds, dice = self._chance
        return Fault(dice.choice(kinds), operation) if dice.random() < share else None
