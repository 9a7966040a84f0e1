"""Pure: an item of the ERP becomes the cells of a row of the product stream."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from schemas.catalogue import ErpItem
from tasks.catalogue.translate.rows import unit_in_kilograms

FIELD_OF: Mapping[str, str] = {
    "price": "price",
    "weight": "weight",
    "ean13": "barcode",
    "isbn": "barcode",
    "upc": "barcode",
    "active": "on_sale",
    "name": "name",
    "description_short": "description",
    "description": "long_description",
    "tax_code": "vat",
}
"""Which field of an item stands in a column, by the column's target; a step of the path of categories beside these."""
OF_COMBINATIONS = frozenset({"price", "weight", "ean13", "isbn", "upc", "active", "name"})
"""What a row of a combination says: its texts name what it is made of, and the rest is its product's."""


def field_of(target: str) -> str:
    """The field of an item that a column writes; empty: none that an ERP is asked for."""
    return "categories" if target.startswith("category:") else FIELD_OF.get(target, "")


def cells(
    item: ErpItem, targets: Collection[str], *, with_tax: bool, weight_unit: str, decimal_mark: str | None
) -> dict[str, str]:
    """The cells of these columns; one of which the ERP says nothing is empty."""
    mark = decimal_mark or "."
    price = item.price_tax_incl if with_tax else item.price_tax_excl
    weight = item.weight_kg / unit_in_kilograms(weight_unit)
    known = {
        "price": _number(price, mark) if item.price_tax_excl > 0 else "",
        "weight": _number(weight, mark) if weight > 0 else "",
        "ean13": item.ean13,
        "isbn": item.isbn,
        "upc": item.upc,
        "active": str(int(item.on_sale)),
        "name": item.name,
        "description_short": item.summary,
        "description": item.description,
        "tax_code": "" if item.vat_rate is None else f"{item.vat_rate.normalize():f}",
    }
    known |= {f"category:{depth}": name for depth, name in enumerate(item.categories)}
    return {target: known.get(target, "") for target in targets}


def _number(number: Decimal, mark: str) -> str:
    """With the mark that the stream is read with, and six decimals: three alone may be read as thousands."""
    return f"{number:.6f}".replace(".", mark)
