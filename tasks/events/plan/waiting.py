"""Pure: which flow runs for which events of the shop, when, and which events are done with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from schemas.shop_events import LOST, ShopEvent

FLOWS_OF: Mapping[str, str] = MappingProxyType({"order": "export_orders", "product": "export_catalogue"})
"""The flow that runs for the events of a topic."""
BY_IDS = frozenset({"export_orders"})
"""Flows that look at the subjects of events alone; the others find by themselves what changed."""
_REST_SECONDS = 60.0
"""Between two runs of a flow that looks at everything."""
AT_ONCE = 200
_FIRST_REST, _LONGEST_REST = 5.0, 600.0
_FIRST_BUSY, _LONGEST_BUSY = 2.0, 30.0


class RunResult(StrEnum):
    """How a run ended, as far as its events are concerned."""

    DONE = "done"
    BUSY = "busy"
    """Another run of the flow is at work: what it has seen may be older than the events."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run of a flow, for events with these numbers."""

    flow: str
    numbers: Mapping[int, int]
    """Subjects by the number of their event."""
    sweep: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """The parameters of the flow; what compares everything needs no ids."""
        if self.sweep:
            return {"sweep": True}
        return {"ids": sorted(set(self.numbers.values()))} if self.flow in BY_IDS else {}


@dataclass(slots=True)
class _Queue:
    """What waits for a run of one flow."""

    numbers: dict[int, int] = field(default_factory=dict)
    sweep: bool = False
    wanted: bool = False
    not_before: float = 0.0
    rest: float = 0.0
    running: DueRun | None = None


class Waiting:
    """The events that were read, until a run that began after that has ended well.

    Events of flows that look at everything are done with at once: their schedule finds what a kill loses.
    """

    def __init__(self, topics: Sequence[str]) -> None:
        self._queues = {FLOWS_OF[topic]: _Queue() for topic in topics}
        self._done: set[int] = set()

    @property
    def done(self) -> Collection[int]:
        """The numbers of events that may be taken away."""
        return frozenset(self._done)

    def forget(self, numbers: Collection[int]) -> None:
        """These were taken away."""
        self._done -= set(numbers)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits, runs or is to be taken away."""
        return not self._done and not any(each.numbers or each.wanted or each.running for each in self._queues.values())

    def unknown(self, events: Iterable[ShopEvent]) -> list[ShopEvent]:
        """Those of the events that were not read before."""
        return [event for event in events if not self._knows(event.number)]

    def add(self, events: Iterable[ShopEvent]) -> list[ShopEvent]:
        """Queues the events that were not known; they come back."""
        new = self.unknown(events)
        for event in new:
            if event.topic == LOST:
                self._queue_sweeps(event)
                continue
            flow = FLOWS_OF.get(event.topic, "")
            queue = self._queues.get(flow)
            if queue is None or flow not in BY_IDS:
                self._done.add(event.number)
            if queue is not None:
                queue.wanted = True
                if flow in BY_IDS:
                    queue.numbers[event.number] = event.subject
        return new

    def want(self, flow: str, now: float, *, in_seconds: float) -> None:
        """The flow is run so many seconds from now, or with its next run, whatever comes first."""
        queue = self._queues.setdefault(flow, _Queue())
        if not queue.wanted:
            queue.not_before = max(queue.not_before, now + in_seconds)
            queue.wanted = True

    def due(self, now: float) -> list[DueRun]:
        """The runs to start now; each flow has one at a time."""
        started = []
        for flow, queue in self._queues.items():
            if queue.running is not None or not queue.wanted or now < queue.not_before:
                continue
            numbers = sorted(queue.numbers)[: None if queue.sweep else AT_ONCE]
            queue.running = DueRun(flow, {number: queue.numbers.pop(number) for number in numbers}, queue.sweep)
            queue.sweep = False
            queue.wanted = bool(queue.numbers)
            started.append(queue.running)
        return started

    def finish(self, run: DueRun, how: RunResult, now: float) -> float:
        """Notes how a run ended; after how many seconds it is tried again, 0 where it is not."""
        queue = self._queues[run.flow]
        queue.running = None
        if how is RunResult.DONE:
            self._done |= run.numbers.keys()
            rest = 0.0 if run.flow in BY_IDS else _REST_SECONDS
            queue.rest, queue.not_before = 0.0, now + rest
            return 0.0
        first, longest = (_FIRST_BUSY, _LONGEST_BUSY) if how is RunResult.BUSY else (_FIRST_REST, _LONGEST_REST)
        queue.rest = min(max(first, queue.rest * 2), longest)
        queue.not_before = now + queue.rest
        queue.numbers |= run.numbers
        queue.sweep |= run.sweep
        queue.wanted = True
        return queue.rest

    def _queue_sweeps(self, lost: ShopEvent) -> None:
        for flow in FLOWS_OF.values():
            queue = self._queues.get(flow)
            if queue is None:
                continue
            queue.sweep, queue.wanted = True, True
            if flow in BY_IDS:
                queue.numbers[lost.number] = 0
        if not BY_IDS & self._queues.keys():
            self._done.add(lost.number)

    def _knows(self, number: int) -> bool:
        if number in self._done:
            return True
        running = (queue.running.numbers for queue in self._queues.values() if queue.running is not None)
        return any(number in known for known in (*running, *(queue.numbers for queue in self._queues.values())))
