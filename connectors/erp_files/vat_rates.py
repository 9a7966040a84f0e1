"""The rate of VAT that an amount without and one with tax show; a shop's order does not say it by itself."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from schemas.amounts import CENT

_TENTH = Decimal("0.1")


def rate_of(tax_excl: Decimal, tax_incl: Decimal, known: Iterable[Decimal] = ()) -> Decimal:
    """In per cent: of `known` rates the one that fits amounts to the cent, else what the two amounts make.

    Prices of lines have six decimals in the shop and show their rate; shipping and vouchers have two.
    """
    for rate in sorted(known):
        if abs(tax_excl * (100 + rate) / 100 - tax_incl) <= CENT:
            return rate
    if not tax_excl:
        return Decimal(0)
    return ((tax_incl / tax_excl - 1) * 100).quantize(_TENTH, ROUND_HALF_UP)
