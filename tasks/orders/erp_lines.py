"""What the lines of orders have of the ERP: items that it knows, and discounts that are its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from decimal import Decimal

import polars as pl

from connectors.prestashop import Entity, Shop, ShopFacts
from connectors.prestashop.dates import EPOCH, instant, zone_of
from connectors.prestashop.values import money, whole
from schemas.documents import Order, OrderLine
from tasks.orders.rows import ShopWords
from tasks.orders.translate.markdowns import SpecificPrice, price_of
from tasks.run.run import Run

_PRICE = (
    "id",
    "id_product",
    "id_product_attribute",
    "id_customer",
    "id_group",
    "id_currency",
    "id_country",
    "from_quantity",
    "from",
    "to",
    "price",
    "reduction",
    "reduction_type",
    "reduction_tax",
)
_PERCENT = 100


class ErpLines:
    """The items and the markdown codes of the ERP as the ledger has them, read once a run."""

    def __init__(self, run: Run, words: ShopWords) -> None:
        self._shop: Shop = run.shop
        self._facts: ShopFacts = run.facts
        self._words = words
        self._codes = _markdown_codes(run) if run.facts.may("GET", "specific_prices") else {}
        self._items = items_of_erp(run)

    async def completed(self, orders: Sequence[Order]) -> list[Order]:
        """The orders, their lines with the ERP's markdown code and whether the ERP has the item."""
        prices = await self._prices(orders) if self._codes else {}
        before = await self._before(orders, prices)
        return [
            replace(order, lines=tuple(self._line(order, line, prices, before) for line in order.lines))
            for order in orders
        ]

    def _line(
        self, order: Order, line: OrderLine, prices: Mapping[int, list[SpecificPrice]], before: Mapping[int, Decimal]
    ) -> OrderLine:
        in_erp = self._items is None or (line.id_product, line.id_combination) in self._items
        price = price_of(order, line, prices.get(line.id_product, ()))
        if price is None or price.id not in self._codes:
            return replace(line, in_erp=in_erp)
        marked = replace(line, in_erp=in_erp, markdown_code=self._codes[price.id])
        gross = before.get(line.id_order_detail)
        if gross is None or not line.unit_price_tax_excl or gross <= line.unit_price_tax_excl:
            return marked
        with_tax = gross * line.unit_price_tax_incl / line.unit_price_tax_excl
        return replace(marked, gross_unit_price_tax_excl=gross, gross_unit_price_tax_incl=with_tax)

    async def _prices(self, orders: Iterable[Order]) -> dict[int, list[SpecificPrice]]:
        """All prices of the products of the orders, also those made by hand: they may be the ones that applied."""
        ids = sorted({line.id_product for order in orders for line in order.lines} - {0})
        rows = await self._shop.find("specific_prices", "id_product", [str(i) for i in ids], display=_PRICE)
        zone, grouped = zone_of(self._facts.time_zone), dict[int, list[SpecificPrice]]()
        for row in rows:
            grouped.setdefault(whole(row, "id_product"), []).append(_price(row, self._words, zone))
        return grouped

    async def _before(self, orders: Iterable[Order], prices: Mapping[int, list[SpecificPrice]]) -> dict[int, Decimal]:
        """What lines sold at a new price of the ERP would have cost, tax excluded, by id_order_detail."""
        home = self._words.currencies.get(self._facts.default_currency, "")
        found = [
            line
            for order in orders
            for line in order.lines
            if order.currency == home
            and (price := price_of(order, line, prices.get(line.id_product, ()))) is not None
            and price.is_plain_price
            and price.id in self._codes
        ]
        if not found or not all(self._facts.may("GET", name) for name in ("products", "combinations")):
            return {}
        products = await self._cost("products", {line.id_product for line in found})
        impacts = await self._cost("combinations", {line.id_combination for line in found} - {0})
        return {
            line.id_order_detail: products[line.id_product] + impacts.get(line.id_combination, Decimal(0))
            for line in found
            if line.id_product in products
        }

    async def _cost(self, resource: str, ids: Iterable[int]) -> dict[int, Decimal]:
        rows = await self._shop.find(resource, "id", [str(i) for i in sorted(ids)], display=("id", "price"))
        return {int(row["id"]): money(row, "price") for row in rows}


def items_of_erp(run: Run) -> frozenset[tuple[int, int]] | None:
    """(id_product, id_product_attribute) of every item that came from the ERP; None where all references are sent."""
    if run.folder.settings.erp.unknown_items == "send":
        return None
    links = run.ledger.links(run.folder.name, "product").filter(pl.col("shop_id") > 0)
    return frozenset(links.select("shop_id", "sub_id").iter_rows())


def _markdown_codes(run: Run) -> dict[int, str]:
    """The ERP's code by id_specific_price."""
    links = run.ledger.links(run.folder.name, "specific_price")
    coded = links.filter((pl.col("shop_id") > 0) & (pl.col("state") == "active") & pl.col("erp_code").is_not_null())
    return dict(coded.select("shop_id", "erp_code").iter_rows())


def _price(row: Entity, words: ShopWords, zone: tzinfo) -> SpecificPrice:
    starts, ends = (instant(row[name], zone) for name in ("from", "to"))
    percent, reduction = row["reduction_type"] == "percentage", money(row, "reduction")
    return SpecificPrice(
        id=int(row["id"]),
        id_product=whole(row, "id_product"),
        id_combination=whole(row, "id_product_attribute"),
        id_customer=whole(row, "id_customer"),
        id_group=whole(row, "id_group"),
        currency=words.currencies.get(whole(row, "id_currency"), ""),
        country=words.countries.get(whole(row, "id_country"), ""),
        from_quantity=whole(row, "from_quantity"),
        starts_at=None if starts == EPOCH else starts,
        ends_at=None if ends == EPOCH else ends,
        price_tax_excl=money(row, "price") if money(row, "price") >= 0 else None,
        percent=reduction * _PERCENT if percent else Decimal(0),
        amount=Decimal(0) if percent else reduction,
        amount_with_tax=row["reduction_tax"] == "1",
    )
