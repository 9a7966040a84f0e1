"""Lines of a price ledger, as tests write them: instants as the shop's clock in Paris shows them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from schemas.price_changes import PriceChange, PriceState, ReductionKind
from tasks.omnibus.plan.timeline import Market, ShownPrice, instant, local_text, shown_prices

PARIS = ZoneInfo("Europe/Paris")
EVERYBODY = Market(rate=Decimal(20))


def at(text: str) -> datetime:
    return instant(text if " " in text else f"{text} 00:00:00", PARIS)


class Lines:
    """A ledger in memory, which numbers its lines."""

    def __init__(self, reference: str = "ROBE") -> None:
        self.reference = reference
        self.all: list[PriceChange] = []

    def add(self, change: PriceChange) -> PriceChange:
        self.all.append(change)
        return change

    def price(self, began: str, amount: str, **more: Any) -> PriceChange:
        told: dict[str, Any] = {"price": Decimal(amount), "tax_included": True, "number": len(self.all) + 1} | more
        return self.add(PriceChange(self.reference, at(began), **told))

    def discount(self, began: str, percent: str, starts: str = "", ends: str = "", **more: Any) -> PriceChange:
        told: dict[str, Any] = {
            "case": f"|||1|{starts}|{ends}",
            "reduction": Decimal(percent),
            "reduction_kind": ReductionKind.PERCENTAGE,
            "starts": f"{starts} 00:00:00" if starts else "",
            "ends": f"{ends} 23:59:59" if ends else "",
            "number": len(self.all) + 1,
        } | more
        return self.add(PriceChange(self.reference, at(began), **told))

    def over(self, began: str, change: PriceChange) -> PriceChange:
        """The price or the discount ends then."""
        told: dict[str, Any] = {"case": change.case, "state": PriceState.ENDED, "number": len(self.all) + 1}
        return self.add(PriceChange(self.reference, at(began), **told))

    def shown(self, market: Market = EVERYBODY) -> list[ShownPrice]:
        return shown_prices(self.all, market, PARIS)

    def told(self, market: Market = EVERYBODY) -> list[tuple[str, str, str]]:
        """From, to and price with tax; an `R` behind what is announced as reduced."""
        return [
            (
                _day(local_text(one.begins_at, PARIS)),
                _day(local_text(one.ends_at, PARIS)) if one.ends_at else "",
                f"{one.price_tax_incl}{'R' if one.is_reduced else ''}",
            )
            for one in self.shown(market)
        ]


def _day(text: str) -> str:
    return text.removesuffix(" 00:00:00")
