"""Pure: reductions become the line of an item in the shop: what to show, for whom, from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from tasks.omnibus.plan.lowest import Known, Reduction
from tasks.omnibus.plan.timeline import Market, local_text

_AHEAD = timedelta(days=14)
"""Reductions that begin so soon are told before: the shop shows them by its own clock."""
_NEVER = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What is shown where less than 30 days are known."""

    shows_new: bool = True
    shows_part: bool = False

    def shows(self, reduction: Reduction) -> bool:
        """Whether the price before it is shown."""
        return {
            Known.WHOLE: True,
            Known.NEW: self.shows_new,
            Known.PART: self.shows_part,
            Known.NOTHING: False,
        }[reduction.known]


def is_current(reduction: Reduction, now: datetime) -> bool:
    """Whether it is on, or begins soon."""
    return (reduction.ends_at is None or reduction.ends_at > now) and reduction.begins_at < now + _AHEAD


def segment(reduction: Reduction, market: Market, id_group: int, zone: tzinfo) -> str:
    """`country|currency|id_group|from|to|price without tax|price with tax|rate|30 or new`, in the shop's time."""
    lowest = reduction.lowest
    if lowest is None:
        raise ValueError("nothing is shown where no price is known")
    last = _NEVER if reduction.ends_at is None else local_text(reduction.ends_at - timedelta(seconds=1), zone)
    parts = (
        market.country,
        market.currency,
        str(id_group or ""),
        local_text(reduction.begins_at, zone),
        last,
        f"{lowest.price_tax_excl:f}",
        f"{lowest.price_tax_incl:f}",
        f"{market.rate.normalize():f}",
        "new" if reduction.known is Known.NEW else "30",
    )
    return "|".join(parts)


def line_of(
    found: Mapping[Market, Iterable[Reduction]], rules: Rules, groups: Mapping[str, int], zone: tzinfo, now: datetime
) -> str:
    """The whole line of one item, segments with a comma between; empty where nothing is to be shown.

    A case of which nothing else is true than of everybody has no segment of its own.
    """
    everybody = {
        segment(one, replace_case(market), 0, zone)
        for market, reductions in found.items()
        if not (market.country or market.currency or market.customer_group)
        for one in reductions
        if is_current(one, now) and rules.shows(one)
    }
    segments = set(everybody)
    for market, reductions in found.items():
        id_group = groups.get(market.customer_group, 0)
        if market.customer_group and not id_group:
            continue
        for one in reductions:
            same = is_current(one, now) and rules.shows(one) and segment(one, replace_case(market), 0, zone)
            if same and same not in everybody:
                segments.add(segment(one, market, id_group, zone))
    return ",".join(sorted(segments))


def replace_case(market: Market) -> Market:
    """The same item for everybody."""
    return Market(rate=market.rate, money=market.money)
