"""The productsupplier stream as a flat stream: what a supplier calls an item, and what it costs there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from connectors.prestashop import Entity, Identity, folded
from schemas.outcomes import Outcome
from tasks.flat.countries import currency_ids
from tasks.flat.items import priced_items
from tasks.flat.plan.entities import WantedEntity
from tasks.flat.stream import FlatStream
from tasks.flat.translate.rows import FlatRow, flat_rows
from tasks.flat.translate.specific_prices import Item
from tasks.run.outcomes import Stop
from tasks.run.row_ref import RowRef
from tasks.run.run import Run

NAMED_BY = ("id_product", "id_product_attribute", "id_supplier")


class ProductSuppliers(FlatStream):
    """One row is one item of one supplier."""

    resource = "product_suppliers"
    kind = "product_supplier"
    steps = ("plan product suppliers", "write product suppliers")
    identity = Identity("id_product", NAMED_BY)
    closing = "delete"
    notes_intent = True
    compared = (*NAMED_BY, "product_supplier_reference", "product_supplier_price_te", "id_currency")

    def keys(self, run: Run, rows: pl.DataFrame) -> pl.Series:
        """`reference|supplier`."""
        supplier = next(column.key for column in run.stream.columns if column.target == "supplier")
        return rows.select(pl.concat_str("_key", pl.col(supplier).cast(pl.String), separator="|")).to_series()

    async def wanted(self, run: Run, rows: Sequence[Mapping[str, Any]]) -> list[WantedEntity]:
        """What the rows want; items that the shop does not sell are ignored, unknown suppliers are rejected."""
        asked = flat_rows(rows, run.stream)
        keys = [str(row["_key"]) for row in rows]
        known = run.ledger.links_for(run.folder.name, "product", keys).filter(pl.col("shop_id") > 0)
        places = {
            key: (shop_id, sub_id) for key, shop_id, sub_id in known.select("erp_key", "shop_id", "sub_id").iter_rows()
        }
        items = await priced_items(run.shop, run.stream.key_column.target, keys, places, with_prices=False)
        suppliers = await _suppliers(run, {row.text("supplier") for row in asked})
        currencies = await currency_ids(run.shop, {row.text("currency").upper() for row in asked})
        for row, key in zip(rows, keys, strict=True):
            if isinstance(item := items.get(key), Item):
                run.shown_keys.note(row["_link"], "product", item.id_product)
        return [
            _wanted(
                run, row, RowRef(cells["_file"], cells["_line"], cells["_link"]), items.get(key), suppliers, currencies
            )
            for row, cells, key in zip(asked, rows, keys, strict=True)
        ]

    async def current(self, run: Run, wanted: Sequence[WantedEntity]) -> dict[str, Entity | Stop]:
        """What the shop has of the same item and supplier; its unique key lets there be one at most."""
        products = {str(one.owned["id_product"]) for one in wanted}
        rows = await run.shop.find(self.resource, "id_product", products, display=self.display())
        there = {tuple(int(row[name] or 0) for name in NAMED_BY): row for row in rows}
        found = ((one.ref.key, there.get(tuple(int(str(one.owned[name])) for name in NAMED_BY))) for one in wanted)
        return {key: row for key, row in found if row is not None}


async def _suppliers(run: Run, names: set[str]) -> dict[str, int | Stop]:
    """id_supplier by the code of a supplier that was imported, else by the name that the shop has."""
    links = run.ledger.links_for(run.folder.name, "supplier", sorted(names)).filter(pl.col("shop_id") > 0)
    codes = dict(links.select("erp_key", "shop_id").iter_rows())
    ids = [str(number) for number in codes.values()]
    alive = {int(row["id"]) for row in await run.shop.find("suppliers", "id", ids, display=["id", "name"])}
    found: dict[str, int | Stop] = {code: number for code, number in codes.items() if number in alive}
    named = await run.shop.find("suppliers", "name", names - found.keys(), display=["id", "name"])
    for name in names - found.keys():
        mine = [int(row["id"]) for row in named if folded(str(row["name"])) == folded(name)]
        if len(mine) > 1:
            found[name] = Stop(Outcome.REFUSED, "reference_twice", ", ".join(map(str, mine)))
        elif mine:
            found[name] = mine[0]
    return found


def _wanted(
    run: Run,
    row: FlatRow,
    ref: RowRef,
    item: Item | Stop | None,
    suppliers: Mapping[str, int | Stop],
    currencies: Mapping[str, int],
) -> WantedEntity:
    wanted, name, currency = WantedEntity(ref), row.text("supplier"), row.text("currency").upper()
    supplier = suppliers.get(name, Stop(Outcome.REJECTED, "supplier_not_on_shop", name, "supplier"))
    item = item or Stop(Outcome.IGNORED, "not_on_shop")
    if currency and currency not in currencies:
        wanted.stop = Stop(Outcome.REJECTED, "currency_not_on_shop", currency, "currency")
    wanted.stop = next((part for part in (item, supplier) if isinstance(part, Stop)), wanted.stop)
    if isinstance(item, Item) and isinstance(supplier, int):
        wanted.owned = {
            "id_product": item.id_product,
            "id_product_attribute": item.id_product_attribute,
            "id_supplier": supplier,
        }
        reference, price = row.value("supplier_reference"), row.value("price")
        if reference is not None:
            row.put(wanted, "supplier_reference", {"product_supplier_reference": str(reference)})
        if isinstance(price, Decimal):
            row.put(wanted, "price", {"product_supplier_price_te": price})
        if currency:
            row.put(wanted, "currency", {"id_currency": currencies.get(currency, 0)})
        else:
            wanted.first["id_currency"] = run.facts.default_currency
    return wanted
