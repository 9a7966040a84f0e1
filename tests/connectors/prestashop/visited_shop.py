"""A shop with visitors, in a time of its own: processors that its workers share, pages, and a polite import."""

from __future__ import annotations

import heapq
import math
import random
import statistics
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from connectors.prestashop.limits import ShopLimits
from connectors.prestashop.pace import Pace

WORKLOAD: Final = "stock_availables"
NEVER: Final = float("inf")
TURN_SECONDS: Final = 25.0
_REQUEST: Final = 0.0045
"""Seconds of a document with no line in it, which the engine counts as its own."""
_START: Final = 0.008
"""Seconds of PHP before the engine counts."""
_WAY: Final = 0.004
"""Seconds of the net between two documents, where the client is on another machine."""
_DONE: Final = 1e-9
Kind: TypeAlias = Literal["page", "document", "client"]


@dataclass(frozen=True, slots=True)
class Guests:
    """So many people who come together: each opens a page, looks at it for so long, and opens it again."""

    count: int
    seconds_apart: float


@dataclass(frozen=True, slots=True)
class Machine:
    """What answers the requests, and how like their best its times are."""

    workers: int = 4
    processors: int = 2
    line_seconds: float = 0.0006
    scatter: float = 0.6
    """How much longer than at its best an answer may take by itself; half of them take a third of that."""
    beside: float = 1.0
    """How fast each of two is that run side by side: they share caches and the database."""
    unfair: float = 0.0
    """By how much the share of a processor that falls to one of several may be smaller or larger than another's."""
    client_seconds: float = 0.0
    """What a document takes a client on the same processors; 0 where it is on another machine."""


FAR: Final = Machine()
"""As an 8.2.0 was measured whose client was elsewhere."""
NEAR: Final = Machine(line_seconds=0.00026, scatter=0.2, beside=0.8, unfair=0.6, client_seconds=0.004)
"""As a real 8.2.0 on two processors, of which the database, the visitors and the import have their share."""


