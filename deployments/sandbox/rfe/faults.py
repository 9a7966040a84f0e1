"""Faults on demand: what goes wrong, in which request, how many times."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, get_args

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
    request: Request = "*"
    times: int = 1
    at: int = 1
    retry_after: int | None = None


class Faults:
    """The faults to come. Safe to use from several threads."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self, kind: Kind, request: Request = "*", times: int = 1, *, at: int = 1, retry_after: int | None = None
    ) -> None:
        """Let the next `times` requests of this sort go wrong."""
        if kind not in KINDS:
            raise ValueError(f"No such fault: {kind}. There are: {', '.join(KINDS)}.")
        with self._lock:
            self._waiting.append(Fault(kind, request, times, at, retry_after))

    def clear(self) -> None:
        """Forget every fault to come."""
        with self._lock:
            self._waiting.clear()

    def take(self, request: str) -> Fault | None:
        """The fault that strikes this request, if any; it is used up."""
        with self._lock:
            for fault in self._waiting:
                if fault.request in ("*", request):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._waiting.remove(fault)
                    return fault
            return None
