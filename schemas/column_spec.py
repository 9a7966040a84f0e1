"""The words of import.json: a stream, its columns, and what each column means."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from schemas.export_template import ExportTemplate


_SEVERAL_ROWS_PER_KEY = frozenset(
    {"specificprice", "storeOrder", "productsupplier", "orderDocument", "invoiceDocument"}
)
FILES = "local"
"""Type of a stream that reads files, or writes them."""
WEB_SERVICE = "webservice"
"""Type of a stream that asks the ERP instead of reading files."""
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d")


class ValueType(StrEnum):
    """What a cell must parse as. The frame that validation gives holds the type after the arrow."""

    TEXT = "text"  # -> String
    INTEGER = "integer"  # -> Int64
    DECIMAL = "decimal"  # -> Decimal(20, 6)
    BOOLEAN = "boolean"  # -> Boolean
    DATE = "date"  # -> Date
    DATETIME = "datetime"  # -> Datetime("us"), no zone: as the file says it
    EAN13 = "ean13"  # -> String of 0 to 13 digits, check digit verified when there are 13
    EMAIL = "email"  # -> String
    HTML = "html"  # -> String


class Owner(StrEnum):
    """Who owns a column's value on the shop once the entity exists there."""

    ERP = "erp"
    """Compared and sent at every change."""
    FIRST_WRITE = "first-write"
    """Sent when the entity is created, never after."""
    SHOP = "shop"
    """Validated, never sent."""


class OnInvalid(StrEnum):
    """What an invalid value of an optional column does."""

    REJECT = "reject"
    BLANK = "blank"
    """The cell counts as empty, the row goes on, and the report says so."""


class AbsentRows(StrEnum):
    """What it means that a row confirmed earlier is not in the file."""

    KEEP = "keep"
    """Nothing: the file holds what changed."""
    DEACTIVATE = "deactivate"
    """The file is complete: what is not in it is closed."""


class Blank(StrEnum):
    """What an empty cell says about an entity that exists."""

    KEEP = "keep"
    """Nothing: the shop keeps its value."""
    CLEAR = "clear"
    """The value is empty in the ERP: empty it on the shop."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a stream: its technical name, its place in the file and what it means.

    `target` is what the column writes to, one text per place: `reference`, `price`, `stocks`,
    `attribute:Couleur`, `feature:Matière`, `manufacturer`, `category:0`, `name@en`.
    """

    key: str
    index: int
    type: ValueType
    target: str
    required: bool = False
    owner: Owner = Owner.ERP
    on_invalid: OnInvalid = OnInvalid.REJECT
    blank: Blank = Blank.KEEP
    max_length: int | None = None
    """In characters."""
    max_bytes: int | None = None
    """As much of the value fits into one request, in bytes as XML."""
    validator: str = ""
    """The shop's own validator of this value, by its name; what it refuses depends on the shop's version."""
    forbidden: str = ""
    """Characters the shop refuses in this value."""
    spaced: str = ""
    """Characters that a blank or the end must follow."""
    pattern: str | None = None
    """A regular expression the whole cell must match (Rust syntax, anchored by us)."""
    example: str = ""
    """What `pattern` lets through, for a person."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    """Bounds of an integer or a decimal, both allowed themselves."""
    decimal_mark: str | None = None
    """The mark that the cells of one file prove; None: each number says it by itself."""
    is_undecided: bool = False
    """The cells of one file do not prove how a number such as `2.000` is read."""
    endless: bool = False
    """A day far ahead says that there is no end, or that nobody knows the day."""
    object_key: bool = False
    parent_ref: bool = False
    public_name: str | None = None
    category_depth: int | None = None
    iso: str | None = None
    """Lower-case ISO code of the language, for a `lang` column."""
    ps_field: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys of import.json that we do not know, kept as they are."""


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """One kind of file: where it is dropped, how it is written, and its columns by index."""

    name: str
    columns: tuple[Column, ...]
    class_: str = ""
    enabled: bool = True
    type: str = FILES
    file_extension: str = "csv"
    delimiter: str = ";"
    encoding: str | None = None
    """None: UTF-8 with or without BOM, else cp1252."""
    header_lines: int | None = None
    """None: detected."""
    decimal_mark: str | None = None
    """None: comma or dot; when a cell holds both, the row is rejected with the remedy to set it."""
    date_formats: tuple[str, ...] = DATE_FORMATS
    """How a day is written, tried in this order; a time may follow it."""
    file_prefix: str = ""
    folder: str | None = None
    """Under the shop's drop folder; None: the drop folder itself and a folder of the stream's name."""
    absent_rows: AbsentRows = AbsentRows.KEEP
    allow_frames: bool = False
    """The shop keeps frames and forms in HTML texts (PS_ALLOW_HTML_IFRAME); by default it refuses or drops them."""
    template: ExportTemplate | None = None
    """How a stream of export.json is written, where it goes by file."""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key_column(self) -> Column:
        """The column whose value names a row."""
        return next(column for column in self.columns if column.object_key)

    @property
    def has_several_rows_per_key(self) -> bool:
        """Whether rows of one key stand beside each other: the prices of one item, the lines of one order."""
        return self.name in _SEVERAL_ROWS_PER_KEY or self.has_warehouses

    @property
    def has_warehouses(self) -> bool:
        """Whether each row is the quantity of one warehouse, to be added up."""
        return self.name == "stock" and self.column("warehouse") is not None

    @property
    def parent_column(self) -> Column | None:
        """The column that names the parent product of a combination, if the stream has one."""
        return next((column for column in self.columns if column.parent_ref), None)

    def column(self, target: str) -> Column | None:
        """The column that writes to `target`, if any."""
        return next((column for column in self.columns if column.target == target), None)
