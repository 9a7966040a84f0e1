"""Specific prices that can never apply, and visitors' prices that no specific price explains."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tasks.audit.plan.found import Faulty, Found
from tasks.audit.plan.known import FIXED, OFFERED, PRICED, REDUCED, Catalogue, Row, amount, micro, whole
from tasks.audit.plan.orphans import Orphans

SPECIFIC_PRICE_FIELDS = (
    "id",
    "id_shop_group",
    "id_shop",
    "id_cart",
    "id_product",
    "id_product_attribute",
    "id_currency",
    "id_country",
    "id_group",
    "id_customer",
    "price",
    "from_quantity",
    "reduction",
    "reduction_tax",
    "reduction_type",
    "from",
    "to",
)
_HALF_A_CENT = 5_000
_WHOLE = 100_000
"""A hundred percent in thousandths of one."""
_ALL = -1
"""Stands for the product of a specific price that is for every product."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is not signed in, and when."""

    shop: int
    shop_group: int
    currency: int
    country: int
    group: int
    now: str
    """As the shop writes it, in its own time."""

    def may_get(self, row: Row) -> bool:
        """Whether the specific price is for a visitor who buys one piece of a product as it stands."""
        for_whom = {
            "id_currency": self.currency,
            "id_country": self.country,
            "id_group": self.group,
            "id_customer": 0,
            "id_cart": 0,
            "id_product_attribute": 0,
        }
        return all(whole(row, name) in {0, own} for name, own in for_whom.items()) and whole(row, "from_quantity") <= 1

    def sees(self, row: Row) -> bool:
        """Whether it is one of this shop."""
        return whole(row, "id_shop") in {0, self.shop} and whole(row, "id_shop_group") in {0, self.shop_group}


class SpecificPrices:
    """Looks at each as it comes; all products and combinations have come before."""

    def __init__(self, catalogue: Catalogue, visitor: Visitor, orphans: Orphans, found: Found) -> None:
        self._catalogue = catalogue
        self._visitor = visitor
        self._orphans = orphans
        self._found = found
        self._for_all = 0
        """Flags of those that are for every product."""

    def look(self, row: Row) -> None:
        """One specific price of any shop."""
        if not self._visitor.sees(row) or whole(row, "id_cart"):
            return
        id_product = whole(row, "id_product")
        faulty = Faulty("specific_price", row["id"], id_product)
        if not whole(row, "id_shop") and whole(row, "id_shop_group"):
            self._add("specific_price_of_group", faulty, str(row["id_shop_group"]))
        product = self._catalogue.products.index(id_product) if id_product else _ALL
        if id_product and product < 0:
            self._orphans.note("specific_price_of_nothing", id_product, faulty)
            return
        code, detail = self._fault(row, product)
        if code:
            self._add(code, faulty, detail)
        elif self._is_in_force(row) and self._visitor.may_get(row):
            self._note(row, product)

    def _add(self, code: str, faulty: Faulty, detail: str) -> None:
        self._found.add(code, Faulty(faulty.kind, faulty.id, faulty.id_product, detail))

    def _fault(self, row: Row, product: int) -> tuple[str, str]:
        begins, ends = _moment(row, "from"), _moment(row, "to")
        id_combination = whole(row, "id_product_attribute")
        if begins and ends and begins > ends:
            return "specific_price_dates_impossible", f"{begins} > {ends}"
        if ends and ends < self._visitor.now:
            return "specific_price_over", ends
        if id_combination and product >= 0 and not self._is_of(id_combination, product):
            return "specific_price_of_nothing", str(id_combination)
        price, reduction = amount(row, "price"), amount(row, "reduction")
        if price < 0 and not reduction:
            return "specific_price_without_effect", ""
        comparable = product >= 0 and not id_combination and whole(row, "id_currency") in {0, self._visitor.currency}
        if comparable and (above := self._above(row, product, price, reduction)):
            return "specific_price_above_price", above
        return "", ""

    def _is_of(self, id_combination: int, product: int) -> bool:
        combination = self._catalogue.combinations.index(id_combination)
        return combination >= 0 and self._catalogue.product_of[combination] == self._catalogue.products[product]

    def _above(self, row: Row, product: int, price: Decimal, reduction: Decimal) -> str:
        """The two figures where it asks for more than the product costs, or takes more off."""
        own, listed = self._catalogue.price[product], self._catalogue.listed[product]
        if micro(price) > own:
            return f"{price:f} > {_from_micro(own)}"
        if row["reduction_type"] == "percentage":
            return f"{reduction * 100:f} %" if reduction > 1 else ""
        without_tax = str(row.get("reduction_tax")) == "0"
        base = micro(price) if price >= 0 else own if without_tax else listed
        comparable = base and (price < 0 or without_tax)
        return f"{reduction:f} > {_from_micro(base)}" if comparable and micro(reduction) > base else ""

    def _is_in_force(self, row: Row) -> bool:
        begins = _moment(row, "from")
        return not begins or begins <= self._visitor.now

    def _note(self, row: Row, product: int) -> None:
        flags = (FIXED if amount(row, "price") >= 0 else 0) | (OFFERED if amount(row, "reduction") > 0 else 0)
        if product == _ALL:
            self._for_all |= flags
        else:
            self._catalogue.flags[product] |= flags

    def finish(self) -> None:
        """Prices that were looked at, against the specific prices that should have made them."""
        for index, own in enumerate(self._catalogue.flags):
            flags = own | self._for_all
            if not own & PRICED or self._lacks_default(index):
                continue
            identifier = self._catalogue.products[index]
            expected, listed = self._expected(index), self._catalogue.listed[index]
            if abs(listed - expected) > _HALF_A_CENT and not flags & FIXED:
                detail = f"{_from_micro(expected)} / {_from_micro(listed)}"
                self._found.product("price_not_as_shown", identifier, detail)
            if flags & REDUCED and not flags & OFFERED:
                self._found.product("reduction_unexplained", identifier)
            if own & OFFERED and not flags & (REDUCED | FIXED):
                self._found.product("reduction_not_shown", identifier)

    def _lacks_default(self, index: int) -> bool:
        """Whether the shop works out no price: 0.00 for a product whose combinations have no default (facts A2)."""
        return bool(self._catalogue.combinations_of[index]) and self._catalogue.defaults_of[index] != 1

    def _expected(self, index: int) -> int:
        """Its price with that of its default combination (facts A1) and tax, in millionths."""
        net = self._catalogue.price[index] + self._catalogue.impact[index]
        return net * (_WHOLE + self._catalogue.rate[index]) // _WHOLE


def _from_micro(value: int) -> str:
    return f"{(Decimal(value) / micro(Decimal(1))).normalize():f}"


def _moment(row: Row, name: str) -> str:
    """A date of the row; empty where it has none."""
    text = str(row.get(name) or "")
    return "" if text.startswith("0000") else text
