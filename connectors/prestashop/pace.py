"""How many entities a document holds and how many requests fly at once: learnt from the shop's answers, no more.

A pure controller: it is told what happened and says what to do next; it knows neither clock nor network.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from statistics import fmean, linear_regression
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.prestashop.limits import ShopLimits

_READING = ("read ", "find ")

_FIRST_SIZE = 10
_FIRST_PAGE = 100
_MEMORY = 12
_ENOUGH = 3
_SMALL_CHANGE = 0.05
_SAMPLES = 2
_WORTH_CONNECTING = 1.15  # throughput with one connection more, against the one before
_ANSWERS_BEFORE_TRYING_AGAIN = 40
_TOO_SLOW = 1.5  # times the target


def page_lane(resource: str, *, full: bool) -> str:
    """The lane of lists of `resource`, counted in rows."""
    return f"read {resource}{' full' if full else ''}"


def lookup_lane(resource: str, *, full: bool) -> str:
    """The lane of look-ups of `resource`, counted in values."""
    return f"find {resource}{' full' if full else ''}"


@dataclass(slots=True)
class _Lane:
    """One resource in one direction."""

    size: int
    ceiling: int
    samples: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=_MEMORY))
    """(entities, seconds) of the last answers."""
    worthwhile: int | None = None
    """The size beyond which nothing is gained: what one request costs in itself is small change there."""
    recent: float | None = None
    """Seconds per entity lately."""
    cost: float | None = None
    """Seconds per entity, one request at a time (or what that would be)."""
    slowest: float = 0.0

    def note(self, entities: int, seconds: float) -> None:
        """Learns from one answer."""
        cost = seconds / entities
        self.recent = cost if self.recent is None else (self.recent + cost) / 2
        self.slowest = max(self.slowest * 0.9, cost)
        self.samples.append((entities, seconds))
        sizes = [size for size, _ in self.samples]
        if len(sizes) < _ENOUGH or max(sizes) < 2 * min(sizes):
            return
        each, fixed = linear_regression(sizes, [taken for _, taken in self.samples])
        if each > 0:
            self.worthwhile = max(1, math.ceil(max(0.0, fixed) / each / _SMALL_CHANGE))

    def forget(self) -> None:
        """The shop has changed its speed."""
        self.samples.clear()
        self.recent = None


class Pace:
    """The sizes and the number of connections to use now, within the limits."""

    def __init__(self, limits: ShopLimits) -> None:
        self._limits = limits
        self._polite = limits.pace == "polite"
        # A visitor may have to wait for one of our requests to end: short ones when polite.
        self._target_seconds = 0.25 if self._polite else 2.0
        self._most = min(limits.max_connections, 2) if self._polite else limits.max_connections
        self._lanes: dict[str, _Lane] = {}
        self._connections = 1
        self._gains: dict[int, float] = {1: 1.0}
        self._gain_samples: list[float] = []
        self._calm = 0

    @property
    def connections(self) -> int:
        """How many requests may fly at once."""
        return self._connections

    def batch_size(self, resource: str) -> int:
        """How many entities of `resource` the next document should hold."""
        return self._lane(resource).size

    def page_size(self, resource: str, *, full: bool = False) -> int:
        """How many rows of `resource` the next page should hold."""
        return self._lane(page_lane(resource, full=full)).size

    def lookup_size(self, resource: str, *, full: bool = False) -> int:
        """How many values of `resource` the next look-up should ask for."""
        return self._lane(lookup_lane(resource, full=full)).size

    def rest_seconds(self, seconds: float) -> float:
        """How long a connection stays silent after a request of `seconds`: as long again when polite."""
        return seconds if self._polite else 0.0

    def seconds_per_entity(self, lane: str) -> float:
        """The slowest time per entity seen in this lane; 0 before the first answer."""
        return self._lane(lane).slowest

    def answered(
        self, lane: str, entities: int, seconds: float, *, in_flight: int = 1, server_seconds: float | None = None
    ) -> None:
        """A request of `entities` was answered well after `seconds`, with `in_flight` requests at the shop."""
        if entities < 1:
            return
        known = self._lane(lane)
        waited_in_line = server_seconds is not None and seconds > 3 * server_seconds + 0.2
        if waited_in_line and in_flight > 1:
            # The engine was quick and the answer was not: requests stand in line for a worker.
            self._fewer_connections(self._connections - 1)
        if self._learn_size(known, entities, seconds):
            self._learn_connections(known, entities, seconds, in_flight)

    def busy(self) -> None:
        """The shop said 429 or 503: half the connections, and a while before one more is tried."""
        self._fewer_connections(self._connections // 2)

    def lost(self, lane: str, entities: int) -> None:
        """No answer in time: half the connections, half the document."""
        self._fewer_connections(self._connections // 2)
        self._shrink(lane, entities // 2)

    def too_large(self, lane: str, entities: int) -> None:
        """The web server refused the size: never this many again."""
        known = self._lane(lane)
        known.ceiling = max(1, min(known.ceiling, entities // 2))
        self._shrink(lane, known.ceiling)

    def _lane(self, name: str) -> _Lane:
        lane = self._lanes.get(name)
        if lane is None:
            reading = name.startswith(_READING)
            ceiling = self._limits.max_page if reading else self._limits.batch(name)
            lane = self._lanes[name] = _Lane(min(ceiling, _FIRST_PAGE if reading else _FIRST_SIZE), ceiling)
        return lane

    def _shrink(self, name: str, size: int) -> None:
        lane = self._lane(name)
        lane.size = max(1, min(lane.size, size))
        lane.forget()

    def _learn_size(self, lane: _Lane, entities: int, seconds: float) -> bool:
        """Grows or shrinks the lane's documents; whether they now have the size they should have."""
        lane.note(entities, seconds)
        if seconds > self._target_seconds * _TOO_SLOW and entities > 1:
            lane.size = min(lane.size, max(1, int(entities * self._target_seconds / seconds)))
            lane.forget()
            return False
        in_time = int(self._target_seconds / max(lane.recent or 0.0, 1e-9))
        goal = max(1, min(lane.ceiling, in_time, lane.worthwhile or lane.ceiling))
        if entities < lane.size or goal < lane.size * 1.2:
            return True
        lane.size = min(goal, lane.size * 2)
        return False

    def _learn_connections(self, lane: _Lane, entities: int, seconds: float, in_flight: int) -> None:
        if entities * 2 < lane.size:
            return
        cost = seconds / entities
        if in_flight == 1 and self._connections == 1:
            lane.cost = cost if lane.cost is None else 0.7 * lane.cost + 0.3 * cost
        if in_flight < self._connections:
            return
        if lane.cost is None:
            # First seen when several fly: what it would cost alone, by the gain known for so many.
            lane.cost = cost * self._gains.get(in_flight, 1.0) / in_flight
        self._gain_samples.append(in_flight * lane.cost / max(cost, 1e-9))
        if len(self._gain_samples) >= _SAMPLES * self._connections:
            self._more_or_fewer(fmean(self._gain_samples))

    def _more_or_fewer(self, gain: float) -> None:
        self._gain_samples.clear()
        now = self._connections
        self._gains[now] = gain
        if now > 1 and gain < self._gains.get(now - 1, 1.0) * _WORTH_CONNECTING:
            self._fewer_connections(now - 1)
        elif self._calm > 0:
            self._calm -= 1
        elif now < self._most:
            self._connections = now + 1

    def _fewer_connections(self, connections: int) -> None:
        self._connections = max(1, connections)
        self._gain_samples.clear()
        self._calm = _ANSWERS_BEFORE_TRYING_AGAIN // (_SAMPLES * self._connections)
