"""How MySQL keeps, cuts and compares values: column types, truncation and the collation of the shop."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from deployments.sandbox.shop.html_purifier import purified

Kind = Literal["int", "decimal", "text", "datetime", "date", "none"]

_LEADING_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_INT_RANGES = {"int": (-(2**31), 2**32 - 1), "mediumint": (0, 16_777_215), "signed": (-(2**31), 2**31 - 1)}
_ZERO_DATES = {"datetime": "0000-00-00 00:00:00", "date": "0000-00-00"}
_DATE_LENGTHS = {"datetime": 19, "date": 10}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's type, with its width (text), scale (decimal) or range (int)."""

    kind: Kind
    size: int = 0
    low: int = 0
    high: int = 0
    html: bool = False

    @property
    def empty(self) -> str:
        """What an empty value becomes when it is stored."""
        if self.kind == "int":
            return "0"
        if self.kind == "decimal":
            return f"{Decimal(0):.{self.size}f}"
        return _ZERO_DATES.get(self.kind, "")

    def stored(self, value: str | None) -> str:
        """The text the database gives back after storing ``value``."""
        if value is None or value == "":
            return self.empty
        if self.kind == "int":
            return self._whole(value)
        if self.kind == "decimal":
            return self._scaled(value)
        if self.kind == "text":
            return (purified(value) if self.html else value)[: self.size or None]
        if self.kind in _ZERO_DATES:
            return self._dated(value)
        return value

    def _whole(self, value: str) -> str:
        if value.isdigit() and len(value) < 8:  # noqa: PLR2004 the common case, below every limit
            return str(int(value))
        return str(min(max(int(number(value)), self.low), self.high))

    def _scaled(self, value: str) -> str:
        """PHP keeps 14 significant digits of a float before the database rounds it."""
        try:
            kept = Decimal(f"{number(value):.14g}")
        except InvalidOperation:
            kept = Decimal(0)
        return f"{kept.quantize(Decimal(1).scaleb(-self.size), ROUND_HALF_UP):f}"

    def _dated(self, value: str) -> str:
        text = value.strip()[: _DATE_LENGTHS[self.kind]]
        if self.kind == "datetime" and len(text) == _DATE_LENGTHS["date"]:
            return text + " 00:00:00"
        return text

    def comparable(self, value: str) -> str | float:
        """The key under which equal values meet: a number, a padded date or a folded text."""
        if self.kind in {"int", "decimal"}:
            return number(value)
        if self.kind in _ZERO_DATES:
            return self._dated(value)
        return folded(value)


def column(sql_type: str, *, html: bool = False) -> Column:
    """The column a type name such as ``decimal(6)`` or ``varchar(64)`` stands for."""
    name, _, size = sql_type.rstrip(")").partition("(")
    if name in _INT_RANGES:
        low, high = _INT_RANGES[name]
        return Column("int", low=low, high=high)
    if name == "varchar":
        return Column("text", size=int(size), html=html)
    if name == "decimal":
        return Column("decimal", size=int(size))
    kinds: dict[str, Kind] = {"text": "text", "datetime": "datetime", "date": "date", "none": "none"}
    return Column(kinds[name], html=html)


@lru_cache(maxsize=50_000)
def number(value: str) -> float:
    """The number MySQL reads at the start of a text, 0 when there is none."""
    found = _LEADING_NUMBER.match(value)
    return float(found[1]) if found else 0.0


@lru_cache(maxsize=4096)
def _weight(character: str) -> str:
    if ord(character) > 0xFFFF:  # noqa: PLR2004 utf8mb4_general_ci gives one weight to all of these
        return "\ufffd"
    if character == "ß":
        return "S"
    upper = unicodedata.normalize("NFD", character)[0].upper()
    return upper if len(upper) == 1 else character


@lru_cache(maxsize=200_000)
def folded(value: str) -> str:
    """A text as utf8mb4_general_ci compares it: without case, accents and trailing spaces."""
    text = value.rstrip(" ")
    if text.isascii():
        return text.upper()
    return "".join(map(_weight, text))


def like(pattern: str) -> re.Pattern[str]:
    """A LIKE pattern as a regular expression over folded texts; ``_`` and ``%`` are wildcards."""
    parts = {"%": ".*", "_": "."}
    return re.compile("".join(parts.get(one, re.escape(folded(one) or one)) for one in pattern), re.DOTALL)
