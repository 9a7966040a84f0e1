"""Finds the stock row of each key: a simple product's, or a combination's; never a parent's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from connectors.prestashop import Entity, Shop, Shops
from connectors.prestashop.filters import after
from schemas.outcomes import Outcome
from tasks.run.matching import by_key, differs_by_case, found_twice
from tasks.run.outcomes import Stop
from tasks.stock.plan import StockRow

LINES = "stock_lines"
"""The resource of our module that sets quantities by reference, and makes the stock rows that are missing."""
DISPLAY = ("id", "id_product", "id_product_attribute", "id_shop", "id_shop_group", "quantity", "depends_on_stock")


async def stock_rows(
    shop: Shop, key_field: str, keys: Iterable[str], known: Mapping[str, tuple[int, int]]
) -> dict[str, StockRow | Stop]:
    """The stock row of each key; `known` gives (id_product, id_product_attribute) where the ledger has it.

    Of an installation of several shops it is the row of this shop, or of its group where that shares its stock. One
    that is missing there, and that our module can make, has the id 0.

    A key that the shop does not have is absent from the answer.
    """
    keys = list(keys)
    ids: dict[str, tuple[int, int] | Stop] = {key: known[key] for key in keys if key in known}
    ids |= await item_ids_of(shop, key_field, [key for key in keys if key not in ids])
    rows = await read_rows(shop, {pair[0] for pair in ids.values() if not isinstance(pair, Stop)})
    gone = [key for key, pair in ids.items() if key in known and not isinstance(pair, Stop) and _is_gone(pair, rows)]
    if gone:
        again = await item_ids_of(shop, key_field, gone)
        rows |= await read_rows(shop, {pair[0] for pair in again.values() if not isinstance(pair, Stop)})
        ids = {key: pair for key, pair in ids.items() if key not in gone} | again
    facts = await shop.describe()
    found = {key: pair if isinstance(pair, Stop) else _choose(pair, rows.get(pair[0], [])) for key, pair in ids.items()}
    if facts.shops.several and key_field == "reference" and facts.may("PUT", LINES):
        # A product that was made for another group of shops has no row here, and the webservice makes none (M4).
        found |= {
            key: StockRow(0, pair[1], 0, pair[0])
            for key, pair in ids.items()
            if not isinstance(pair, Stop) and _is_missing(found[key])
        }
    return found


async def item_ids_of(shop: Shop, field: str, keys: list[str]) -> dict[str, tuple[int, int] | Stop]:
    """(id_product, id_product_attribute) of each key; a key that the shop does not have is absent."""
    if not keys:
        return {}
    (products, near_products), (combinations, near_combinations) = await asyncio.gather(
        by_key(shop, "products", field, keys, ()), by_key(shop, "combinations", field, keys, ("id_product",))
    )
    ids: dict[str, tuple[int, int] | Stop] = {}
    for key in keys:
        pair = _item_ids(products.get(key, []), combinations.get(key, []))
        near = near_products.get(key, []) + near_combinations.get(key, [])
        if pair is not None:
            ids[key] = pair
        elif near:
            ids[key] = differs_by_case(near, field)
    return ids


def _item_ids(products: list[Entity], combinations: list[Entity]) -> tuple[int, int] | Stop | None:
    parents = {int(combination["id_product"]) for combination in combinations}
    others = [product for product in products if int(product["id"]) not in parents]
    if len(combinations) + len(others) > 1:
        return found_twice([*combinations, *others])
    if combinations:
        return int(combinations[0]["id_product"]), int(combinations[0]["id"])
    return (int(others[0]["id"]), 0) if others else None


async def read_rows(shop: Shop, products: set[int]) -> dict[int, list[Entity]]:
    """The stock rows of these products in this shop, by id_product."""
    rows: dict[int, list[Entity]] = {}
    ids = sorted(str(product) for product in products)
    if ids:
        shops = (await shop.describe()).shops
        for row in await shop.find("stock_availables", "id_product", ids, display=DISPLAY):
            rows.setdefault(int(row["id_product"]), []).append(row)
        rows = {product: own_rows(shops, of_product) for product, of_product in rows.items()}
    return rows


async def with_combinations(shop: Shop, products: Iterable[int]) -> set[int]:
    """Those of these products that have combinations in this shop: their row without one is a sum (fact S1)."""
    ids = sorted(map(str, set(products)))
    if not ids or not await _has_combinations(shop):
        return set()
    of_combinations = {"id_product_attribute": after("0")}
    found = await shop.find("stock_availables", "id_product", ids, display=DISPLAY, also=of_combinations)
    rows: dict[int, list[Entity]] = {}
    for row in found:
        rows.setdefault(int(row["id_product"]), []).append(row)
    shops = (await shop.describe()).shops
    return {product for product, of_product in rows.items() if own_rows(shops, of_product)}


async def _has_combinations(shop: Shop) -> bool:
    """Whether a stock row of this shop is of a combination: the last one by its combination is, or no row is.

    A row that is listed proves both answers; an empty list of combinations would have to be asked for again.
    """
    last = await shop.read(
        "stock_availables", display=("id", "id_product_attribute"), sort="id_product_attribute_DESC", limit=1
    )
    return any(int(row["id_product_attribute"] or 0) for row in last)


def own_rows(shops: Shops, rows: Iterable[Entity]) -> list[Entity]:
    """Of one product's stock rows those of this shop, or of its group, each combination's (and the sum's) chosen."""
    of_combination: dict[int, list[Entity]] = {}
    for row in rows:
        of_combination.setdefault(int(row["id_product_attribute"] or 0), []).append(row)
    return [row for each in of_combination.values() for row in shops.stock_rows(each)]


def _is_missing(found: StockRow | Stop) -> bool:
    return isinstance(found, Stop) and found.code == "stock_row_missing"


def _is_gone(pair: tuple[int, int], rows: Mapping[int, list[Entity]]) -> bool:
    return all(int(row["id_product_attribute"] or 0) != pair[1] for row in rows.get(pair[0], []))


def _choose(pair: tuple[int, int], rows: list[Entity]) -> StockRow | Stop:
    id_product, attribute = pair
    mine = [row for row in rows if int(row["id_product_attribute"] or 0) == attribute]
    if attribute == 0 and any(int(row["id_product_attribute"] or 0) for row in rows):
        return Stop(Outcome.IGNORED, "parent_of_combinations")
    if not mine:
        return Stop(Outcome.REFUSED, "stock_row_missing", str(id_product))
    row = mine[0]
    if int(row.get("depends_on_stock") or 0) == 1:
        return Stop(Outcome.REFUSED, "stock_managed_elsewhere", str(row["id"]))
    if len(mine) > 1:
        return Stop(Outcome.REFUSED, "stock_row_twice", ", ".join(str(r["id"]) for r in mine))
    return StockRow(int(row["id"]), attribute, int(row["quantity"] or 0), id_product)