@dataclass(slots=True)
class _Work:
    """What is still to be done for a page, for a document of so many `entities`, or by the client after one."""

    kind: Kind
    seconds: float
    asked_at: float
    luck: float = 1.0
    """Its claim to a processor, where there are fewer than there is work."""
    entities: int = 0
    start: float = 0.0
    """Seconds until the engine counts."""
    counted_from: float = 0.0


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
    """Times and their scatter are those of a measured 8.2.0: a request 12 ms, 8 of them before its engine counts."""

    page_seconds: float
    use: float = 0.0
    """The share of the processors that visitors take who come one by one."""
    machine: Machine = FAR
    seed: int = 7

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._working: list[_Work] = []
        self._in_line: deque[_Work] = deque()
        self._now = 0.0
        self._visits: list[float] = []
        self._write_at, self._may_write_at = NEVER, 0.0
        self._seen = Seen()
        self._pace: Pace | None = None
        self._guests: Guests | None = None

    def open_for(self, seconds: float, pace: Pace | None = None, guests: Guests | None = None) -> Seen:
        """So long with visitors, and with an import where a pace is given."""
        self._seen, self._pace, self._guests = Seen(), pace, guests
        self._working.clear()
        self._in_line.clear()
        self._visits = [self._now] * guests.count if guests else [self._next_visit()]
        self._write_at = NEVER if pace is None else self._now
        end = self._now + seconds
        while self._now < end:
            self._go_on()
            for work in [each for each in self._working if each.seconds <= _DONE]:
                self._working.remove(work)
                self._finish(work)
            self._let_in()
        return self._seen

    def _go_on(self) -> None:
        """Until the next thing happens."""
        speeds = self._speeds()
        done_at = (self._now + work.seconds / speed for work, speed in zip(self._working, speeds, strict=True))
        moment = min(*done_at, self._visits[0] if self._visits else NEVER, self._write_at, NEVER)
        for work, speed in zip(self._working, speeds, strict=True):
            done = (moment - self._now) * speed
            if 0.0 < work.start <= done:
                work.counted_from = self._now + work.start / speed
            work.seconds, work.start = work.seconds - done, work.start - done
        self._now = moment

    def _speeds(self) -> list[float]:
        """Of each that works: with more of them than processors each is slower, and not all alike."""
        busy = len(self._working)
        most = self.machine.beside if busy > 1 else 1.0
        if busy <= self.machine.processors:
            return [most] * busy
        each = most * self.machine.processors / sum(work.luck for work in self._working)
        return [min(most, each * work.luck) for work in self._working]

    def _finish(self, work: _Work) -> None:
        if work.kind == "page":
            self._seen.waits.append(self._now - work.asked_at)
            if self._guests:
                heapq.heappush(self._visits, self._now + self._guests.seconds_apart)
        elif work.kind == "client":
            self._write_at = max(self._now, self._may_write_at)
        elif self._pace:
            self._answer(self._pace, work)

    def _answer(self, pace: Pace, document: _Work) -> None:
        """The import rests as it knew the shop before this answer, and learns of it."""
        seconds, engine = self._now - document.asked_at, self._now - document.counted_from
        rest = pace.rest_seconds(seconds)
        pace.answered(WORKLOAD, document.entities, seconds, server_seconds=round(engine, 3), wrote="PATCH")
        self._seen.written += document.entities
        self._seen.rested += rest
        self._may_write_at = self._now + rest
        if self.machine.client_seconds:
            self._working.append(self._work("client", self.machine.client_seconds))
        else:
            self._write_at = self._may_write_at + _WAY

    def _let_in(self) -> None:
        while self._visits and self._now >= self._visits[0]:
            heapq.heappop(self._visits)
            self._in_line.append(self._work("page", self._takes(self.page_seconds)))
            if not self._guests:
                heapq.heappush(self._visits, self._next_visit())
        if self._pace and self._now >= self._write_at:
            entities = self._pace.batch_size(WORKLOAD)
            seconds = self._takes(_REQUEST + self.machine.line_seconds * entities) + self._takes(_START)
            document = self._work("document", seconds)
            document.entities, document.start = entities, _START
            self._in_line.append(document)
            self._write_at = NEVER
        while self._in_line and sum(each.kind != "client" for each in self._working) < self.machine.workers:
            self._working.append(self._in_line.popleft())

    def _work(self, kind: Kind, seconds: float) -> _Work:
        return _Work(kind, seconds, self._now, 1 + self.machine.unfair * self._chance.uniform(-1.0, 1.0))

    def _takes(self, seconds: float) -> float:
        return seconds * (1 + self.machine.scatter * math.pow(self._chance.random(), 1.5))

    def _next_visit(self) -> float:
        mean = (1 + 0.4 * self.machine.scatter) * self.page_seconds
        visits_a_second = self.use * self.machine.processors / mean
        return self._now + self._chance.expovariate(visits_a_second) if self.use else NEVER


def polite() -> Pace:
    """A pace as shipped that has not seen the shop yet."""
    return Pace(ShopLimits(pace="polite", max_batch_by_resource={WORKLOAD: 500}))


def in_turns(
    page_seconds: float, guests: Guests, machine: Machine, *, turns: int, pace: Callable[[], Pace] = polite
) -> list[float]:
    """How many times as long as alone such guests wait beside an import of a shop that it has not seen, by turn.

    As `tests/benchmarks/visitors.py` measures it: the p95 of 25 s each; they come when the import has run for 2 s.
    """
    ratios = []
    for seed in range(turns):
        alone = VisitedShop(page_seconds, machine=machine, seed=seed).open_for(TURN_SECONDS, guests=guests)
        shop, knows = VisitedShop(page_seconds, machine=machine, seed=seed), pace()
        shop.open_for(2.0, knows)
        ratios.append(shop.open_for(TURN_SECONDS, knows, guests).p95 / alone.p95)
    return ratios
