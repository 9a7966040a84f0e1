"""Articles about to be made whose EAN the shop has already under another reference that the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from connectors.prestashop import Entity, Shop
from tasks.products.plan.shapes import ProductPlan

EAN = "ean13"


def eans_of_new(plans: Iterable[ProductPlan]) -> dict[str, str]:
    """EAN by row key of the simple products and combinations that are to be created."""
    operations = (operation for plan in plans for operation in plan.operations if operation.action == "create")
    return {one.key: str(ean) for one in operations if (ean := one.fields.get(EAN))}


async def keys_of_same_ean(shop: Shop, eans: dict[str, str], links: pl.DataFrame) -> dict[str, list[str]]:
    """Keys of the ledger's `links` whose product or combination has the EAN of a new row, by the new row's key."""
    known = links.filter(pl.col("shop_id") > 0)
    if not eans or known.is_empty():
        return {}
    by_ids = {(shop_id, sub_id): key for key, shop_id, sub_id in known["erp_key", "shop_id", "sub_id"].iter_rows()}
    found: dict[str, list[str]] = {}
    wanted = sorted(set(eans.values()))
    for product in await shop.find("products", EAN, wanted, display=["id", EAN]):
        _add(found, product, by_ids.get((int(product["id"]), 0)))
    for combination in await shop.find("combinations", EAN, wanted, display=["id", "id_product", EAN]):
        _add(found, combination, by_ids.get((int(combination["id_product"]), int(combination["id"]))))
    return {key: sorted(found[ean]) for key, ean in eans.items() if ean in found}


def _add(found: dict[str, list[str]], entity: Entity, key: str | None) -> None:
    if key is not None:
        found.setdefault(str(entity[EAN]), []).append(key)
