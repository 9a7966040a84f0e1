"""A day of orders and hourly stock files: how many pieces are sold twice, with and without taking off unseen orders."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.stock.unseen import SoldPieces, Unseen, less
from tests.benchmarks.figures import Sheet

ITEMS, PIECES = 200, 6
"""Articles, and how many pieces of each there are in the morning."""
ORDERS = 900
"""Visitors who want one piece of an article, over the day."""
COUNTER = 300
"""Pieces that leave by the counter of the store meanwhile."""
SEEDS = 20
EVERY, LATE, TAKES = timedelta(hours=1), timedelta(minutes=10), timedelta(hours=3)
"""A stock file is written every hour and imported ten minutes later; the ERP enters web orders every three hours."""
MARGIN = timedelta(minutes=60)
DAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
HOURS = 12


@dataclass(slots=True)
class Day:
    """What there is, what the ERP counts, what the shop shows, and what was sold."""

    takes_off: bool
    there: list[int] = field(default_factory=lambda: [PIECES] * ITEMS)
    """Below 0: promised and not there."""
    shown: list[int] = field(default_factory=lambda: [PIECES] * ITEMS)
    sold: list[tuple[int, datetime]] = field(default_factory=list)
    entered_at: datetime | None = None
    entered: int = 0
    """How many of the orders the ERP had entered then."""
    oversold: int = 0
    turned_away: int = 0
    """Visitors who were shown none although there was one."""

    def visit(self, item: int, at: datetime) -> None:
        """A visitor buys one piece if the shop shows one."""
        if self.shown[item] <= 0:
            self.turned_away += self.there[item] > 0
            return
        self.shown[item] -= 1
        self.sold.append((item, at))
        self.oversold += self.there[item] <= 0
        self.there[item] -= 1

    def counted(self) -> list[int]:
        """What a file of now says: what there is, and what was sold on the web and the ERP does not know."""
        counted = list(self.there)
        for item, _ in self.sold[self.entered :]:
            counted[item] += 1
        return counted

    def push(self, counted: list[int], written_at: datetime, seen: list[datetime | None]) -> None:
        """The file is imported."""
        pieces = [SoldPieces((item, 0), "", 1, at) for (item, _), at in zip(self.sold, seen, strict=True)]
        unseen = Unseen(pieces if self.takes_off else (), MARGIN)
        self.shown = [less(said, unseen.pieces((item, 0), "", written_at)) for item, said in enumerate(counted)]


def measure(sheet: Sheet, _place: Path) -> None:
    """Pieces sold twice and visitors turned away, over twenty days."""
    sheet.title(f"{SEEDS} days of {ORDERS} visitors, {ITEMS} articles of {PIECES} pieces, a stock file an hour")
    for name, takes_off in (("as the files say", False), ("less unseen orders", True)):
        days = [_day(seed, takes_off=takes_off) for seed in range(SEEDS)]
        sheet.add(f"{name}: orders", sum(len(day.sold) for day in days), "orders")
        sheet.add(f"{name}: pieces sold twice", sum(day.oversold for day in days), "pieces")
        sheet.add(f"{name}: turned away although there was one", sum(day.turned_away for day in days), "visitors")


def _day(seed: int, *, takes_off: bool) -> Day:
    chance, day = random.Random(seed), Day(takes_off)
    moments = [(DAY + chance.random() * HOURS * EVERY, "visit") for _ in range(ORDERS)]
    moments += [(DAY + chance.random() * HOURS * EVERY, "counter") for _ in range(COUNTER)]
    moments += [(DAY + hour * EVERY, "write") for hour in range(1, HOURS)]
    moments += [(DAY + hour * EVERY + LATE, "push") for hour in range(1, HOURS)]
    moments += [(DAY + hour * TAKES, "enter") for hour in range(1, HOURS // 3)]
    # A few articles are wanted much more than the others.
    wanted = [int(ITEMS * chance.random() ** 2) for _ in range(ORDERS + COUNTER)]
    entered: list[datetime | None] = []
    counted, written_at = list(day.there), DAY
    for at, what in sorted(moments):
        if what == "visit":
            day.visit(wanted.pop(), at)
        elif what == "counter":
            item = wanted.pop()
            day.there[item] -= day.there[item] > 0
        elif what == "enter":
            entered += [at] * (len(day.sold) - len(entered))
            day.entered = len(day.sold)
        elif what == "write":
            counted, written_at = day.counted(), at
        else:
            day.push(counted, written_at, entered + [None] * (len(day.sold) - len(entered)))
    return day
