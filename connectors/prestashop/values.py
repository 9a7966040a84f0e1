"""Numbers of an entity, which the webservice writes as text."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity


def money(row: Entity, name: str) -> Decimal:
    """An amount of a row; 0 where it has none."""
    try:
        return Decimal(row.get(name) or 0)
    except InvalidOperation:
        return Decimal(0)


def whole(row: Entity, name: str) -> int:
    """A whole number of a row; 0 where it has none."""
    return int(row.get(name) or 0)
