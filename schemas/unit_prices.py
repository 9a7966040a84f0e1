"""Unit prices of any number of decimals that come to a total exactly."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from schemas.amounts import cents, unit_prices


def exact_prices(total: Decimal, quantity: int, decimals: int) -> list[tuple[int, Decimal]]:
    """Quantities with unit prices that come to `total`, each line rounded to the cent: one where one can, else two."""
    price = (total / quantity).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return [(quantity, price)] if cents(price * quantity) == total else unit_prices(total, quantity)
