"""How busy the shop is, by its own times: what requests took it lately against what the same took it at its best.

Pure: it is told what was answered, and knows neither clock nor network.
"""

from __future__ import annotations

from collections.abc import Mapping

# Of an idle 8.2.0 on two processors: half of the answers take 1.1 to 1.3 times the quickest, nine in ten up to 1.5.
_STILL_IDLE = 1.35
_BUSY = 1.5
_LATELY = 0.2  # weight of the newest answer
_TOWARDS_QUICKER = 0.3
_SLOWER_EACH_ANSWER = 1.0005  # a shop that has grown slower for good is idle again after a thousand answers or two
_CALMER_EACH_ANSWER = 0.02
_LINE_SECONDS = 0.1  # of an answer may be the way, and not a line
_LINE_TIMES = 2.0
_SHORTEST = 0.001  # the engine tells milliseconds


class ShopLoad:
    """Compares every write with the quickest of its kind: a verb, a resource, how many requests were at the shop.

    Reads are not compared: what a row costs depends on the fields asked for, and on whether there is one.
    """

    def __init__(self) -> None:
        self._quickest: dict[str, dict[int, float]] = {}
        """Seconds by entities, by kind."""
        self._way: float | None = None
        """Seconds outside the engine: the net, PHP's start, the line for a worker."""
        self._growth = 1.0
        self._share = 0.0

    @property
    def share(self) -> float:
        """0 for an idle shop, 1 for a busy one."""
        return self._share

    def quickest(self) -> Mapping[str, Mapping[int, float]]:
        """What a later client may compare with."""
        return {kind: dict(times) for kind, times in self._quickest.items()}

    def start_from(self, quickest: Mapping[str, Mapping[int, float]]) -> None:
        """Compares with what an earlier client saw."""
        self._quickest |= {kind: dict(times) for kind, times in quickest.items()}

    def wrote(self, kind: str, entities: int, seconds: float, server_seconds: float | None) -> None:
        """A document of `entities` was written within `seconds`, of which the engine says that it took its share."""
        engine = max(_SHORTEST, seconds if server_seconds is None else server_seconds)
        times = self._quickest.setdefault(kind, {})
        if times:
            stood_in_line = self._stood_in_line(seconds - engine)
            self._note(2 * _BUSY if stood_in_line else engine / expected(times, entities))
        for size in times:
            times[size] *= _SLOWER_EACH_ANSWER
        known = times.get(entities)
        if known is None:
            times[entities] = engine
        elif engine < known:
            times[entities] = known + (engine - known) * _TOWARDS_QUICKER

    def _stood_in_line(self, way: float) -> bool:
        quickest = way if self._way is None else self._way
        self._way = min(way, quickest * _SLOWER_EACH_ANSWER)
        return way > quickest * _LINE_TIMES + _LINE_SECONDS

    def asked_for_a_pause(self) -> None:
        """The shop said that it is busy."""
        self._growth = _BUSY
        self._share = 1.0

    def _note(self, growth: float) -> None:
        self._growth += (min(growth, 2 * _BUSY) - self._growth) * _LATELY
        now = min(1.0, max(0.0, (self._growth - _STILL_IDLE) / (_BUSY - _STILL_IDLE)))
        self._share = max(now, self._share - _CALMER_EACH_ANSWER)


def expected(times: Mapping[int, float], entities: int) -> float:
    """No more than this is what `entities` take an idle shop, by what other numbers took it.

    More entities never take less time, nor longer for each of them.
    """
    return min(seconds * max(1.0, entities / size) for size, seconds in times.items())
