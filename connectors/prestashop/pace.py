"""How many entities a document holds and how many requests fly at once: learnt from the shop's answers, no more.

A pure controller: it is told what happened and says what to do next; it knows neither clock nor network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.prestashop.limits import ShopLimits

READ = "read "
"""Prefix of the lanes of lists and look-ups."""

_FIRST_SIZE = 10
_FIRST_PAGE = 100
_SAMPLES = 2
_WORTH_GROWING = 0.95  # per-entity time of a doubled document, against the one before
_WORTH_CONNECTING = 1.15  # throughput with one connection more, against the one before
_ANSWERS_BEFORE_TRYING_AGAIN = 40
_TOO_SLOW = 1.5  # times the target


@dataclass(slots=True)
class _Lane:
    """One resource in one direction."""

    size: int
    ceiling: int
    samples: list[float] = field(default_factory=list)
    cost_before: float | None = None
    """Seconds per entity at the size before this one."""
    size_before: int = 0
    settled: bool = False
    answers_since: int = 0
    cost: float | None = None
    """Seconds per entity at the settled size, one request at a time (or what that would be)."""
    slowest: float = 0.0


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

    def page_size(self, resource: str) -> int:
        """How many rows of `resource` the next page, or values the next look-up, should hold."""
        return self._lane(READ + resource).size

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
        known.slowest = max(known.slowest * 0.9, seconds / entities)
        waited_in_line = server_seconds is not None and seconds > 3 * server_seconds + 0.2
        if waited_in_line and in_flight > 1:
            # The engine was quick and the answer was not: requests stand in line for a worker.
            self._fewer_connections(self._connections - 1)
        self._learn_size(known, entities, seconds)
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
            reading = name.startswith(READ)
            ceiling = self._limits.max_page if reading else self._limits.batch(name)
            lane = self._lanes[name] = _Lane(min(ceiling, _FIRST_PAGE if reading else _FIRST_SIZE), ceiling)
        return lane

    def _shrink(self, name: str, size: int) -> None:
        lane = self._lane(name)
        lane.size = max(1, min(lane.size, size))
        lane.samples.clear()
        lane.cost_before, lane.settled, lane.answers_since = None, True, 0

    def _learn_size(self, lane: _Lane, entities: int, seconds: float) -> None:
        if seconds > self._target_seconds * _TOO_SLOW and entities > 1:
            size = int(entities * self._target_seconds / seconds)
            lane.size = min(lane.size, max(1, size, entities // 4))
            lane.samples.clear()
            lane.cost_before, lane.settled, lane.answers_since = None, True, 0
            return
        lane.answers_since += 1
        if lane.settled and lane.answers_since > _ANSWERS_BEFORE_TRYING_AGAIN:
            lane.settled, lane.answers_since, lane.cost_before = False, 0, None
            lane.samples.clear()
        if lane.settled or entities < lane.size:
            return
        lane.samples.append(seconds / entities)
        if len(lane.samples) >= _SAMPLES:
            self._grow_or_settle(lane, min(lane.samples))

    def _grow_or_settle(self, lane: _Lane, cost: float) -> None:
        lane.samples.clear()
        if lane.cost_before is not None and cost > lane.cost_before * _WORTH_GROWING:
            lane.size, lane.settled, lane.answers_since = lane.size_before, True, 0
            return
        grown = min(lane.size * 2, lane.ceiling, max(lane.size, int(self._target_seconds / max(cost, 1e-9))))
        if grown < lane.size * 1.2:
            lane.settled, lane.answers_since = True, 0
            return
        lane.cost_before, lane.size_before, lane.size = cost, lane.size, grown

    def _learn_connections(self, lane: _Lane, entities: int, seconds: float, in_flight: int) -> None:
        if not lane.settled or entities * 2 < lane.size:
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
