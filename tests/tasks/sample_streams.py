"""Streams to read with: the shop's items with two attributes, and its stock."""

from __future__ import annotations

from schemas.column_spec import Column, OnInvalid, StreamSpec, ValueType

PRODUCT = StreamSpec(
    "product",
    (
        Column("reference", 0, ValueType.TEXT, "reference", required=True, object_key=True),
        Column("reference_parent", 1, ValueType.TEXT, "parent", parent_ref=True),
        Column("ean13", 2, ValueType.EAN13, "ean13", on_invalid=OnInvalid.BLANK),
        Column("name", 3, ValueType.TEXT, "name"),
        Column("price", 4, ValueType.DECIMAL, "price", required=True),
        Column("active", 5, ValueType.BOOLEAN, "active"),
        Column("couleur", 6, ValueType.TEXT, "attribute:Couleur", public_name="Couleur"),
        Column("taille", 7, ValueType.TEXT, "attribute:Taille", public_name="Taille"),
        Column("category1", 8, ValueType.TEXT, "category:0", category_depth=0),
        Column("category2", 9, ValueType.TEXT, "category:1", category_depth=1),
    ),
)
PRODUCT_HEADER = ";".join(column.key for column in PRODUCT.columns)

STOCK = StreamSpec(
    "stock",
    (
        Column("reference", 0, ValueType.TEXT, "reference", required=True, object_key=True),
        Column("quantity", 1, ValueType.INTEGER, "quantity", required=True),
    ),
)


def text_stream(width: int, delimiter: str = ";", *, header_lines: int | None = 0) -> StreamSpec:
    """A stream of `width` text columns `c0`, `c1`, ... of which the first is the key."""
    columns = tuple(Column(f"c{i}", i, ValueType.TEXT, f"c{i}", object_key=i == 0) for i in range(width))
    return StreamSpec("things", columns, delimiter=delimiter, header_lines=header_lines)


def product_line(reference: str, **cells: str) -> str:
    """A line of the product file: a sound single item unless `cells` says otherwise."""
    sound = {"reference": reference, "name": f"Article {reference}", "price": "19,90", "active": "1"} | cells
    return ";".join(sound.get(column.key, "") for column in PRODUCT.columns)
