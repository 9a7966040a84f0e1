"""Filters, sorts and limits of a list, with the database's notion of equality and the webservice's oddities."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from operator import gt, le, lt
from typing import TYPE_CHECKING

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.columns import Column, folded, like, number
from deployments.sandbox.shop.errors import CrashError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from deployments.sandbox.shop.query import Query
    from deployments.sandbox.shop.schema import Field, Resource
    from deployments.sandbox.shop.store import Row, Table

_DATES = ("date_add", "date_upd")
_ID = Column("int", low=0, high=2**32 - 1)
_SORTED_BY_DATABASE = {("products", "reference"), ("combinations", "reference"), ("orders", "current_state")}
_SORT_SYNTAX = (
    'The "sort" value has to be formed as this example: "field_ASC" or '
    "'[field_1_DESC,field_2_ASC,field_3_ASC,...]' (\"field\" has to be an available field)"
)


@dataclass(frozen=True, slots=True)
class Available:
    """The names that may be filtered or sorted in this request."""

    plain: list[str]
    i18n: list[str]


@dataclass(slots=True)
class Selection:
    """The ids that pass the filters, narrowed by indexes where that is possible."""

    table: Table
    languages: tuple[int, ...]
    kept: list[set[int]] = field(default_factory=list)
    """Ids that pass each filter that an index answers."""
    predicates: list[Callable[[Row], bool]] = field(default_factory=list)
    natural_order: str = ""

    def keep(self, ids: set[int]) -> None:
        """Keep only these ids."""
        self.kept.append(ids)

    def rows(self) -> list[Row]:
        """The rows kept, in the order in which the database happens to give them."""
        every = self.table.rows
        # The smallest first: what a real database does by its statistics.
        fewest = sorted(self.kept, key=len)
        chosen = sorted(fewest[0].intersection(*fewest[1:]) if fewest else every)
        rows: Iterable[Row] = (every[one] for one in chosen)
        for predicate in self.predicates:
            rows = filter(predicate, rows)
        kept = list(rows)
        if self.natural_order:
            kept.sort(key=lambda row: self.table.key(self.natural_order, row[self.natural_order] or ""))
        return kept


def available(resource: Resource, query: Query) -> Available:
    """The fields open to filters: dates only with ``date=1``, then even where the table has none."""
    plain = ["id", *(one.name for one in resource.fields if not one.i18n)]
    if query.text("date") not in {"", "0"}:
        plain += [name for name in _DATES if name not in plain]
    else:
        plain = [name for name in plain if name not in _DATES]
    return Available(plain, [one.name for one in resource.fields if one.i18n])


def selected(table: Table, query: Query, names: Available, languages: tuple[int, ...]) -> Selection:
    """The rows that pass the request's filters, all of them ANDed."""
    selection = Selection(table, languages)
    for name, (value, nested) in query.filters().items():
        _check(table.resource, name, value, names, nested=nested)
        _apply(selection, name, value)
    return selection


def _check(resource: Resource, name: str, value: str, names: Available, *, nested: bool) -> None:
    if name in names.plain and not nested:
        _check_plain(resource, name, value)
    elif not (name in names.i18n and value):
        if nested:
            raise ServiceError(400, 31, "There is no existing linked table for this resource")
        raise ServiceError.did_you_mean(400, 32, "This filter does not exist", name, names.plain)


def _check_plain(resource: Resource, name: str, value: str) -> None:
    if value == "":
        raise ServiceError(400, 33, f'The filter "{name}" is malformed.')
    described = resource.by_name.get(name)
    if described is not None and described.computed:
        raise ServiceError(
            400,
            34,
            f'The field "{name}" is dynamic. It is not possible to filter GET query with this field.',
        )
    if name != "id" and (described is None or described.column.kind == "none"):
        raise CrashError(f"no column {name} in the table of {resource.name}")


def _apply(selection: Selection, name: str, value: str) -> None:
    matched = re.match(r"^(.*)\[(.*)\](.*)$", value)
    if matched is None:
        _equal(selection, name, [value])
        return
    before, inner, after = matched.groups()
    if "%" in (before, after):
        _like(selection, name, before + inner + after)
    elif before == "" and after == "":
        _bracketed(selection, name, inner)
    elif before in {">", "<"}:
        _compared(selection, name, inner, gt if before == ">" else lt)
    elif before == "!":
        for one in inner.split("|"):
            _different(selection, name, one)


def _bracketed(selection: Selection, name: str, inner: str) -> None:
    between = re.match(r"^([\d.:\-\s]+),([\d.:\-\s]+)$", inner)
    if inner.find("|") > 0:
        _equal(selection, name, inner.split("|"))
    elif between:
        _between(selection, name, between[1], between[2])
    else:
        _equal(selection, name, [inner])


