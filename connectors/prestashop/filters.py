"""Filters, written in one place: what the list form can say, and what needs another form (D32)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from connectors.prestashop.resources import DATE_FIELDS

_SAFE = "[]|,:"
# In the list form | and brackets are syntax; < and line breaks are stripped by the shop's own escaping.
_NOT_IN_LIST = re.compile(r"[|\[\]<>\\\r\n]")
_NOT_BARE = re.compile(r"\[.*\]|[<>\\\r\n]")
# `[10,20]` is a range.
_RANGE = re.compile(r"[\d.:\s-]+,[\d.:\s-]+")
_WILD = re.compile(r"[|\[\]<>\\\r\n%]")
_ID = re.compile(r"[1-9][0-9]{0,17}")
_WORTH_A_RANGE = 50
"""Values of which a list costs the shop's database next to nothing."""


class Expression(str):
    """A filter in the shop's own words, such as `>[5]`; made by the functions below."""

    __slots__ = ()


Filter: TypeAlias = "str | Sequence[str]"
Filters: TypeAlias = Mapping[str, Filter]


def after(value: str) -> Expression:
    """Strictly greater: `>=` is not an operator and would be dropped without a word."""
    return Expression(f">[{value}]")


def between(first: str, last: str) -> Expression:
    """From `first` to `last`, both included; numbers or dates only."""
    if not _RANGE.fullmatch(f"{first},{last}"):
        raise ValueError("the shop knows ranges of numbers and dates only")
    return Expression(f"[{first},{last}]")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a look-up: the filter's text, the values it stands for, and whether it may find more."""

    expression: Expression
    values: tuple[str, ...]
    loose: bool = False

    def halves(self) -> Iterator[Ask]:
        """The same values in two requests."""
        middle = len(self.values) // 2
        for part in (self.values[:middle], self.values[middle:]):
            yield Ask(any_of(part), part)


def exactly(value: str) -> Ask:
    """The filter that finds `value`, whatever its characters; `loose` when the answer must be compared here."""
    if not value:
        return Ask(Expression("[]"), (value,))
    if not _NOT_BARE.search(value):
        return Ask(Expression(value), (value,))
    return Ask(Expression(f"[{_WILD.sub('_', value)}]%"), (value,), loose=True)


def any_of(values: Sequence[str]) -> Expression:
    """The list form; ValueError for a value it cannot hold."""
    if any(_NOT_IN_LIST.search(value) for value in values):
        raise ValueError("a value with |, brackets or line breaks needs a look-up of its own")
    return exactly(values[0]).expression if len(values) == 1 else Expression(f"[{'|'.join(values)}]")


def fits_in_list(value: str) -> bool:
    """Whether `value` can stand in the list form."""
    return bool(value) and not _NOT_IN_LIST.search(value)


def are_numbers(values: Iterable[str]) -> bool:
    """Whether all of `values` are whole numbers as the shop writes its ids."""
    return all(map(_ID.fullmatch, values))


def in_a_range(numbers: Sequence[str], most_numbers: float) -> Ask | None:
    """One look-up of all from the first to the last of `numbers`, which are in their order, where that is worth it.

    The shop makes a chain of comparisons of a list, and a range of its key of this (fact L5). None where they are few,
    or where there would be more than `most_numbers` for each of them.
    """
    if len(numbers) < _WORTH_A_RANGE or int(numbers[-1]) - int(numbers[0]) >= most_numbers * len(numbers):
        return None
    return Ask(between(numbers[0], numbers[-1]), tuple(numbers), loose=True)


def asks(values: Iterable[str], *, url_bytes: int, most: int = sys.maxsize) -> Iterator[Ask]:
    """Distinct non-empty `values` in as few look-ups of at most `most` as the length of an address allows."""
    batch: list[str] = []
    size = 0
    for value in dict.fromkeys(values):
        if not value:
            continue
        plain = value.isascii() and value.isalnum()
        if not plain and (_NOT_IN_LIST.search(value) or len(quote(value, safe="")) > url_bytes):
            yield exactly(value)
            continue
        length = len(value if plain else quoted(value)) + 1
        if batch and (size + length > url_bytes or len(batch) == most):
            yield Ask(any_of(batch), tuple(batch))
            batch, size = [], 0
        batch.append(value)
        size += length
    if batch:
        yield Ask(any_of(batch), tuple(batch))


def query(
    *,
    filters: Filters,
    display: Sequence[str] | str = (),
    sort: str = "",
    limit: str = "",
    extra: Mapping[str, str] | None = None,
) -> str:
    """The query of a list, ready for an address; `date=1` is added where dates are filtered or sorted (D32)."""
    parts = [f"filter[{field}]={quoted(_expression(value))}" for field, value in filters.items()]
    if not DATE_FIELDS.isdisjoint(filters) or sort.removesuffix("_ASC").removesuffix("_DESC") in DATE_FIELDS:
        parts.append("date=1")
    if display:
        parts.append("display=" + (display if isinstance(display, str) else f"[{','.join(display)}]"))
    if sort:
        parts.append(f"sort=[{sort}]")
    if limit:
        parts.append(f"limit={limit}")
    parts += [f"{name}={quoted(value)}" for name, value in (extra or {}).items()]
    return "&".join(parts)


def query_with(scope: str, options: Mapping[str, str]) -> str:
    """The query of a write: the shop of a multi-shop installation, and the resource's own parameters."""
    return "&".join(part for part in (scope, query(filters={}, extra=options)) if part)


def _expression(value: Filter) -> str:
    if isinstance(value, Expression):
        return value
    if not isinstance(value, str):
        return any_of(tuple(value))
    ask = exactly(value)
    if ask.loose:
        raise ValueError("a value with brackets or line breaks needs a look-up of its own")
    return ask.expression


def quoted(text: str) -> str:
    """`text` percent-encoded for a query, with the webservice's own punctuation left readable (and short)."""
    return quote(text, safe=_SAFE)
