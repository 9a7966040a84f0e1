"""Whether the amounts of an order make what was paid, and what each line comes to so that they do."""

from __future__ import annotations

from decimal import Decimal

from schemas.amounts import CENT, cents, cents_together
from schemas.documents import Order, OrderLine


def sold_lines(order: Order) -> list[OrderLine]:
    """The lines that hold anything: a person may have set one to nothing."""
    return [line for line in order.lines if line.quantity]


def sum_of_parts(order: Order) -> Decimal:
    """Products, shipping and wrapping less what was taken off, as the shop stored each."""
    return cents(order.total_products_tax_incl) + _beside_products(order)


def agrees(order: Order) -> bool:
    """Whether the parts make the total, to what rounding leaves open.

    The shop rounds each line and adds them up for the products, but rounds the total once (docs/facts/prestashop.md,
    O4): half a cent a line lies between the two.
    """
    apart = abs(sum_of_parts(order) - cents(order.total_paid_tax_incl))
    priced = sum(1 for line in sold_lines(order) if cents(line.total_tax_incl))
    return apart <= CENT * (priced // 2)


def line_totals(order: Order, unit: Decimal = CENT) -> list[Decimal]:
    """What each of the sold lines comes to in whole cents; with the other amounts they make the total of the order."""
    lines = sold_lines(order)
    totals = cents_together([line.total_tax_incl for line in lines], unit)
    beside = _beside_products(order, unit)
    left = int((cents(order.total_paid_tax_incl, unit) - beside - sum(totals, Decimal(0))) / unit)
    step = unit if left > 0 else -unit
    for at in _most_rounded(lines, totals, step)[: abs(left)]:
        totals[at] += step
    return totals


def net_line_totals(order: Order, unit: Decimal = CENT) -> list[Decimal]:
    """The same without tax; where rounding leaves more than a cent a line open, the sum is that of the lines."""
    totals = cents_together([line.total_tax_excl for line in sold_lines(order)], unit)
    left = _left_net(order, totals, unit)
    priced = [at for at, total in enumerate(totals) if total]
    step = unit if left > 0 else -unit
    for at in priced[: abs(left)] if abs(left) <= len(priced) else ():
        totals[at] += step
    return totals


def agrees_net(order: Order) -> bool:
    """Whether `net_line_totals` make the order's total without tax."""
    return not _left_net(order, net_line_totals(order), CENT)


def _left_net(order: Order, totals: list[Decimal], unit: Decimal) -> int:
    """Cents by which the parts without tax fall short of the total."""
    beside = cents(order.total_shipping_tax_excl, unit) + cents(order.total_wrapping_tax_excl, unit)
    beside -= cents(order.total_discounts_tax_excl, unit)
    return int((cents(order.total_paid_tax_excl, unit) - beside - sum(totals, Decimal(0))) / unit)


def _beside_products(order: Order, unit: Decimal = CENT) -> Decimal:
    return (
        cents(order.total_shipping_tax_incl, unit)
        + cents(order.total_wrapping_tax_incl, unit)
        - cents(order.total_discounts_tax_incl, unit)
    )


def _most_rounded(lines: list[OrderLine], totals: list[Decimal], step: Decimal) -> list[int]:
    """Places of the lines that rounding has moved furthest the other way, those first; what is free stays free."""
    moved = {
        at: (line.unit_price_tax_incl * line.quantity - totals[at]) * step
        for at, line in enumerate(lines)
        if totals[at]
    }
    return sorted(moved, key=lambda at: (-moved[at], at))