def _equal(selection: Selection, name: str, values: list[str]) -> None:
    table = selection.table
    if name == "id":
        selection.keep({int(one) for one in map(number, values) if one in table.rows})
        return
    found: set[int] = set()
    for value in values:
        found |= table.ids_where(name, value)
    if len(values) > 1 and (table.resource.name, name) in _SORTED_BY_DATABASE:
        selection.natural_order = name
    selection.keep(found)
    if table.resource.by_name[name].i18n:
        keys = {folded(value) for value in values}
        selection.predicates.append(lambda row: any(folded(text) in keys for text in _texts(selection, row, name)))


def _texts(selection: Selection, row: Row, name: str) -> Iterator[str]:
    value = row[name]
    if isinstance(value, dict):
        return (own[language] for own in shops.texts(row, name) for language in selection.languages if language in own)
    return iter(() if value is None else (str(value),))


def _column(selection: Selection, name: str) -> Column:
    described: Field | None = selection.table.resource.by_name.get(name)
    return described.column if described else _ID


def _like(selection: Selection, name: str, pattern: str) -> None:
    expression = like(pattern)
    if (selection.table.resource.name, name) in _SORTED_BY_DATABASE and not pattern.startswith("%"):
        selection.natural_order = name
    selection.predicates.append(
        lambda row: any(expression.fullmatch(folded(text)) is not None for text in _texts(selection, row, name)),
    )


def _compared(selection: Selection, name: str, value: str, passes: Callable[..., bool]) -> None:
    column = _column(selection, name)
    limit = column.comparable(value)
    selection.predicates.append(
        lambda row: any(passes(column.comparable(text), limit) for text in _texts(selection, row, name)),
    )


def _different(selection: Selection, name: str, value: str) -> None:
    column = _column(selection, name)
    unwanted = column.comparable(value)
    selection.predicates.append(
        lambda row: any(column.comparable(text) != unwanted for text in _texts(selection, row, name)),
    )


def _between(selection: Selection, name: str, left: str, right: str) -> None:
    column = _column(selection, name)
    if column.kind == "int":
        selection.keep(selection.table.ids_between(name, *sorted((number(left), number(right)))))
        return
    ends = column.comparable(left), column.comparable(right)
    low, high = ends if le(*ends) else reversed(ends)

    def between(row: Row) -> bool:
        values = map(column.comparable, _texts(selection, row, name))
        return any(le(low, value) and le(value, high) for value in values)

    selection.predicates.append(between)


def in_order(selection: Selection, query: Query, names: Available) -> list[Row]:
    """The selected rows as the request sorts them."""
    wanted = query.text("sort")
    rows = selection.rows()
    if not wanted:
        return rows
    bracketed = re.fullmatch(r"\[(.*)\]", wanted)
    parts = bracketed[1].split(",") if bracketed else [wanted]
    wanted_order = [_sort_part(part, names, selection.table.resource) for part in parts]
    if wanted_order[-1][1]:
        # An index that is read backwards gives the rows of one value backwards too (fact L6).
        rows.reverse()
    for name, descending in reversed(wanted_order):
        rows.sort(key=partial(_sort_key, selection, name, _column(selection, name)), reverse=descending)
    return rows


def _sort_key(selection: Selection, name: str, column: Column, row: Row) -> tuple[int, str | float]:
    if name == "id":
        return 1, row["id"]
    text = next(_texts(selection, row, name), None)
    return (0, 0.0) if text is None else (1, column.comparable(text))


def _sort_part(part: str, names: Available, resource: Resource) -> tuple[str, bool]:
    name, _, direction = part.rpartition("_")
    if direction.upper() not in {"ASC", "DESC"} or not part.count("_"):
        raise ServiceError(400, 37, _SORT_SYNTAX)
    if name not in names.plain and name not in names.i18n:
        raise ServiceError(
            400,
            38,
            f"Unable to filter by this field. However, these are available: {', '.join(names.plain)}, "
            f"for i18n fields:{', '.join(names.i18n)}",
        )
    described = resource.by_name.get(name)
    if name != "id" and (described is None or described.column.kind == "none" or described.computed):
        raise CrashError(f"no column {name} to sort by")
    return name, direction.upper() == "DESC"


def limited(rows: list[Row], query: Query) -> list[Row]:
    """The page of rows that ``limit`` asks for."""
    wanted = query.text("limit")
    if not query.has("limit"):
        return rows
    parts = wanted.split(",")
    if len(parts) > 2:  # noqa: PLR2004 offset and count
        raise ServiceError(400, 39, 'The "limit" value has to be formed as this example: "5,25" or "10"')
    numbers = [int(number(part)) for part in parts]
    if min(numbers) < 0:
        raise CrashError("negative limit")
    offset, count = numbers if len(numbers) == 2 else (0, numbers[0])  # noqa: PLR2004
    return rows[offset : offset + count]
