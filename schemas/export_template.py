"""The template of a stream of export.json: which columns its files have, and what each of them holds."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from schemas import export_fields
from schemas.json_keys import JsonKeys

LAYOUT_KEYS = ("data", "header", "lines", "payments")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DATE_PART = re.compile(r"(?:[^%]|%[dmyYHM])+")
_PRICES = ("line.unit_price", "line.total", "line.unit_price_tax_excl", "line.unit_price_tax_incl")
_REMEDIES = {
    "missing": 'Add `"{key}"`; docs/erp-files.md shows every key.',
    "string_type": "Write a text between double quotes.",
    "bool_type": "Write true or false, without quotes.",
    "int_type": "Write a whole number, without quotes.",
    "dict_type": "Write it between braces.",
    "model_type": 'Write it between braces, like `{{"index": 0, "field": "order.number"}}`.',
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, alias_generator=to_camel)


class ExportColumn(_Part):
    """One column of a file that is written: a `field`, or a `text` with fields between braces."""

    index: Annotated[int, Field(ge=0, lt=1000)]
    """0 for the first column; what lies between two columns stays empty."""
    field: str = ""
    text: str = ""
    max_length: Annotated[int, Field(ge=1)] | None = None
    """In characters."""
    too_long: Literal["cut", "hold"] = "cut"
    """What is longer is cut, which is reported, or holds its document."""
    words: dict[str, str] = Field(default_factory=dict)
    """What is written instead of a value."""
    other_words: Literal["hold", "keep", "empty"] = "hold"
    """A value without a word holds its document, goes as it is, or is left out."""
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None
    date_format: str = ""
    """Like `%d/%m/%Y`; empty: that of the stream."""
    object_key: Annotated[bool, Field(alias="object_key")] = False
    """The ERP's files name the document by this column: it is never cut."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it holds."""
        return (self.field,) if self.field else tuple(PLACEHOLDER.findall(self.text))


class ExportTemplate(_Part):
    """How one document becomes rows."""

    layout: Literal["one_row_per_line", "header_then_lines"] = "one_row_per_line"
    data: dict[str, ExportColumn] = Field(default_factory=dict)
    """The columns of every row, with `one_row_per_line`."""
    header: dict[str, ExportColumn] = Field(default_factory=dict)
    lines: dict[str, ExportColumn] = Field(default_factory=dict)
    """The columns of the row of the whole document and those of each of its lines, with `header_then_lines`."""
    payments: dict[str, ExportColumn] = Field(default_factory=dict)
    """With `header_then_lines`: the columns of a row for each payment of an order, behind its lines."""
    width: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Columns of every row; None: up to the last one that is named."""
    files: Literal["run", "document"] = "run"
    """One file with all documents of a run, or one each."""
    first_row: Literal["names", "none"] = "names"
    line_end: Literal["crlf", "lf"] = "crlf"
    quotes: Literal["needed", "always", "never"] = "needed"
    date: Literal["order", "payment", "invoice", "today"] = "order"
    """The date of a document: of the order, of its first payment, of the shop's invoice, or the day of writing.

    An order without payment, or without invoice, has its own date.
    """
    prices: Literal["tax_incl", "tax_excl"] = "tax_incl"
    """What `line.unit_price` and `line.total` are, from which the ERP adds the document up."""
    price_decimals: Annotated[int, Field(ge=2, le=6)] = 2
    voucher_quantity: Literal[-1, 1] = -1
    """-1: a voucher is a line of quantity -1; 1: one with a negative price."""
    return_quantity: Literal[-1, 1] = 1
    """The sign of the quantities of a return and of a credit slip."""

    @property
    def of_document(self) -> Mapping[str, ExportColumn]:
        """The columns that bear the document's key."""
        return self.header if self.layout == "header_then_lines" else self.data

    @property
    def columns(self) -> Mapping[str, ExportColumn]:
        """All columns; of two with one name, the line's."""
        return {**self.data, **self.header, **self.lines, **self.payments}

    @property
    def fields(self) -> frozenset[str]:
        """All fields that are written."""
        every = (*self.data.values(), *self.header.values(), *self.lines.values(), *self.payments.values())
        return frozenset(name for column in every for name in column.fields)

    @property
    def key_column(self) -> ExportColumn:
        """The column by which the ERP names the document again."""
        return next(column for column in self.of_document.values() if column.object_key)

    @property
    def key_name(self) -> str:
        """The name of that column."""
        return next(name for name, column in self.of_document.items() if column.object_key)


KEYS = tuple(field.alias or name for name, field in ExportTemplate.model_fields.items())


def read_template(stream: str, keys: JsonKeys) -> ExportTemplate | None:
    """The template that the keys of a stream describe; None when a fault, which is noted, leaves none."""
    values = {name: value for name in KEYS if (value := keys.pop(name)) is not None}
    try:
        template = ExportTemplate.model_validate(values)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            keys.fault_at(fault["loc"], *_said(fault))
        return None
    before = len(keys.notes.faults)
    _check(stream, template, keys)
    return template if len(keys.notes.faults) == before else None


