"""Read, merge, send: what to send so that a customer's members we do not speak of stay as they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
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
    return _wire(known) != _wire(wanted)


def _wire(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value.normalize(), "f")
        case _:
            return str(value)
