"""Rows of the product stream become wanted products: simple ones, and parents with their combinations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from schemas.column_spec import Blank, Column, Owner, StreamSpec, ValueType
from tasks.products.translate.names import Path
from tasks.run.row_ref import RowRef

TEXT_FIELDS = frozenset(
    {
        "name",
        "description",
        "description_short",
        "link_rewrite",
        "meta_title",
        "meta_description",
        "meta_keywords",
        "available_now",
        "available_later",
        "delivery_in_stock",
        "delivery_out_stock",
    }
)
"""Product fields that the shop holds once per language."""

ROW_FIELDS = frozenset(
    {
        "reference",
        "supplier_reference",
        "ean13",
        "isbn",
        "upc",
        "mpn",
        "price",
        "weight",
        "wholesale_price",
        "available_date",
        "minimal_quantity",
        "low_stock_threshold",
        "ecotax",
    }
)
"""Fields that belong to the combination when the row is one."""

NO_DATE = "0000-00-00"

Value: TypeAlias = str | int | bool | Decimal | date | datetime


@dataclass(slots=True)
class Written:
    """Values by field: `owned` is compared and sent at every change, `first` only when the entity is created."""

    owned: dict[str, Value] = field(default_factory=dict)
    first: dict[str, Value] = field(default_factory=dict)

    def at_creation(self) -> dict[str, Value]:
        """All values of a new entity."""
        return self.first | self.owned


@dataclass(slots=True)
class WantedRow:
    """One row of the file: a simple product or one combination."""

    ref: RowRef
    active: bool
    changed: bool
    fields: Written
    options: tuple[tuple[str, str], ...] = ()
    """(attribute group, value), in the order of the columns."""


@dataclass(slots=True)
class WantedProduct:
    """One product as the ERP wants it. `texts` are keyed by `field` or `field@iso`."""

    key: str
    simple: bool
    rows: list[WantedRow]
    fields: Written = field(default_factory=Written)
    texts: Written = field(default_factory=Written)
    manufacturer: str | None = None
    """Empty: no manufacturer; None: the file has none."""
    owns_manufacturer: bool = True
    categories: Path = ()
    owns_categories: bool = True
    features: dict[str, str] = field(default_factory=dict)
    """Value by feature; an empty value removes the feature."""
    first_features: dict[str, str] = field(default_factory=dict)
    tax_code: str | None = None
    generic_rows: list[RowRef] = field(default_factory=list)
    """Rows that name the parent itself: a generic item carries nothing that its combinations do not."""

    @property
    def active(self) -> bool:
        """Whether any row of the file is open for sale."""
        return any(row.active for row in self.rows)


@dataclass(frozen=True, slots=True)
class ProductColumns:
    """The columns of a product stream, sorted by what they write to."""

    key: Column
    parent: Column | None
    active: Column | None
    row_fields: tuple[Column, ...]
    product_fields: tuple[Column, ...]
    texts: tuple[Column, ...]
    attributes: tuple[Column, ...]
    features: tuple[Column, ...]
    manufacturer: Column | None
    categories: tuple[Column, ...]
    tax_code: Column | None

    @classmethod
    def of(cls, stream: StreamSpec) -> ProductColumns:
        """Sorts the columns of `stream`; those owned by the shop are left out."""
        parent = stream.parent_column
        special = {"active", "stocks", "tax_code", "manufacturer", "parent"}
        sent = [c for c in stream.columns if c.owner is not Owner.SHOP and not c.parent_ref and c.target]
        plain = [c for c in sent if c.target not in special and ":" not in c.target]
        return cls(
            key=stream.key_column,
            parent=parent,
            active=stream.column("active"),
            row_fields=tuple(c for c in plain if c.target in ROW_FIELDS),
            product_fields=tuple(c for c in plain if c.target not in ROW_FIELDS and not _is_text(c)),
            texts=tuple(c for c in plain if _is_text(c)),
            attributes=tuple(c for c in sent if c.target.startswith("attribute:")),
            features=tuple(c for c in sent if c.target.startswith("feature:")),
            manufacturer=next((c for c in sent if c.target == "manufacturer"), None),
            categories=tuple(
                sorted((c for c in sent if c.target.startswith("category:")), key=lambda c: c.category_depth or 0)
            ),
            tax_code=stream.column("tax_code"),
        )


def fingerprinted(stream: StreamSpec) -> tuple[Column, ...]:
    """The columns whose change makes a product row worth looking at.

    Stock has a link of its own. A tax code writes nothing on a known product; another rule than the shop's is noted.
    """
    return tuple(c for c in stream.columns if c.owner is Owner.ERP and c.target not in {"stocks", ""})


def product_key(columns: ProductColumns, row: Mapping[str, Any]) -> str:
    """The key of the product that a row belongs to: its parent's, or its own."""
    parent = row[columns.parent.key] if columns.parent else None
    return str(parent or row[columns.key.key])


