"""How busy the shop is, by its own times: what requests took it lately against what the same took it at its best.

Pure: it is told what was answered, and knows neither clock nor network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

# Of an idle 8.2.0 on two processors half of the answers take 1.05 to 1.25 times the quickest. One that meets a
# visitor's page takes longer than that scatter explains, however few visitors there are; the mean shows only many.
_REMEMBERED = 120  # answers, by which the scatter is known
_BEFORE_JUDGING = 10
_BEYOND_SCATTER = 3.0  # times the way from the quick answers to the middle ones
_LEAST_SLOWER = 0.15  # times the quickest
_LEAST_SLOWER_SECONDS = 0.0015  # the engine tells milliseconds
_SLOW_IDLE, _SLOW_BUSY = 0.03, 0.25  # shares of the answers
_SLOW_WEIGHT = 0.03  # of the newest answer
_GROWN_IDLE, _GROWN_BUSY = 1.3, 1.5  # times the quickest, on an average
_GROWN_WEIGHT = 0.06
_MOST_GROWN = 3.0
_TOWARDS_QUICKER = 0.3
_SLOWER_EACH_SECOND = 0.002  # of work: a shop that has grown slower for good is idle again after some minutes of it
_CALMER_EACH_ANSWER = 0.02
_WAY_GROWS = 1.0005
_LINE_SECONDS = 0.1  # of an answer may be the way, and not a line
_LINE_TIMES = 2.0
_SHORTEST = 0.001


class _Scatter:
    """The newest answers by how many times the quickest of their kind they took; how many were slow beyond chance."""

    def __init__(self) -> None:
        self._newest: dict[str, deque[float]] = {}
        self._slow = 0.0
        self._grown = 1.0

    @property
    def share(self) -> float:
        """0 where they are those of an idle shop, 1 where they are those of a busy one."""
        met = (self._slow - _SLOW_IDLE) / (_SLOW_BUSY - _SLOW_IDLE)
        grown = (self._grown - _GROWN_IDLE) / (_GROWN_BUSY - _GROWN_IDLE)
        return min(1.0, max(0.0, met, grown))

    def note(self, kind: str, growth: float, least_slower: float) -> None:
        """One more answer, which is not slow where it took no more than `least_slower` longer than the middle ones."""
        newest = self._newest.setdefault(kind, deque(maxlen=_REMEMBERED))
        newest.append(growth)
        self._grown += (growth - self._grown) * _GROWN_WEIGHT
        ranked = sorted(newest)
        quick, middle = ranked[len(ranked) // 10], ranked[len(ranked) // 2]
        usual = middle + max(_BEYOND_SCATTER * (middle - quick), least_slower)
        is_slow = len(ranked) >= _BEFORE_JUDGING and growth > usual
        self._slow += (is_slow - self._slow) * _SLOW_WEIGHT

    def quicker(self, kind: str, times: float) -> None:
        """The quickest of this kind was so many times too long: what is remembered took that many times more of it."""
        newest = self._newest.get(kind, deque())
        for _ in range(len(newest)):
            newest.append(newest.popleft() * times)


class ShopLoad:
    """Compares every write with the quickest of its kind: a verb, a resource, how many requests were at the shop.

    Reads are not compared: what a row costs depends on the fields asked for, and on whether there is one.
    """

    def __init__(self) -> None:
        self._quickest: dict[str, dict[int, float]] = {}
        """Seconds by entities, by kind."""
        self._way: float | None = None
        """Seconds outside the engine: the net, PHP's start, the line for a worker."""
        self._scatter = _Scatter()
        self._pause = 0.0
        """What is left of the shop's own word that it is busy."""

    @property
    def share(self) -> float:
        """0 for an idle shop, 1 for a busy one."""
        return max(self._pause, self._scatter.share)

    def quickest(self) -> Mapping[str, Mapping[int, float]]:
        """What a later client may compare with."""
        return {kind: dict(times) for kind, times in self._quickest.items()}

    def start_from(self, quickest: Mapping[str, Mapping[int, float]]) -> None:
        """Compares with what an earlier client saw."""
        self._quickest |= {kind: dict(times) for kind, times in quickest.items()}

    def wrote(self, kind: str, entities: int, seconds: float, server_seconds: float | None) -> None:
        """A document of `entities` was written within `seconds`, of which the engine says that it took its share."""
        engine = max(_SHORTEST, seconds if server_seconds is None else server_seconds)
        self._pause = max(0.0, self._pause - _CALMER_EACH_ANSWER)
        times = self._quickest.setdefault(kind, {})
        usual = expected(times, entities)
        stood_in_line = self._stood_in_line(seconds - engine)
        if usual is not None:
            growth = _MOST_GROWN if stood_in_line else min(_MOST_GROWN, engine / usual)
            self._scatter.note(kind, growth, max(_LEAST_SLOWER, _LEAST_SLOWER_SECONDS / usual))
        for size in times:
            times[size] *= 1 + _SLOWER_EACH_SECOND * engine
        _learn(times, entities, engine, usual)
        if usual is not None and times.get(entities, usual) < usual:
            self._scatter.quicker(kind, usual / times[entities])

    def _stood_in_line(self, way: float) -> bool:
        quickest = way if self._way is None else self._way
        self._way = min(way, quickest * _WAY_GROWS)
        return way > quickest * _LINE_TIMES + _LINE_SECONDS

    def asked_for_a_pause(self) -> None:
        """The shop said that it is busy."""
        self._pause = 1.0


def expected(times: Mapping[int, float], entities: int) -> float | None:
    """What `entities` take an idle shop, by what that number took it, or fewer and more; None where that is unknown."""
    if entities in times:
        return times[entities]
    fewer = max((size for size in times if size < entities), default=None)
    more = min((size for size in times if size > entities), default=None)
    if fewer is None or more is None:
        return None
    return times[fewer] + (times[more] - times[fewer]) * (entities - fewer) / (more - fewer)


def _learn(times: dict[int, float], entities: int, engine: float, usual: float | None) -> None:
    """Keeps what is quicker than `usual`, and forgets what then took longer than its neighbours say."""
    if usual is None:
        times[entities] = engine
    elif engine < usual:
        times[entities] = usual + (engine - usual) * _TOWARDS_QUICKER
    else:
        return
    for size in sorted(times):
        own = times.pop(size)
        neighbours = expected(times, size)
        if neighbours is None or own <= neighbours:
            times[size] = own
