"""Filters of Dolibarr's lists: what is looked for, in the form that it reads without changing it."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.dolibarr.access import SYSTEM
from schemas.errors import RefusedError

_UNASKABLE = frozenset('"()<>\\')
"""The firewall refuses a `"`; a bracket ends the term (docs/facts/dolibarr.md, F1)."""


def equal(field: str, value: str) -> str:
    """The term that asks for exactly this value, whatever the case; `RefusedError` for one that cannot be asked."""
    if _UNASKABLE & set(value) or ", '" in value:
        raise RefusedError(
            "a value with such characters cannot be looked for", system=SYSTEM, action="look up", code="UNASKABLE"
        )
    return f"({field}:=:'{value}')"


def is_askable(value: str) -> bool:
    """Whether Dolibarr can be asked for this value."""
    return not (_UNASKABLE & set(value) or ", '" in value)


def any_of(terms: Iterable[str]) -> str:
    """Terms of which one must be true."""
    return " or ".join(terms)


def ids(field: str, values: Iterable[int]) -> str:
    """The term that asks for these ids."""
    return f"({field}:in:{','.join(map(str, sorted(set(values))))})"
