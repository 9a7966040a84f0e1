"""Faults on demand, whatever the sandbox: by rule, each used up by the operations it strikes, or by seeded chance."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from typing import Generic, Protocol, TypeVar


class Waiting(Protocol):
    """One fault that waits for its operation, `*` being any; `after` so many of them have passed it strikes."""

    operation: str
    times: int
    after: int


K = TypeVar("K", bound=str)
F = TypeVar("F", bound=Waiting)


class FaultsToCome(ABC, Generic[K, F]):
    """The faults `F` to come, of the kinds `K`. Safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: list[F] = []
        self._chance: tuple[float, tuple[K, ...], random.Random] | None = None
        self._lock = threading.Lock()
        self.struck = 0
        """How many calls went wrong so far."""

    def chance(self, share: float, kinds: tuple[K, ...], seed: int) -> None:
        """Let a share (0 to 1) of all operations go wrong in one of `kinds`; a share of 0 ends it."""
        with self._lock:
            self._chance = (share, kinds, random.Random(seed)) if share else None  # noqa: S311 - seeded on purpose

    def clear(self) -> None:
        """Forget every fault to come."""
        with self._lock:
            self._waiting.clear()
            self._chance = None

    def take(self, operation: str) -> F | None:
        """The fault that strikes this call, if any; it is used up."""
        with self._lock:
            fault = self._by_rule(operation) or self._by_chance(operation)
            self.struck += fault is not None
            return fault

    def _expect(self, kind: str, kinds: tuple[str, ...], fault: F) -> None:
        if kind not in kinds:
            raise ValueError(f"No such fault: {kind}. There are: {', '.join(kinds)}.")
        with self._lock:
            self._waiting.append(fault)

    @abstractmethod
    def _of_chance(self, kind: K, operation: str) -> F:
        """A fault that nobody asked for by name."""

    def _is_spared(self, operation: str) -> bool:  # noqa: ARG002 - of some sandboxes
        """Whether chance leaves this operation alone."""
        return False

    def _by_rule(self, operation: str) -> F | None:
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

    def _by_chance(self, operation: str) -> F | None:
        if self._chance is None or self._is_spared(operation):
            return None
        share, kinds, dice = self._chance
        return self._of_chance(dice.choice(kinds), operation) if dice.random() < share else None