def _said(fault: Any) -> tuple[str, str]:
    kind, key = fault["type"], str(fault["loc"][-1])
    if kind == "extra_forbidden":
        known = [field.alias or name for name, field in ExportColumn.model_fields.items()]
        return "this key is not known", _close(key, known) or f"Remove it; known here: {', '.join(known)}."
    reason = "this key is missing" if kind == "missing" else str(fault["msg"])
    return reason, _REMEDIES.get(kind, "Correct the value.").format(key=key)


def _close(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean `{close[0]}`?" if close else ""


def _check(stream: str, template: ExportTemplate, keys: JsonKeys) -> None:
    in_two = template.layout == "header_then_lines"
    wanted = ("header", "lines") if in_two else ("data",)
    for part in LAYOUT_KEYS:
        columns = getattr(template, part)
        may_have = part in wanted or (part == "payments" and in_two and stream == "order")
        if part in wanted and not columns:
            keys.fault(part, f"the layout {template.layout} needs columns here", f'Write `"{part}": {{ ... }}`.')
        elif part == "payments" and columns and not may_have:
            remedy = "Remove them: only orders of the layout header_then_lines have rows of payments."
            keys.fault(part, "no payments are written here", remedy)
        elif not may_have and columns:
            remedy = f"Remove them, or set `layout` to {'one_row_per_line' if in_two else 'header_then_lines'}."
            keys.fault(part, f"the layout {template.layout} has no such columns", remedy)
        _check_columns(stream, part, columns, template, keys)
    _check_key(stream, template, keys)
    if stream != "customer":
        _check_lines(template, keys)


def _check_columns(
    stream: str, part: str, columns: Mapping[str, ExportColumn], template: ExportTemplate, keys: JsonKeys
) -> None:
    for (name, _), (_, before) in _same_place(columns):
        reason = f"two columns are at index {before.index}"
        keys.fault_at((part, name, "index"), reason, "Give each column its own index; the first one is 0.")
    more = {"header": {}, "payments": export_fields.PAYMENTS}.get(part, export_fields.LINES)
    known = {**export_fields.BY_STREAM[stream], **more}
    if stream == "customer":
        known = dict(export_fields.CUSTOMER)
    for name, column in columns.items():
        _check_column((part, name), column, list(known), keys)
        if template.width is not None and column.index >= template.width:
            keys.fault_at((part, name, "index"), f"the row has {template.width} columns", "Correct it, or `width`.")


def _same_place(
    columns: Mapping[str, ExportColumn],
) -> Iterator[tuple[tuple[str, ExportColumn], tuple[str, ExportColumn]]]:
    ordered = sorted(columns.items(), key=lambda item: item[1].index)
    return ((after, before) for before, after in pairwise(ordered) if before[1].index == after[1].index)


def _check_column(path: tuple[str, ...], column: ExportColumn, known: list[str], keys: JsonKeys) -> None:
    if column.field and column.text:
        keys.fault_at(path, "a column has a `field` or a `text`, not both", "Remove one of them.")
    if not column.field and "text" not in column.model_fields_set:
        remedy = 'Add `"field"` or `"text"`; `"text": ""` is a column that stays empty.'
        keys.fault_at(path, "nothing says what the column holds", remedy)
    for field in column.fields:
        if field not in known:
            remedy = _close(field, known) or f"Known here: {', '.join(known)}."
            keys.fault_at((*path, "field" if column.field else "text"), f"there is no field `{field}` here", remedy)
    if column.date_format and not _DATE_PART.fullmatch(column.date_format):
        keys.fault_at((*path, "dateFormat"), "this is not the format of a date", 'Write it like "%d/%m/%Y".')


def _check_key(stream: str, template: ExportTemplate, keys: JsonKeys) -> None:
    part = "header" if template.layout == "header_then_lines" else "data"
    flagged = {name: column for name, column in template.of_document.items() if column.object_key}
    fields = export_fields.KEYS[stream]
    if len(flagged) != 1:
        reason = "several columns name the document" if flagged else "no column names the document"
        remedy = f'Set `"object_key": true` on the one that the ERP\'s own files repeat, with {" or ".join(fields)}.'
        keys.fault(part, reason, remedy)
    for name, column in flagged.items():
        if not set(column.fields) & set(fields):
            reason = "this column says nothing by which a document is found again"
            keys.fault_at((part, name), reason, f"Put one of these into it: {', '.join(fields)}.")
        if column.words:
            keys.fault_at((part, name, "words"), "the key goes as it is", "Remove the words.")


def _check_lines(template: ExportTemplate, keys: JsonKeys) -> None:
    part = "lines" if template.layout == "header_then_lines" else "data"
    for needed in (("line.item",), ("line.quantity",), _PRICES):
        if not template.fields & set(needed):
            names = " or ".join(needed)
            keys.fault(part, f"no column holds {names}, without which no line is whole", f"Add a column with {names}.")
