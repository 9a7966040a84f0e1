"""Amounts to the cent: whatever is rounded, the sum stays what the shop charged."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
_WITHOUT_CENTS = frozenset(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND"))
_PACIFIC_AND_AFRICAN = frozenset(("XAF", "XOF", "XPF", "VUV"))
_IN_THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
"""Currencies that have no hundredths (ISO 4217)."""


def unit_of(currency: str) -> Decimal:
    """The smallest amount of a currency: a cent, unless it has none or smaller ones."""
    if currency in _WITHOUT_CENTS | _PACIFIC_AND_AFRICAN:
        return Decimal(1)
    return CENT / 10 if currency in _IN_THOUSANDTHS else CENT


def cents(amount: Decimal, unit: Decimal = CENT) -> Decimal:
    """The amount to the cent, or to the smallest unit of its currency."""
    return amount.quantize(unit, ROUND_HALF_UP)


def cents_together(amounts: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """The amounts to the cent, so that their sum is the sum to the cent.

    A shop that rounds on the total keeps lines with parts of a cent; the missing cents go where most was cut off.
    """
    floors = [amount.quantize(unit, ROUND_FLOOR) for amount in amounts]
    short = int((cents(sum(amounts, Decimal(0)), unit) - sum(floors, Decimal(0))) / unit)
    by_loss = sorted(range(len(amounts)), key=lambda at: (floors[at] - amounts[at], at))
    for at in by_loss[:short]:
        floors[at] += unit
    return floors


def unit_prices(total: Decimal, quantity: int) -> list[tuple[int, Decimal]]:
    """Quantities with unit prices in whole cents that amount to `total` exactly: one, or two a cent apart.

    Three for 29.99 are one at 9.99 and two at 10.00: a unit price is kept to the cent by a till.
    """
    low, dearer = divmod(int(total / CENT), quantity)
    parts = [(quantity - dearer, low * CENT), (dearer, (low + 1) * CENT)]
    return [(number, price) for number, price in parts if number]
