"""`sqlfilters`: terms as `(t.ref:=:'A')`, joined by and or or, over the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.texts import folded

_TERM = re.compile(r"\((\w+)\.(\w+):(=|!=|<|>|<=|>=|in|like):([^()]*)\)")
_DROPPED_BY_IN = re.compile(r"[^\w\-.,' =]")
Row = dict[str, Any]
Column = Callable[[Row, str, str], Any]
"""Row, alias, name -> value."""


def predicate(text: str, column: Column, has_column: Callable[[str, str], bool], what: str) -> Callable[[Row], bool]:
    """Whether a row is meant; 400 for what is no filter, 503 for an unknown column."""
    terms = list(_TERM.finditer(text))
    rest = _TERM.sub("#", text)
    if not terms or not re.fullmatch(r"#(?:\s+(?:and|or)\s+#)*", rest.strip(), re.IGNORECASE):
        raise ApiError(400, "Error when validating parameter sqlfilters -> Bad syntax of the search string")
    for alias, name in (term.groups()[:2] for term in terms):
        if not has_column(alias, name):
            raise ApiError(503, f"Error when retrieve {what} : Unknown column '{alias}.{name}' in 'WHERE'")
    values = [_values(term) for term in terms]
    joins = [each.lower() for each in re.findall(r"and|or", rest, re.IGNORECASE)]

    def matches(row: Row) -> bool:
        answers = [_matches(row, term, column, those) for term, those in zip(terms, values, strict=True)]
        # Of `and` and `or` beside each other, SQL takes `and` first.
        groups, current = [], answers[0]
        for join, answer in zip(joins, answers[1:], strict=True):
            if join == "and":
                current = current and answer
            else:
                groups.append(current)
                current = answer
        return any([*groups, current])

    return matches


def _values(term: re.Match[str]) -> frozenset[str]:
    """The values of an `in`, as they are compared."""
    if term[3] != "in":
        return frozenset()
    return frozenset(folded(each.strip().strip("'")) for each in _DROPPED_BY_IN.sub("", term[4]).split(","))


def _matches(row: Row, term: re.Match[str], column: Column, values: frozenset[str]) -> bool:
    alias, name, operator, value = term.groups()
    found = column(row, alias, name)
    if operator == "in":
        return found is not None and folded(str(found)) in values
    value = value.removeprefix("'").removesuffix("'")
    if found is None:
        return False
    if operator in {"=", "!="}:
        return (folded(str(found)) == folded(value)) is (operator == "=")
    return _compare(found, value, operator)


def _compare(found: Any, value: str, operator: str) -> bool:
    if operator == "like":
        pattern = re.escape(folded(value)).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, folded(str(found))) is not None
    try:
        left, right = float(found), float(value)
    except ValueError:
        left, right = str(found), value  # type: ignore[assignment]
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator]
