"""Streams to read with: the shop's items with two attributes, its stock, the flat streams as shipped, and documents."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.column_spec import Column, OnInvalid, StreamSpec, ValueType
from schemas.import_json import default_import_spec

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

RETURN_STATUS = StreamSpec(
    "orderReturnStatus",
    (
        Column("return_reference", 0, ValueType.TEXT, "return_reference", required=True, object_key=True),
        Column("return_status", 1, ValueType.TEXT, "return_status", required=True),
    ),
)
STORE_ORDER = default_import_spec().streams["storeOrder"]
OTHER_STREAMS: Mapping[str, StreamSpec] = {
    "stock": STOCK,
    **{name: default_import_spec().streams[name] for name in ("store", "customer", "specificprice")},
    "storeOrder": STORE_ORDER,
    "orderReturnStatus": RETURN_STATUS,
}
"""All but the products."""
_SOUND: Mapping[str, Mapping[str, str]] = {
    "storeOrder": {"order_internal_reference": "FFO/{d}", "customer_erp_code": "WEB0000000001",
                   "order_date": "2026-01-01 10:00:00", "reference": "ROBE0001-M", "product_name": "Robe d'été {n}",
                   "qty": "{d}", "unit_price_tax_excl": "10,00", "unit_price_tax_incl": "12,00"},
    "stock": {"reference": "R{n}", "quantity": "{n}"},
    "store": {"erp_code": "M{n}", "name": "Écharpe & Cie {n}", "address1": "{n} rue d'Été", "city": "Lyon",
              "country": "FRA", "active": "1", "latitude": "45,7", "email": "m{n}@lab.test", "monday_hours": "9h"},
    "customer": {"code_erp": "C{n}", "customer_email": "c{n}@lab.test", "lastname": "Lefèvre", "firstname": "Zoé",
                 "closed": "0", "birthday_year": "1991", "birthday_month": "09", "birthday_day": "01",
                 "optin_email": "BrandOnly", "last_modification_date": "2026-01-0{d} 10:00:00"},
    "specificprice": {"reference": "R{d}", "erp_code": "SOLDÉ", "reduction": "{n},50", "type": "%",
                      "reduction_tax": "1", "from": "2026-01-0{d}", "to": "2026-02-01"},
    "orderReturnStatus": {"return_reference": "WEBR{n}", "return_status": "Returned"},
}  # fmt: skip


def flat_line(stream: StreamSpec, number: int) -> str:
    """A sound line of one of `OTHER_STREAMS`; nine sales share the lines of `STORE_ORDER`."""
    cells = {key: cell.format(n=number, d=1 + number % 9) for key, cell in _SOUND[stream.name].items()}
    return ";".join(cells.get(column.key, "") for column in sorted(stream.columns, key=lambda column: column.index))


def text_stream(width: int, delimiter: str = ";", *, header_lines: int | None = 0) -> StreamSpec:
    """A stream of `width` text columns `c0`, `c1`, ... of which the first is the key."""
    columns = tuple(Column(f"c{i}", i, ValueType.TEXT, f"c{i}", object_key=i == 0) for i in range(width))
    return StreamSpec("things", columns, delimiter=delimiter, header_lines=header_lines)


def product_line(reference: str, **cells: str) -> str:
    """A line of the product file: a sound single item unless `cells` says otherwise."""
    sound = {"reference": reference, "name": f"Article {reference}", "price": "19,90", "active": "1"} | cells
    return ";".join(sound.get(column.key, "") for column in PRODUCT.columns)


ACCENTS = "reference;name\n" + "".join(f"R{at};Pièce d'été n° {at}\n" for at in range(4))
