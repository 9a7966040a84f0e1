"""Pure: the documents of a period added up, by currency, country, buyer, VAT rate and kind of supply, and by mode."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from schemas.documents import ZERO
from schemas.erp_sums import Supply
from tasks.reconcile.plan.compare import Compared, by_mode, by_rate


class Group(NamedTuple):
    """What sums are by."""

    currency: str
    is_credit: bool
    country: str
    """Of the delivery, as the shop's order says it."""
    is_company: bool
    supply: Supply | None
    rate: Decimal | None


class Whole(NamedTuple):
    """What the documents of a period are counted by."""

    currency: str
    is_credit: bool


@dataclass(slots=True)
class Figures:
    """Both sides of one sum."""

    shop_tax_excl: Decimal = ZERO
    shop_tax_incl: Decimal = ZERO
    erp_tax_excl: Decimal = ZERO
    erp_tax_incl: Decimal = ZERO
    documents: int = 0

    @property
    def difference(self) -> Decimal:
        """What the ERP has more, with tax."""
        return self.erp_tax_incl - self.shop_tax_incl


@dataclass(slots=True)
class Totals:
    """The sums of a period."""

    groups: dict[Group, Figures] = field(default_factory=dict)
    wholes: dict[Whole, Figures] = field(default_factory=dict)
    payments: dict[tuple[str, str], list[Decimal]] = field(default_factory=dict)
    """Currency and mode -> what the shop has, what the ERP has."""

    def add(self, compared: Compared) -> None:
        """One document more; one that the shop does not sell counts for the ERP alone."""
        shop, sold = compared.shop, compared.shop.is_sold
        whole = self._whole(Whole(shop.sums.currency, shop.is_credit))
        whole.documents += sold
        whole.shop_tax_excl += (shop.sums.tax_excl or ZERO) if sold else ZERO
        whole.shop_tax_incl += shop.sums.tax_incl if sold else ZERO
        whole.erp_tax_excl += compared.erp_tax_excl or ZERO
        whole.erp_tax_incl += compared.erp_tax_incl
        for (rate, supply), (net, gross) in by_rate(shop.sums.parts if sold else ()).items():
            figures = self._group(compared, supply, rate)
            figures.documents += 1
            figures.shop_tax_excl += net
            figures.shop_tax_incl += gross
        for (rate, supply), (net, gross) in by_rate(part for each in compared.erp for part in each.parts).items():
            figures = self._group(compared, supply, rate)
            figures.erp_tax_excl += net
            figures.erp_tax_incl += gross
        if not shop.is_credit:
            self._pay(compared)

    def _pay(self, compared: Compared) -> None:
        shop = compared.shop
        for side, documents in enumerate(([shop.sums] if shop.is_sold else [], compared.erp)):
            for mode, amount in by_mode(documents).items():
                self.payments.setdefault((shop.sums.currency, mode), [ZERO, ZERO])[side] += amount

    def _whole(self, whole: Whole) -> Figures:
        return self.wholes.setdefault(whole, Figures())

    def _group(self, compared: Compared, supply: Supply | None, rate: Decimal | None) -> Figures:
        shop = compared.shop
        group = Group(shop.sums.currency, shop.is_credit, shop.country, shop.is_company, supply, rate)
        return self.groups.setdefault(group, Figures())
