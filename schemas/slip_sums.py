"""Whether the amounts of a credit slip agree, and what each of its lines comes to so that they make what is given back.

The shop keeps the sum of the products beside the lines. Where a person has chosen another amount, or the voucher of the
order was kept back, the two differ and nothing says which VAT the difference bears (docs/facts/prestashop.md, U9).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from schemas.amounts import CENT, cents, cents_together
from schemas.documents import Slip, SlipLine


def given_back(slip: Slip) -> list[SlipLine]:
    """The lines that hold anything."""
    return [line for line in slip.lines if line.quantity]


def total_of(slip: Slip, unit: Decimal = CENT) -> Decimal:
    """What is given back in all, with tax."""
    return cents(slip.total_products_tax_incl, unit) + cents(slip.total_shipping_tax_incl, unit)


def agrees(slip: Slip) -> bool:
    """Whether the lines make the sums of the products, and nothing else was kept back or chosen."""
    lines = given_back(slip)
    sums = (
        (slip.total_products_tax_incl, [line.total_tax_incl for line in lines]),
        (slip.total_products_tax_excl, [line.total_tax_excl for line in lines]),
    )
    chosen = cents(slip.amount)
    as_lines = not chosen or chosen in {cents(total) for total, _ in sums}
    return as_lines and all(abs(_left(total, parts)) <= len(lines) for total, parts in sums)


def line_totals(slip: Slip, unit: Decimal = CENT) -> list[Decimal]:
    """What each line gives back with tax, in whole cents that make the sum of the products."""
    return _spread(slip.total_products_tax_incl, [line.total_tax_incl for line in given_back(slip)], unit)


def net_line_totals(slip: Slip, unit: Decimal = CENT) -> list[Decimal]:
    """The same without tax."""
    return _spread(slip.total_products_tax_excl, [line.total_tax_excl for line in given_back(slip)], unit)


def _left(total: Decimal, parts: Sequence[Decimal], unit: Decimal = CENT) -> int:
    """Cents by which the parts fall short."""
    return int((cents(total, unit) - sum(cents_together(parts, unit), Decimal(0))) / unit)


def _spread(total: Decimal, parts: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """The parts in whole cents; a cent that rounding has left over goes to each of the first that hold anything."""
    rounded = cents_together(parts, unit)
    left = _left(total, parts, unit)
    step = unit if left > 0 else -unit
    for at in [at for at, part in enumerate(rounded) if part][: abs(left)]:
        rounded[at] += step
    return rounded
