"""Products one by one: where they stand in the shop, what they cost, their cover, where their page leads."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tasks.audit.plan.categories import Categories
from tasks.audit.plan.found import Found
from tasks.audit.plan.known import (
    ACTIVE,
    OF_COMBINATIONS,
    OF_NONE,
    PRICED,
    REDUCED,
    Catalogue,
    Row,
    amount,
    micro,
    whole,
)

LISTED, SOLD = "price_listed", "price_sold"
"""What the shop works out for a visitor, tax included: without reductions, and with them."""
PRODUCT_FIELDS = (
    "id",
    "id_category_default",
    "id_default_image",
    "id_tax_rules_group",
    "reference",
    "ean13",
    "state",
    "product_type",
    "price",
    "active",
    "redirect_type",
    "id_type_redirected",
    "available_for_order",
    "show_price",
    "visibility",
    "cache_is_pack",
    "link_rewrite",
    "categories[id]",
    "images[id]",
)
PRICES = (LISTED, SOLD)
HALF_A_CENT = Decimal("0.005")
_THOUSAND = 1_000


@dataclass(frozen=True, slots=True)
class Taxes:
    """The rates of the shop's country by id_tax_rules_group, and whether taxes are on."""

    rates: dict[int, Decimal]
    are_on: bool = True

    def rate(self, group: int) -> Decimal | None:
        """In percent; None for a group that is not there, is closed, or has no rule for the country."""
        if not group or not self.are_on:
            return Decimal(0)
        return self.rates.get(group)


class Products:
    """Looks at each product as it comes, and notes in the catalogue what other rows are held against."""

    def __init__(self, catalogue: Catalogue, categories: Categories, taxes: Taxes | None, found: Found) -> None:
        self._catalogue = catalogue
        self._categories = categories
        self._taxes = taxes
        self._found = found
        self._redirected: list[tuple[int, str, int]] = []
        """(product, kind, id) of products that lead elsewhere, looked at when all are known."""
        self._free: list[int] = []
        """Indexes of products without a price of their own: their combinations may have one."""

    def look(self, row: Row) -> None:
        """One product."""
        kind = row.get("product_type")
        flags = OF_COMBINATIONS if kind == "combinations" else OF_NONE if kind else 0
        flags |= ACTIVE if row["active"] == "1" else 0
        self._price(row, self._catalogue.add_product(row["id"], amount(row, "price"), flags))
        if str(row.get("state", "1")) == "0":
            self._found.product("product_hidden_in_back_office", row["id"])
            return
        self._categories_of(row)
        self._pictures(row)
        way, target = str(row.get("redirect_type") or ""), whole(row, "id_type_redirected")
        if way.startswith(("301", "302")) and (target or way.endswith("-product")):
            self._redirected.append((row["id"], way.rpartition("-")[2], target))

    def _categories_of(self, row: Row) -> None:
        own = _ids(row, "categories")
        default = whole(row, "id_category_default")
        if not own:
            self._found.product("product_without_category", row["id"])
        elif default not in self._categories:
            self._found.product("product_default_category_missing", row["id"], str(default))
        elif default not in own:
            self._found.product("product_default_category_not_own", row["id"], str(default))
        is_shown = own and row["active"] == "1" and row.get("visibility") in {"both", "catalog"}
        if is_shown and not self._categories.any_reached(own):
            self._found.product("product_unreachable", row["id"], ", ".join(map(str, own)))

    def _pictures(self, row: Row) -> None:
        images, cover = _ids(row, "images"), whole(row, "id_default_image")
        if images and cover not in images:
            self._found.product("cover_missing", row["id"])
        elif not images and row["active"] == "1":
            self._found.product("picture_missing", row["id"])

    def _price(self, row: Row, index: int) -> None:
        """What the shop shows a visitor is kept until combinations and specific prices can explain it."""
        if row["active"] != "1" or str(row.get("show_price", "1")) == "0":
            return
        price = amount(row, "price")
        if price <= 0 and str(row.get("available_for_order")) == "1":
            self._free.append(index)
        rate = Decimal(0) if self._taxes is None else self._taxes.rate(whole(row, "id_tax_rules_group"))
        if rate is None:
            self._found.product("tax_group_missing", row["id"], str(row["id_tax_rules_group"]))
        elif self._taxes is not None and LISTED in row:
            listed, sold = amount(row, LISTED), amount(row, SOLD)
            self._catalogue.listed[index] = micro(listed)
            self._catalogue.rate[index] = int(rate * _THOUSAND)
            self._catalogue.flags[index] |= PRICED | (REDUCED if listed - sold > HALF_A_CENT else 0)

    def finish(self) -> None:
        """Redirections, now that all products are known."""
        for identifier, kind, target in self._redirected:
            known = target in (self._categories if kind == "category" else self._catalogue.products)
            if not known or (kind == "product" and target == identifier):
                self._found.product("redirect_to_nothing", identifier, f"{kind} {target}")

    def finish_prices(self) -> None:
        """Products that cost nothing, now that their combinations are known."""
        for index in self._free:
            if not self._catalogue.combinations_of[index]:
                self._found.product("price_zero", self._catalogue.products[index])


def _ids(row: Row, association: str) -> list[int]:
    members: list[dict[str, Any]] = row.get("associations", {}).get(association, [])
    return [int(member["id"]) for member in members]
