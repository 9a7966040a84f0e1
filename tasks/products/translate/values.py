"""Wanted values against the shop's text: are they the same, and how are they written."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from tasks.products.translate.html_texts import has_same_markup, words
from tasks.products.translate.prices import six_decimals
from tasks.products.translate.rows import NO_DATE, Value

HTML_FIELDS = frozenset({"description", "description_short", "additional_description", "note"})
"""Fields that the shop's HTMLPurifier rewrites (FACTS 2.6): `<br>` becomes `<br />`, `&` becomes `&amp;`."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def without_control_characters(text: str) -> str:
    """The text without the characters that XML 1.0 forbids."""
    # None of them is printable, which is seen at a fraction of the cost.
    return text if text.isprintable() else _CONTROL.sub("", text)


def as_text(value: Value | None) -> str:
    """The value as a person reads it in a plan, and as the webservice takes it."""
    if isinstance(value, str):
        return value if value.isprintable() else _CONTROL.sub("", value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Decimal):
        return _number_text(value)
    if isinstance(value, datetime):
        value = value.date()
    return "" if value is None else value.isoformat()


def same(field: str, wanted: Value, current: str) -> bool:
    """Whether the shop's text is what is wanted already, for a field of this name."""
    return wanted == current or _says_the_same(field, wanted, current)


def _says_the_same(field: str, wanted: Value, current: str) -> bool:
    if isinstance(wanted, bool):
        return as_text(wanted) == (current or "0")
    if isinstance(wanted, int) and (current or "0").isdecimal():
        return wanted == int(current or "0")
    if isinstance(wanted, (Decimal, int)):
        return _same_number(Decimal(wanted), current)
    if isinstance(wanted, (date, datetime)) or wanted == NO_DATE:
        return as_text(wanted) == (current or NO_DATE)[:10]
    if field in HTML_FIELDS:
        return has_same_markup(without_control_characters(str(wanted)), current)
    return as_text(wanted).strip() == current.strip()


def reads_the_same(field: str, wanted: Value, current: str) -> bool:
    """As `same`, but of HTML only the words count: what a purifier may change (tags, entities, space) does not."""
    if field in HTML_FIELDS and isinstance(wanted, str):
        return words(without_control_characters(wanted)) == words(current)
    return same(field, wanted, current)


@lru_cache(maxsize=4096)
def _number_text(value: Decimal) -> str:
    # Zero has no sign: numbers that are equal share a text here.
    return f"{six_decimals(value) + 0:f}"


@lru_cache(maxsize=4096)
def _same_number(wanted: Decimal, current: str) -> bool:
    """Of 20,000 prices most are of few values: each pair is compared once."""
    try:
        return six_decimals(Decimal(current or "0")) == six_decimals(wanted)
    except InvalidOperation:
        return False