def wanted_products(rows: Iterable[Mapping[str, Any]], stream: StreamSpec) -> list[WantedProduct]:
    """Groups rows into products, in the order in which each product first appears.

    `rows` hold `_file`, `_line`, `_changed` and the typed columns of the stream by technical name.
    The same rows in another order give the same products.
    """
    columns = ProductColumns.of(stream)
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(product_key(columns, row), []).append(row)
    return [_wanted_product(key, group, columns) for key, group in grouped.items()]


def _wanted_product(key: str, group: Sequence[Mapping[str, Any]], columns: ProductColumns) -> WantedProduct:
    parent = columns.parent
    dimensioned = [row for row in group if parent and row[parent.key]]
    simple = not dimensioned
    generic = [] if simple else [row for row in group if not (parent and row[parent.key])]
    group = dimensioned or group
    rows = [_wanted_row(row, columns) for row in group]
    speaking = [raw for raw, row in zip(group, rows, strict=True) if row.active] or list(group)
    product = WantedProduct(key=key, simple=simple, rows=rows)
    product.generic_rows = [RowRef(row["_file"], row["_line"], str(row[columns.key.key])) for row in generic]
    agreed = _agreed(speaking, columns.key)
    _fill(product.fields, columns.product_fields, agreed)
    _fill(product.texts, columns.texts, agreed)
    if columns.manufacturer:
        name = agreed(columns.manufacturer)
        product.manufacturer = None if name is None else str(name)
        product.owns_manufacturer = columns.manufacturer.owner is Owner.ERP
    if columns.categories:
        product.categories = _category_path(speaking, columns)
        product.owns_categories = columns.categories[0].owner is Owner.ERP
    for column in columns.features:
        value = agreed(column)
        if value is not None:
            target = product.features if column.owner is Owner.ERP else product.first_features
            target[column.public_name or column.key] = str(value)
    if columns.tax_code:
        product.tax_code = agreed(columns.tax_code)  # type: ignore[assignment]
    return product


def _wanted_row(row: Mapping[str, Any], columns: ProductColumns) -> WantedRow:
    fields = Written()
    _fill(fields, columns.row_fields, lambda column: cell_value(row, column))
    active = row[columns.active.key] if columns.active else True
    return WantedRow(
        ref=RowRef(row["_file"], row["_line"], str(row[columns.key.key])),
        active=True if active is None else bool(active),
        changed=bool(row.get("_changed", True)),
        fields=fields,
        options=tuple(
            (column.public_name or column.key, str(row[column.key])) for column in columns.attributes if row[column.key]
        ),
    )


def _fill(written: Written, columns: Sequence[Column], agreed: Callable[[Column], Value | None]) -> None:
    for column in columns:
        value = agreed(column)
        if value is not None:
            (written.owned if column.owner is Owner.ERP else written.first)[column.target] = value


def cell_value(row: Mapping[str, Any], column: Column) -> Value | None:
    """The value of a cell; None when it is empty and does not clear the shop's value."""
    value: Value | None = row[column.key]
    return _empty(column) if value is None and column.blank is Blank.CLEAR else value


def _empty(column: Column) -> Value:
    if column.type in {ValueType.DECIMAL, ValueType.INTEGER, ValueType.BOOLEAN}:
        return 0
    return NO_DATE if column.type in {ValueType.DATE, ValueType.DATETIME} else ""


def _agreed(rows: Sequence[Mapping[str, Any]], key: Column) -> Callable[[Column], Value | None]:
    """The value that most rows of a product have in a column; on a tie, that of the row with the lowest key."""
    by_key = sorted(rows, key=lambda row: str(row[key.key]))

    def agreed(column: Column) -> Value | None:
        values = [value for row in by_key if (value := cell_value(row, column)) is not None]
        return Counter(values).most_common(1)[0][0] if values else None

    return agreed


def _category_path(rows: Sequence[Mapping[str, Any]], columns: ProductColumns) -> Path:
    paths: Counter[Path] = Counter()
    for row in sorted(rows, key=lambda row: str(row[columns.key.key])):
        names: list[str] = []
        for column in columns.categories:
            if not row[column.key]:
                break
            names.append(str(row[column.key]))
        if names:
            paths[tuple(names)] += 1
    return paths.most_common(1)[0][0] if paths else ()


def _is_text(column: Column) -> bool:
    return column.target.split("@", 1)[0] in TEXT_FIELDS
