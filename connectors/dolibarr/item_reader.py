"""What Dolibarr has of its products, for a shop that follows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.replies import amount
from connectors.dolibarr.translate_items import item_key, kilograms
from schemas.catalogue import ErpItem

_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "name": ("label",),
    "description": ("description",),
    "long_description": ("note_public",),
    "vat": ("tva_tx",),
    "weight": ("weight", "weight_units"),
    "barcode": ("barcode", "barcode_type"),
    "on_sale": ("status",),
}
"""What is asked of each field beside reference and prices, in Dolibarr's words."""
_BARCODES = {"1": "ean13", "2": "ean13", "3": "upc", "4": "isbn"}
"""Dolibarr's types of bar codes, by id."""
_ROOT = 0


class ItemReader:
    """See `schemas.catalogue.TellsItems`."""

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes

    def has_category(self, name: str) -> bool:
        """See the protocol."""
        return any(str(each.get("label")) == name for each in self._dolibarr.product_categories())

    def read(self, fields: Collection[str], *, new: bool, category: str = "") -> Mapping[str, ErpItem]:
        """See the protocol."""
        asked = set(fields) | ({"on_sale"} if new else set())
        members = [member for field in sorted(asked) for member in _MEMBERS.get(field, ())]
        single = self._dolibarr.goods_without_variants() if new else frozenset()
        if new and category:
            single &= self._below(category)
        paths = self._paths() if "categories" in fields else {}
        found = {}
        for row in self._dolibarr.all_items(members):
            id_ = int(row["id"])
            found[str(row["ref"])] = erp_item(row, self._codes, paths.get(id_, ()), is_single=id_ in single)
        return found

    def _below(self, category: str) -> frozenset[int]:
        """The ids of the products of a category and of those below it."""
        paths = category_paths(self._dolibarr.product_categories())
        inside = (id_ for id_, path in paths.items() if category in path)
        return frozenset(product for id_ in inside for product in self._dolibarr.products_in(id_))

    def _paths(self) -> dict[int, tuple[str, ...]]:
        """The names of the deepest category of each product, the first of several by name, by the product's id."""
        rows = self._dolibarr.product_categories()
        paths: dict[int, tuple[str, ...]] = {}
        for category, path in category_paths(rows).items():
            for product in self._dolibarr.products_in(category):
                paths[product] = min(paths.get(product, path), path, key=lambda each: (-len(each), each))
        return paths


def erp_item(row: Record, codes: DolibarrCodes, path: tuple[str, ...], *, is_single: bool) -> ErpItem:
    """A product of Dolibarr as far as it was asked for."""
    uid = uid_of(row)
    barcode = str(row.get("barcode") or "").strip()
    barcodes = {_BARCODES.get(str(row.get("barcode_type") or ""), ""): barcode}
    on_sale = str(row.get("status", 1)) == "1"
    return ErpItem(
        price_tax_excl=amount(row.get("price")),
        price_tax_incl=amount(row.get("price_ttc")),
        name=str(row.get("label") or ""),
        summary=str(row.get("description") or ""),
        description=str(row.get("note_public") or ""),
        vat_rate=amount(row["tva_tx"]) if "tva_tx" in row else None,
        weight_kg=kilograms(row) or Decimal(0),
        ean13=barcodes.get("ean13", ""),
        upc=barcodes.get("upc", ""),
        isbn=barcodes.get("isbn", ""),
        on_sale=on_sale,
        categories=path,
        may_be_new=is_single and on_sale and not uid,
        owner=item_key(uid, codes) if uid else None,
    )


def category_paths(rows: Collection[Record]) -> dict[int, tuple[str, ...]]:
    """The names from the top to each category, by id; one below itself is left out."""
    names = {int(row["id"]): (str(row.get("label") or ""), int(row.get("fk_parent") or 0)) for row in rows}
    paths = {}
    for id_ in names:
        path: list[str] = []
        at, seen = id_, set()
        while at in names and at not in seen:
            seen.add(at)
            path.insert(0, names[at][0])
            at = names[at][1]
        if at == _ROOT:
            paths[id_] = tuple(path)
    return paths
