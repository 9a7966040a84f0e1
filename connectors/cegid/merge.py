"""Read, merge, send: what to send so that a customer's members we do not speak of stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def merged(known: Mapping[str, Any], wanted: Mapping[str, Any], members: Collection[str]) -> dict[str, Any] | None:
    """All that is to be sent, or None when the ERP already has what is wanted.

    `known` is what was read, in texts; a member that is absent from `wanted` is kept, one that is `""` is emptied.
    Only `members`, those that can be sent, are kept of `known`.
    """
    both = _overlay({name: value for name, value in known.items() if name in members}, wanted)
    return both if _differs(known, wanted) else None


def _overlay(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    overlaid = dict(known)
    for name, value in wanted.items():
        below = known.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            overlaid[name] = _overlay(below, value)
        else:
            overlaid[name] = value
    return overlaid


def _differs(known: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        below = known if isinstance(known, Mapping) else {}
        return any(_differs(below.get(name), value) for name, value in wanted.items())
    return not _says(known, wanted)


def _says(known: Any, wanted: Any) -> bool:
    """Whether a text as read is the value as wanted."""
    match wanted:
        case bool():
            return known in (("true", "1") if wanted else ("false", "0"))
        case Decimal() | int():
            return _number(known) == wanted
        case _:
            return (known or "") == (wanted or "")


def _number(text: Any) -> Decimal | None:
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        return None
