"""What an item of the ERP is on the shop, and what it costs there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from connectors.prestashop import IDS_ONLY, Shop
from tasks.flat.translate.specific_prices import Item
from tasks.run.outcomes import Stop
from tasks.stock.look_up import item_ids_of


async def priced_items(
    shop: Shop,
    key_field: str,
    keys: Iterable[str],
    known: Mapping[str, tuple[int, int]],
    *,
    with_prices: bool,
) -> dict[str, Item | Stop]:
    """Products and combinations by key; one that the shop does not have is absent.

    `known` gives (id_product, id_product_attribute) where the ledger has it. Without `with_prices` the items are found
    and cost 0, tax none.
    """
    wanted = list(dict.fromkeys(keys))
    items = await _read(shop, {key: known[key] for key in wanted if key in known}, with_prices=with_prices)
    found = await item_ids_of(shop, key_field, [key for key in wanted if key not in items])
    ids = {key: pair for key, pair in found.items() if not isinstance(pair, Stop)}
    stops = {key: pair for key, pair in found.items() if isinstance(pair, Stop)}
    if not with_prices:
        return {**items, **stops, **{key: Item(*pair, Decimal(0), 0) for key, pair in ids.items()}}
    return {**items, **stops, **await _read(shop, ids, with_prices=True)}


async def _read(shop: Shop, ids: Mapping[str, tuple[int, int]], *, with_prices: bool) -> dict[str, Item]:
    """The items that are still under these `ids`."""
    of_product = ("id", "price", "id_tax_rules_group") if with_prices else IDS_ONLY
    of_combination = ("id", "price") if with_prices else IDS_ONLY
    products, combinations = await asyncio.gather(
        _by_id(shop, "products", {pair[0] for pair in ids.values()}, of_product),
        _by_id(shop, "combinations", {pair[1] for pair in ids.values()} - {0}, of_combination),
    )
    items: dict[str, Item] = {}
    for key, (id_product, attribute) in ids.items():
        product, combination = products.get(id_product), combinations.get(attribute)
        if product is None or (attribute and combination is None):
            continue
        price = Decimal(product.get("price") or 0) + Decimal((combination or {}).get("price") or 0)
        items[key] = Item(id_product, attribute, price, int(product.get("id_tax_rules_group") or 0))
    return items


async def _by_id(shop: Shop, resource: str, ids: set[int], display: Sequence[str]) -> dict[int, dict[str, str]]:
    found = await shop.find(resource, "id", [str(i) for i in sorted(ids)], display=display)
    return {int(entity["id"]): entity for entity in found}
