"""Pure: the reductions of one item and, for each, the lowest price of the 30 days before it began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from tasks.omnibus.plan.timeline import ShownPrice

DAYS = timedelta(days=30)
_ON_SALE_MARGIN = timedelta(days=1)
"""A new item is confirmed some time after the shop has made it."""


class Known(StrEnum):
    """What is known of the days before a reduction."""

    WHOLE = "whole"
    NEW = "new"
    """The item has been on sale for a shorter time, all of which is known."""
    PART = "part"
    """The item was on sale before the ledger knew its prices."""
    NOTHING = "nothing"
    """It was on sale at no price before: it came reduced."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """One announced reduction, with all steps that made it larger without a break.

    `looked_from` is where the 30 days before it begin, or where the item came on sale; `lowest` is None where nothing
    is known.
    """

    begins_at: datetime
    ends_at: datetime | None
    steps: tuple[ShownPrice, ...]
    looked_from: datetime
    lowest: ShownPrice | None
    known: Known

    @property
    def is_lower(self) -> bool:
        """Whether every step is below the price that is to be shown beside it."""
        lowest = self.lowest
        return lowest is not None and all(step.price_tax_incl < lowest.price_tax_incl for step in self.steps)


def reductions(prices: Sequence[ShownPrice], zone: tzinfo, on_sale_since: datetime | None = None) -> list[Reduction]:
    """The reductions in `prices`, oldest first.

    A step that is no higher than the one before it, without a break, goes on with the reduction, which keeps the price
    before its first step; a higher one begins another, before which the lower price was in force.
    """
    found: list[Reduction] = []
    for price in prices:
        if not price.is_reduced:
            continue
        last = found[-1] if found else None
        if last and last.ends_at == price.begins_at and price.price_tax_incl <= last.steps[-1].price_tax_incl:
            found[-1] = replace(last, ends_at=price.ends_at, steps=(*last.steps, price))
        else:
            found.append(_begun(price, prices, zone, on_sale_since))
    return found


def _begun(price: ShownPrice, prices: Sequence[ShownPrice], zone: tzinfo, on_sale_since: datetime | None) -> Reduction:
    start = thirty_days_before(price.begins_at, zone)
    before = [one for one in prices if one.covers(start, price.begins_at)]
    lowest = min(before, key=lambda one: (one.price_tax_incl, one.begins_at), default=None)
    known_from = prices[0].begins_at
    if lowest is None:
        return Reduction(price.begins_at, price.ends_at, (price,), start, None, Known.NOTHING)
    if known_from <= start:
        return Reduction(price.begins_at, price.ends_at, (price,), start, lowest, Known.WHOLE)
    is_new = on_sale_since is not None and known_from <= on_sale_since + _ON_SALE_MARGIN
    return Reduction(price.begins_at, price.ends_at, (price,), known_from, lowest, Known.NEW if is_new else Known.PART)


def thirty_days_before(moment: datetime, zone: tzinfo) -> datetime:
    """The same time of the shop's clock, 30 days of its calendar earlier."""
    local = moment.astimezone(zone).replace(tzinfo=None) - DAYS
    return local.replace(tzinfo=zone).astimezone(UTC)
