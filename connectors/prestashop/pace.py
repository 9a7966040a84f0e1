"""How many entities a document holds and how many requests fly at once: learnt from the shop's answers, no more.

A pure controller: it is told what happened and says what to do next; it knows neither clock nor network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from connectors.prestashop.load import ShopLoad

if TYPE_CHECKING:
    from connectors.prestashop.limits import ShopLimits

_READING = ("read ", "find ")

_FIRST_SIZE = 10
_FIRST_PAGE = 100
_MEMORY = 12
_SAMPLES = 2
_FULL = 0.75  # of the size asked for
_WORTH_CONNECTING = 0.4  # of what one connection more could bring, to be taken
_WORTH_KEEPING = 0.2  # of the same, to be kept
_ANSWERS_BEFORE_TRYING_AGAIN = 40
_LONGEST_TRIAL = 20  # answers
_TOO_SLOW = 1.5  # times the target
_LINE_SECONDS = 0.1  # of an answer may be the way, and not a line


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
    recent: float | None = None
    """Seconds per entity lately."""
    alone: deque[float] = field(default_factory=lambda: deque(maxlen=_MEMORY))
    """Seconds per entity of the last answers with one request at a time (or what that would be)."""
    slowest: float = 0.0

    def note(self, entities: int, seconds: float) -> None:
        """Learns from one answer."""
        cost = seconds / entities
        self.recent = cost if self.recent is None else (self.recent + cost) / 2
        self.slowest = max(self.slowest * 0.9, cost)

    def forget(self) -> None:
        """The shop has changed its speed."""
        self.recent = None
        self.alone.clear()


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a pace knows of a shop.

    The connections that were worth having and their gains; by lane its size, and the seconds per entity of one request
    at a time; by kind of write and number of entities the seconds that the shop took at its best.
    """

    connections: int
    gains: Mapping[int, float]
    sizes: Mapping[str, int]
    alone: Mapping[str, float]
    quickest: Mapping[str, Mapping[int, float]] = field(default_factory=dict)


