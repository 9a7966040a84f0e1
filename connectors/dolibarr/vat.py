"""Pure: the unit price that a line is given, and what Dolibarr makes of it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from schemas.amounts import cents

_UNIT = Decimal("0.00000001")
_STORED_UNIT = Decimal("0.00001")
"""Dolibarr cuts a unit price to MAIN_MAX_DECIMALS_UNIT decimals, 5 unless it was changed."""
_HUNDRED = Decimal(100)


def without_tax(tax_incl: Decimal, quantity: int, rate: Decimal) -> Decimal:
    """The unit price without tax, with 8 decimals, of a line that comes to this amount with tax."""
    return (tax_incl / quantity / (1 + rate / _HUNDRED)).quantize(_UNIT, ROUND_HALF_UP)


def as_dolibarr(unit_tax_excl: Decimal, quantity: int, rate: Decimal) -> Decimal:
    """What Dolibarr makes of a line with tax: the unit price cut, tax on what is not rounded, rounded once."""
    stored = unit_tax_excl.quantize(_STORED_UNIT, ROUND_HALF_UP)
    return cents(stored * quantity * (1 + rate / _HUNDRED))
