"""One value becomes the text of one column: formatted, put into the ERP's words, cut, and what was lost is noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from connectors.erp_files.values import Value, Values
from schemas.encodable import encodable
from schemas.erp import Obstacle
from schemas.export_fields import KINDS, Kind
from schemas.export_template import PLACEHOLDER, ExportColumn, ExportTemplate

_CENTS = 2


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written."""

    encoding: str = "cp1252"
    delimiter: str = ";"
    decimal_mark: str = ","
    date_format: str = "%d/%m/%Y"
    ending: str = "csv"
    prefix: str = ""


@dataclass(slots=True)
class Losses:
    """What of one document does not arrive as it is, by the names of columns: never the values."""

    cut: dict[str, int] = field(default_factory=dict)
    """Column and its length."""
    replaced: set[str] = field(default_factory=set)
    """Columns of which the encoding cannot hold a sign."""
    without_word: dict[str, str] = field(default_factory=dict)
    """Column and the code that has no word; nothing where it may name a person."""
    held: list[Obstacle] = field(default_factory=list)
    """What must not happen to this column."""


class Cells:
    """Writes the cells of one document and keeps what it loses."""

    def __init__(self, template: ExportTemplate, style: Style) -> None:
        self._template = template
        self._style = style
        self.losses = Losses()

    def text(self, name: str, column: ExportColumn, values: Values) -> str:
        """The text of a column, without quotes."""
        if column.field:
            text = self._formatted(column, column.field, values)
        else:
            text = PLACEHOLDER.sub(lambda found: self._formatted(column, found[1], values), column.text)
        if column.words:
            text = self._word(name, column, text)
        plain = self._without_delimiter(name, " ".join(text.split()))
        return self._fitting(name, column, self._encodable(name, column, plain))

    def _formatted(self, column: ExportColumn, field_name: str, values: Values) -> str:
        value: Value = values.get(field_name)
        if value is None:
            return ""
        if isinstance(value, date):
            return value.strftime(column.date_format or self._style.date_format)
        if isinstance(value, str):
            return value
        return self._number(column, KINDS[field_name], Decimal(value))

    def _number(self, column: ExportColumn, kind: Kind, value: Decimal) -> str:
        decimals = column.decimals
        if decimals is None and kind is not Kind.NUMBER:
            decimals = self._template.price_decimals if kind is Kind.PRICE else _CENTS
        if decimals is None:
            text = f"{value.normalize():f}"
        else:
            text = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"
        return text.replace(".", self._style.decimal_mark)

    def _word(self, name: str, column: ExportColumn, text: str) -> str:
        word = column.words.get(text)
        if word is not None:
            return word
        if column.other_words == "hold" and text:
            self.losses.without_word[name] = text if _is_code(column) else ""
        return text if column.other_words == "keep" else ""

    def _without_delimiter(self, name: str, text: str) -> str:
        """Without quotes nothing else would keep the columns apart."""
        if self._template.quotes != "never" or self._style.delimiter not in text:
            return text
        self.losses.replaced.add(name)
        return " ".join(text.replace(self._style.delimiter, " ").split())

    def _hold(self, code: str, **params: str) -> None:
        obstacle = Obstacle(code, params)
        if obstacle not in self.losses.held:
            self.losses.held.append(obstacle)

    def _encodable(self, name: str, column: ExportColumn, text: str) -> str:
        found = encodable(text, self._style.encoding)
        if found == text:
            return text
        self.losses.replaced.add(name)
        if column.object_key:
            self._hold("files_key_not_in_encoding", value=name)
        return found

    def _fitting(self, name: str, column: ExportColumn, text: str) -> str:
        length = column.max_length
        if length is None or len(text) <= length:
            return text
        if column.object_key:
            self._hold("files_key_too_long", value=name, detail=str(length), text=text)
        elif column.too_long == "hold":
            self._hold("files_value_too_long", value=name, detail=str(length))
        else:
            self.losses.cut[name] = length
        return text[:length].rstrip()


def _is_code(column: ExportColumn) -> bool:
    """Whether what it holds names nobody."""
    return all(not field.startswith(("customer.", "invoice.", "delivery.")) for field in column.fields)