class Pace:
    """The sizes and the number of connections to use now, within the limits."""

    def __init__(self, limits: ShopLimits) -> None:
        self._limits = limits
        self._polite = limits.pace == "polite"
        self._load = ShopLoad()
        # A visitor may have to wait for one of our requests to end: short ones when polite. Beyond a second, what
        # a request costs in itself is small change, and a lost answer leaves more to look up.
        self._target_seconds = 0.25 if self._polite else 1.0
        self._most = min(limits.max_connections, 2) if self._polite else limits.max_connections
        self._lanes: dict[str, _Lane] = {}
        # More requests than workers stand in line and harm no throughput (measured up to 8): `full` begins with all.
        self._connections = 1 if self._polite else self._most
        self._gains: dict[int, float] = {1: 1.0}
        self._gain_samples: list[float] = []
        self._calm = 0
        self._trying = False
        """Whether the last connection is there on trial."""
        self._answers_of_state = 0
        """Answers since the number of connections, or the trial, was set."""
        self._in_line = 0
        """Answers, the last ones without exception, that had stood in line."""

    def learnt(self) -> Learnt:
        """What a later client of the same shop may start from."""
        settled = self._connections - 1 if self._trying else self._connections
        gains = {count: gain for count, gain in self._gains.items() if count <= settled}
        known = {name: lane for name, lane in self._lanes.items() if lane.recent is not None}
        alone = {name: min(lane.alone) for name, lane in known.items() if lane.alone}
        sizes = {name: lane.size for name, lane in known.items()}
        return Learnt(settled, gains, sizes, alone, self._load.quickest())

    def start_from(self, learnt: Learnt) -> None:
        """Begins where an earlier client ended, within the limits; what has changed since is learnt as ever."""
        self._load.start_from(learnt.quickest)
        self._gains |= learnt.gains
        connections = 1 if self._polite else max(1, min(learnt.connections, self._most))
        while connections < min(learnt.connections, self._most) and connections + 1 in self._gains:
            connections += 1
        self._set_connections(connections, trying=False)
        for name, size in learnt.sizes.items():
            lane = self._lane(name)
            lane.size = max(1, min(lane.ceiling, size))
            # A shop that has grown slower gives less than it did: the connections are judged against what it was.
            if name in learnt.alone:
                lane.alone.append(learnt.alone[name])

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

    def rest_seconds(self, seconds: float, *, wrote: bool) -> float:
        """How long a connection stays silent after a request of `seconds`: up to as long again, when polite.

        An idle shop gets none, a busy one as long as it worked. Two connections that write rest half of the time each,
        so that together they are at work like one. While one connection more is tried there is no rest: requests that
        take turns tell nothing about each other.
        """
        if not self._polite or self._trying:
            return 0.0
        return seconds * (1.0 if wrote and self._connections > 1 else self._load.share)

    def seconds_per_entity(self, lane: str) -> float:
        """The slowest time per entity seen in this lane; 0 before the first answer."""
        return self._lane(lane).slowest

    def answered(
        self,
        lane: str,
        entities: int,
        seconds: float,
        *,
        in_flight: int = 1,
        server_seconds: float | None = None,
        wrote: str = "",
    ) -> None:
        """A request of `entities` was answered well after `seconds`, with `in_flight` requests at the shop.

        `wrote` is the verb of a write.
        """
        if entities < 1:
            return
        if wrote:
            self._load.wrote(f"{wrote} {lane} {in_flight}", entities, seconds, server_seconds)
        known = self._lane(lane)
        self._answers_of_state += 1
        waited_in_line = server_seconds is not None and seconds > 1.5 * server_seconds + _LINE_SECONDS
        self._in_line = self._in_line + 1 if waited_in_line and in_flight > 1 else 0
        if self._in_line > 2 * self._connections:
            # The engine was quick and no answer was: requests stand in line for a worker.
            self._fewer_connections(self._connections - 1)
        # While one connection more is tried, a slower answer says something about that and not about sizes.
        sized = self._trying or self._learn_size(known, entities, seconds)
        if not self._polite:
            self._come_back()
        elif sized:
            self._learn_connections(known, entities, seconds / entities, in_flight)

    def _come_back(self) -> None:
        """One connection more after a while without a line."""
        if self._connections < self._most and self._answers_of_state > _ANSWERS_BEFORE_TRYING_AGAIN:
            self._set_connections(self._connections + 1, trying=False)

    def busy(self) -> None:
        """The shop said 429 or 503: half the connections, and a while before one more is tried."""
        self._load.asked_for_a_pause()
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
            first = min(ceiling, _FIRST_PAGE if reading else _FIRST_SIZE)
            lane = self._lanes[name] = _Lane(first, ceiling)
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
        goal = max(1, min(lane.ceiling, in_time))
        if entities < _FULL * lane.size or goal < lane.size * 1.2:
            return True
        lane.size = min(goal, lane.size * 2)
        # What an entity costs in longer documents is another figure.
        lane.alone.clear()
        self._gain_samples.clear()
        return False

    def _learn_connections(self, lane: _Lane, entities: int, cost: float, in_flight: int) -> None:
        if entities < _FULL * lane.size:
            return
        now = self._connections
        if now == 1:
            lane.alone.append(cost)
        elif not lane.alone and not self._trying:
            # First seen when several fly: what it would cost alone, by the gain known for so many.
            lane.alone.append(cost * self._gains.get(in_flight, 1.0) / in_flight)
        if lane.alone and in_flight >= now and (self._trying or not self._polite or now == 1):
            self._gain_samples.append(in_flight * min(lane.alone) / max(cost, 1e-9))
        self._judge()

    def _judge(self) -> None:
        """Goes on, back, or tries one connection more, once enough is known of the number in use."""
        now = self._connections
        if len(self._gain_samples) >= (_SAMPLES + 1) * now:
            # The first answers still flew with fewer.
            self._more_or_fewer(fmean(self._gain_samples[now:]))
        elif self._trying and self._answers_of_state > _LONGEST_TRIAL:
            self._fewer_connections(now - 1)
        elif self._polite and now > 1 and self._answers_of_state > _ANSWERS_BEFORE_TRYING_AGAIN * 5:
            # Connections that rest by turns tell nothing: once in a while they do not.
            self._set_connections(now, trying=True)

    def _more_or_fewer(self, gain: float) -> None:
        now = self._connections
        worth = _WORTH_CONNECTING if self._trying else _WORTH_KEEPING
        if now > 1 and gain < self._gains[now - 1] * (1 + worth / (now - 1)):
            self._fewer_connections(now - 1)
            return
        self._gains[now] = gain if now > 1 else 1.0
        self._calm = max(0, self._calm - 1)
        if self._calm == 0 and now < self._most:
            self._set_connections(now + 1, trying=True)
        else:
            self._set_connections(now, trying=False)

    def _fewer_connections(self, connections: int) -> None:
        self._set_connections(max(1, connections), trying=False)
        self._calm = _ANSWERS_BEFORE_TRYING_AGAIN // (_SAMPLES * self._connections)

    def _set_connections(self, connections: int, *, trying: bool) -> None:
        self._connections = connections
        self._trying = trying
        self._gain_samples.clear()
        self._answers_of_state = 0
        self._in_line = 0
