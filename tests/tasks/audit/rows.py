"""Rows of a small shop without a fault, to be broken; and what is found in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tasks.audit.plan.categories import Categories
from tasks.audit.plan.combinations import Combinations
from tasks.audit.plan.duplicates import References
from tasks.audit.plan.found import Found
from tasks.audit.plan.known import Catalogue, Row
from tasks.audit.plan.orphans import Orphans
from tasks.audit.plan.products import Products, Taxes
from tasks.audit.plan.specific_prices import SpecificPrices, Visitor
from tasks.audit.plan.stock import Owner, Stock

NOW = "2026-11-30 12:00:00"
NEVER = "0000-00-00 00:00:00"


def category(identifier: int, parent: int = 2, depth: int = 2, **other: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "id_parent": str(parent),
        "active": "1",
        "level_depth": str(depth),
        "link_rewrite": {1: f"category-{identifier}", 2: f"categorie-{identifier}"},
    } | other


def product(
    identifier: int, *, categories: tuple[int, ...] = (3,), images: tuple[int, ...] = (1,), **other: Any
) -> dict[str, Any]:
    return {
        "id": identifier,
        "id_category_default": "3",
        "id_default_image": "1",
        "id_tax_rules_group": "1",
        "reference": f"REF{identifier}",
        "ean13": "",
        "state": "1",
        "product_type": "",
        "price": "10.000000",
        "price_listed": "12.000000",
        "price_sold": "12.000000",
        "active": "1",
        "redirect_type": "default",
        "id_type_redirected": "0",
        "available_for_order": "1",
        "show_price": "1",
        "visibility": "both",
        "link_rewrite": {1: f"shirt-{identifier}", 2: f"chemise-{identifier}"},
        "associations": {"categories": members(*categories), "images": members(*images)},
    } | other


def combination(identifier: int, id_product: int, *, values: tuple[int, ...] = (), **other: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "id_product": str(id_product),
        "reference": f"COMBI{identifier}",
        "ean13": "",
        "price": "0.000000",
        "default_on": "",
        "associations": {"product_option_values": members(*(values or (identifier,)))},
    } | other


def stock(identifier: int, id_product: int, id_combination: int = 0, quantity: int = 5, **other: Any) -> dict[str, Any]:
    return {
        "id": identifier,
        "id_product": str(id_product),
        "id_product_attribute": str(id_combination),
        "id_shop": "1",
        "id_shop_group": "0",
        "quantity": str(quantity),
        "out_of_stock": "2",
        "depends_on_stock": "0",
    } | other


def specific_price(identifier: int, id_product: int, **other: Any) -> dict[str, Any]:
    nobodys = ("id_shop_group", "id_shop", "id_cart", "id_product_attribute", "id_currency", "id_country", "id_group")
    return (
        dict.fromkeys(nobodys, "0")
        | {
            "id": identifier,
            "id_product": str(id_product),
            "id_customer": "0",
            "price": "-1.000000",
            "from_quantity": "1",
            "reduction": "0.100000",
            "reduction_tax": "1",
            "reduction_type": "percentage",
            "from": NEVER,
            "to": NEVER,
        }
        | other
    )


def members(*ids: int) -> list[dict[str, str]]:
    return [{"id": str(one)} for one in ids]


class Looked:
    """A shop whose rows were looked at: the faults that were found."""

    def __init__(
        self,
        *,
        categories: tuple[Row, ...] = (),
        products: tuple[Row, ...] = (),
        combinations: tuple[Row, ...] = (),
        stock_rows: tuple[Row, ...] = (),
        specific_prices: tuple[Row, ...] = (),
        owner: Owner | None = None,
        outside: frozenset[int] = frozenset(),
        elsewhere: frozenset[int] = frozenset(),
    ) -> None:
        found, catalogue, tree, orphans = Found(), Catalogue(), Categories(), Orphans()
        references = References()
        for row in (category(1, 0, 0), category(2, 1, 1), category(3), *categories):
            tree.note(row)
        tree.finish(found)
        taxes = Taxes({1: Decimal(20)})
        looks = Products(catalogue, tree, taxes, found)
        for row in products:
            looks.look(row)
            references.product(row)
        looks.finish()
        of_combinations = Combinations(catalogue, orphans, found)
        for row in combinations:
            of_combinations.look(row)
            references.combination(row)
        of_combinations.finish()
        looks.finish_prices()
        references.finish(catalogue, found)
        rows = Stock(catalogue, owner or Owner(1, 1, (1,), shares_stock=False), orphans, found)
        for row in stock_rows:
            rows.look(row)
        self.suspects = rows.finish() if stock_rows else []
        prices = SpecificPrices(catalogue, Visitor(1, 1, 1, 8, 1, NOW), orphans, found)
        for row in specific_prices:
            prices.look(row)
        prices.finish()
        orphans.finish(outside, elsewhere, found)
        self.found = found

    @property
    def faults(self) -> dict[str, list[tuple[int, str]]]:
        """(id, detail) of the examples, by fault."""
        return {code: [(one.id, one.detail) for one in examples] for code, _, examples in self.found}
