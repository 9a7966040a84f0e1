"""Which items are reduced or soon will be, and all reductions of them that the price ledger knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

import polars as pl

from connectors.ledger import LinkState
from connectors.prestashop import Shop, ShopFacts
from schemas.price_changes import PriceChange, PriceState
from tasks.omnibus.plan.lowest import Reduction, reductions
from tasks.omnibus.plan.timeline import Market, instant, local_text, markets_of, shown_prices
from tasks.omnibus.record import own_money
from tasks.products.taxes import tax_rates
from tasks.run.run import Run


@dataclass(frozen=True, slots=True)
class Item:
    """A product or combination that is or soon will be reduced."""

    reference: str
    parent: str
    rate: Decimal
    on_sale_since: datetime | None
    id_product: int = 0


@dataclass(frozen=True, slots=True)
class Reduced:
    """The reductions of one item, by market."""

    item: Item
    found: Mapping[Market, Sequence[Reduction]]


async def read_reduced(run: Run, zone: tzinfo, now: datetime) -> dict[str, Reduced]:
    """The items with a discount that is not over, by reference."""
    items = await _items(run, _reduced(run, local_text(now, zone)), zone)
    known = run.ledger.prices_of(run.folder.name, [*items, *(item.parent for item in items.values() if item.parent)])
    money = next(iter(await own_money(run.shop, run.facts)), "") if items else ""
    found = {}
    for key, item in items.items():
        changes = [*known.get(key, ()), *(one for one in known.get(item.parent, ()) if one.case)]
        found[key] = Reduced(item, reductions_of(changes, item, money, zone))
    return found


def reductions_of(
    changes: Sequence[PriceChange], item: Item, money: str, zone: tzinfo
) -> dict[Market, list[Reduction]]:
    """The reductions of an item in every market in which its discounts differ."""
    return {
        market: reductions(shown_prices(changes, market, zone), zone, item.on_sale_since)
        for market in markets_of(changes, item.rate, money)
    }


def _reduced(run: Run, local_now: str) -> set[str]:
    """The references with a discount that is not over."""
    last = run.ledger.last_prices(run.folder.name, discounts=True)
    not_over = (pl.col("ends") == "") | (pl.col("ends") >= local_now)
    return set(last.filter((pl.col("state") == PriceState.IN_FORCE.value) & not_over)["reference"])


async def _items(run: Run, reduced: Collection[str], zone: tzinfo) -> dict[str, Item]:
    """The items of these references, and the combinations of products under them, as the shop has them."""
    if not reduced:
        return {}
    named = pl.col("erp_key").is_in(list(reduced)) | pl.col("parent_key").is_in(list(reduced)).fill_null(value=False)
    links = run.ledger.links(run.folder.name, "product").filter((pl.col("state") == LinkState.ACTIVE) & named)
    return await items_of(run.shop, run.facts, links, zone)


async def items_of(shop: Shop, facts: ShopFacts, links: pl.DataFrame, zone: tzinfo) -> dict[str, Item]:
    """What these links of products stand for, with the tax of the shop's own country, without those that are gone."""
    links = links.filter(pl.col("shop_id") > 0)
    ids = [str(number) for number in links["shop_id"].unique().sort()]
    found = await shop.find("products", "id", ids, display=["id", "id_tax_rules_group", "date_add"]) if ids else []
    rates = await tax_rates(shop, facts) if found else {}
    products = {int(row["id"]): row for row in found}
    items = {}
    for key, parent, shop_id in links.select("erp_key", "parent_key", "shop_id").iter_rows():
        if product := products.get(shop_id):
            rate = rates.get(int(product["id_tax_rules_group"] or 0), Decimal(0))
            items[key] = Item(key, parent or "", rate, _added(str(product["date_add"]), zone), shop_id)
    return items


def _added(text: str, zone: tzinfo) -> datetime | None:
    return None if text.startswith("0000") or not text else instant(text, zone)
