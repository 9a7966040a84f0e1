"""A document becomes the rows of a file, by the template of export.json: pure, the same rows whenever it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.erp_files.cells import Cells, Losses, Style
from connectors.erp_files.values import Values
from schemas.export_template import ExportColumn, ExportTemplate

_PERSONAL = (
    "customer.",
    "invoice.",
    "delivery.",
    "order.comment",
    "order.gift_message",
    "return.comment",
    "payment.transaction_id",
)
"""What plans do not show."""


@dataclass(frozen=True, slots=True)
class Written:
    """One document as it stands in a file, and what of it was lost on the way."""

    key: str
    """What the ERP's own files name it by."""
    content: bytes
    """Its rows, each with its line end."""
    losses: Losses
    shown: tuple[tuple[str, str], ...]
    """Column and text of its first row and line, those that name a person left out."""


def write(
    template: ExportTemplate, style: Style, values: Values, lines: Sequence[Values], payments: Sequence[Values] = ()
) -> Written:
    """The rows of one document; one without lines, as a customer, is one row."""
    cells = Cells(template, style)
    if template.layout == "header_then_lines":
        rows = [_row(template, template.header, values, cells)]
        rows += [_row(template, template.lines, {**values, **line}, cells) for line in lines]
        if template.payments:
            rows += [_row(template, template.payments, {**values, **payment}, cells) for payment in payments]
    else:
        rows = [_row(template, template.data, {**values, **line}, cells) for line in lines or ({},)]
    text = "".join(line_of(row, template, style) for row in rows)
    key = cells.text(template.key_name, template.key_column, values)
    first = {**values, **(lines[0] if lines else {}), **(payments[0] if payments else {})}
    return Written(key, text.encode(style.encoding), cells.losses, _shown(template, style, first))


def names_row(template: ExportTemplate, style: Style) -> bytes:
    """The row of column names that a file begins with; nothing where it has none."""
    if template.first_row == "none":
        return b""
    columns = template.of_document
    width = _width(template)
    at = {column.index: name for name, column in columns.items()}
    return line_of([at.get(index, "") for index in range(width)], template, style).encode(style.encoding, "replace")


def line_of(row: Sequence[str], template: ExportTemplate, style: Style) -> str:
    """One row as text, with its line end."""
    end = "\r\n" if template.line_end == "crlf" else "\n"
    return style.delimiter.join(_quoted(cell, template, style) for cell in row) + end


def _quoted(cell: str, template: ExportTemplate, style: Style) -> str:
    if template.quotes == "always" or (template.quotes == "needed" and (style.delimiter in cell or '"' in cell)):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _row(template: ExportTemplate, columns: Mapping[str, ExportColumn], values: Values, cells: Cells) -> list[str]:
    row = [""] * _width(template)
    for name, column in columns.items():
        row[column.index] = cells.text(name, column, values)
    return row


def _width(template: ExportTemplate) -> int:
    parts = (template.data, template.header, template.lines, template.payments)
    return template.width or 1 + max(column.index for part in parts for column in part.values())


def _shown(template: ExportTemplate, style: Style, values: Values) -> tuple[tuple[str, str], ...]:
    cells = Cells(template, style)
    return tuple(
        (name, cells.text(name, column, values))
        for name, column in sorted(template.columns.items(), key=lambda item: item[1].index)
        if column.fields and not any(field.startswith(_PERSONAL) for field in column.fields)
    )
