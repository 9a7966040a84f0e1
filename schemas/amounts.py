"""Amounts to the cent: whatever is rounded, the sum stays what the shop charged."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """The amount to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def cents_together(amounts: Sequence[Decimal]) -> list[Decimal]:
    """The amounts to the cent, so that their sum is the sum to the cent.

    A shop that rounds on the total keeps lines with parts of a cent; the missing cents go where most was cut off.
    """
    floors = [amount.quantize(CENT, ROUND_FLOOR) for amount in amounts]
    short = int((cents(sum(amounts, Decimal(0))) - sum(floors, Decimal(0))) / CENT)
    by_loss = sorted(range(len(amounts)), key=lambda at: (floors[at] - amounts[at], at))
    for at in by_loss[:short]:
        floors[at] += CENT
    return floors


def unit_prices(total: Decimal, quantity: int) -> list[tuple[int, Decimal]]:
    """Quantities with unit prices in whole cents that amount to `total` exactly: one, or two a cent apart.

    Three for 29.99 are one at 9.99 and two at 10.00: a unit price is kept to the cent by a till.
    """
    low, dearer = divmod(int(total / CENT), quantity)
    parts = [(quantity - dearer, low * CENT), (dearer, (low + 1) * CENT)]
    return [(number, price) for number, price in parts if number]
