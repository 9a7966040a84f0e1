"""Pure: the VAT rate that an amount bears, from what it is without and with tax, and what Dolibarr makes of a line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from schemas.amounts import cents

EXACT = Decimal("0.000001")
"""Unit prices of the shop have six decimals."""
TO_THE_CENT = Decimal("0.005")
_UNIT = Decimal("0.00000001")
_STORED_UNIT = Decimal("0.00001")
"""Dolibarr cuts a unit price to MAIN_MAX_DECIMALS_UNIT decimals, 5 unless it was changed."""
_HUNDRED = Decimal(100)


def fitting(tax_excl: Decimal, tax_incl: Decimal, rates: Iterable[Decimal], slack: Decimal) -> frozenset[Decimal]:
    """The rates by which one amount becomes the other when each of the two is off by `slack` at most."""
    return frozenset(
        rate for rate in rates if abs(tax_excl * (1 + rate / _HUNDRED) - tax_incl) <= slack * (2 + rate / _HUNDRED)
    )


def without_tax(tax_incl: Decimal, quantity: int, rate: Decimal) -> Decimal:
    """The unit price without tax, with 8 decimals, of a line that comes to this amount with tax."""
    return (tax_incl / quantity / (1 + rate / _HUNDRED)).quantize(_UNIT, ROUND_HALF_UP)


def as_dolibarr(unit_tax_excl: Decimal, quantity: int, rate: Decimal) -> Decimal:
    """What Dolibarr makes of a line with tax: the unit price cut, tax on what is not rounded, rounded once."""
    stored = unit_tax_excl.quantize(_STORED_UNIT, ROUND_HALF_UP)
    return cents(stored * quantity * (1 + rate / _HUNDRED))
