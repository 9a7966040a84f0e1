"""Prices: tax included to tax excluded, and one base with impacts for the combinations of a product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
SIX = Decimal("0.000001")
"""PrestaShop stores prices with six decimals."""


def six_decimals(amount: Decimal) -> Decimal:
    """The amount as the shop stores it."""
    return amount.quantize(SIX, rounding=ROUND_HALF_UP)


def displayed(price_tax_excl: Decimal, rate: Decimal) -> Decimal:
    """The tax-included price that the shop shows, to the cent; `rate` is a percentage (20 for 20 %)."""
    return (price_tax_excl * (100 + rate) / 100).quantize(CENT, rounding=ROUND_HALF_UP)


def tax_excluded(price_tax_incl: Decimal, rate: Decimal) -> tuple[Decimal, bool]:
    """The six-decimal tax-excluded price closest to `price_tax_incl`, and whether the shop shows it to the cent.

    It cannot when the ERP's price has parts of a cent; the closest price is given all the same.
    """
    price = six_decimals(price_tax_incl * 100 / (100 + rate))
    return price, displayed(price, rate) == price_tax_incl


def most_frequent(amounts: Iterable[Decimal]) -> Decimal | None:
    """The most frequent amount, the lowest on a tie, whatever the order; None of nothing."""
    counted = Counter(amounts)
    if not counted:
        return None
    return min(counted, key=lambda amount: (-counted[amount], amount))
