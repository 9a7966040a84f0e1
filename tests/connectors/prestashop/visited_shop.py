"""A shop with visitors, in a time of its own: processors that its workers share, pages, and a polite import."""

from __future__ import annotations

import math
import random
import statistics
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.pace import Pace

WORKLOAD: Final = "stock_availables"
NEVER: Final = float("inf")
_WAY = 0.004  # seconds of the net and of PHP's start, between two documents


@dataclass(slots=True)
class _Request:
    """What is still to be done for a page, or for a document of so many `entities`."""

    seconds: float
    asked_at: float
    entities: int = 0
    begun_at: float = 0.0


@dataclass(slots=True)
class Seen:
    """How long visitors waited, how many lines were written meanwhile, and how long the import rested."""

    waits: list[float] = field(default_factory=list)
    written: int = 0
    rested: float = 0.0

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.waits, n=20)[-1]


@dataclass
class VisitedShop:
    """Like the measured 8.2.0: four workers on two processors, a line 0.6 ms, a request 9.5 ms.

    Times scatter as its own did: half of the answers take up to 1.2 times the quickest, nine in ten up to 1.5.
    """

    page_seconds: float
    use: float
    """The share of the processors that visitors take."""
    workers: int = 4
    processors: int = 2
    now: float = 0.0

    def __post_init__(self) -> None:
        self._chance = random.Random(7)
        self._working: list[_Request] = []
        self._in_line: deque[_Request] = deque()

    def open_for(self, seconds: float, pace: Pace | None = None) -> Seen:
        """So long with visitors, and with an import where a pace is given."""
        seen, end = Seen(), self.now + seconds
        visit_at, write_at = self._next_visit(), NEVER if pace is None else self.now
        while self.now < end:
            done_at = min((self.now + each.seconds / self._speed for each in self._working), default=NEVER)
            self._go_on_until(min(done_at, visit_at, write_at))
            for request in [each for each in self._working if each.seconds <= 1e-9]:
                self._working.remove(request)
                if request.entities and pace is not None:
                    rest = self._teach(pace, request)
                    write_at = self.now + _WAY + rest
                    seen.written += request.entities
                    seen.rested += rest
                else:
                    seen.waits.append(self.now - request.asked_at)
            if self.now >= visit_at:
                self._in_line.append(_Request(self._takes(self.page_seconds), self.now))
                visit_at = self._next_visit()
            if self.now >= write_at and pace is not None:
                entities = pace.batch_size(WORKLOAD)
                self._in_line.append(_Request(self._takes(0.0095 + 0.0006 * entities), self.now, entities))
                write_at = NEVER
            self._begin_what_is_in_line()
        return seen

    @property
    def _speed(self) -> float:
        """Of each worker: with more of them busy than there are processors, each is slower."""
        return min(1.0, self.processors / max(1, len(self._working)))

    def _takes(self, seconds: float) -> float:
        return seconds * (1 + 0.6 * math.pow(self._chance.random(), 1.5))

    def _next_visit(self) -> float:
        mean = 1.24 * self.page_seconds
        return self.now + self._chance.expovariate(self.use * self.processors / mean) if self.use else NEVER

    def _go_on_until(self, moment: float) -> None:
        done = (moment - self.now) * self._speed
        for request in self._working:
            request.seconds -= done
        self.now = moment

    def _begin_what_is_in_line(self) -> None:
        while self._in_line and len(self._working) < self.workers:
            request = self._in_line.popleft()
            request.begun_at = self.now
            self._working.append(request)

    def _teach(self, pace: Pace, request: _Request) -> float:
        """The pace hears of an answer; how long it rests then."""
        seconds, engine = self.now - request.asked_at, self.now - request.begun_at
        pace.answered(WORKLOAD, request.entities, seconds, server_seconds=engine, wrote="PATCH")
        return pace.rest_seconds(seconds)


def polite() -> Pace:
    """A pace as shipped that has not seen the shop yet."""
    return Pace(ShopLimits(pace="polite", max_batch_by_resource={WORKLOAD: 500}))
