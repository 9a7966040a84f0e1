"""What keeps an order from going to any ERP: amounts that do not make its total, or that were not paid so."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from schemas.amounts import CENT, cents
from schemas.documents import Order
from schemas.erp import Obstacle
from schemas.order_sums import agrees, sum_of_parts
from schemas.payments import payments_of


def sum_obstacles(order: Order) -> tuple[Obstacle, ...]:
    """Every obstacle that lies in the order's amounts; of a total that is wrong, what was paid says nothing."""
    return tuple(_sums(order)) or tuple(_paid(order))


def _sums(order: Order) -> Iterator[Obstacle]:
    # Stored totals, never recomputed: the shop may have rounded by item, by line or on the total.
    lines = sum((line.total_tax_incl for line in order.lines), Decimal(0))
    if cents(lines) != cents(order.total_products_tax_incl):
        figures = {"value": str(cents(lines)), "detail": str(cents(order.total_products_tax_incl))}
        yield Obstacle("order_lines_differ", figures)
    if not agrees(order):
        figures = {"value": str(sum_of_parts(order)), "detail": str(cents(order.total_paid_tax_incl))}
        yield Obstacle("order_total_differs", figures)
    # PrestaShop issue 35690: an order may be stored with fewer lines than its cart had. More lines were added by a
    # person, and a cart may be emptied afterwards.
    if order.cart_lines is not None and order.cart_lines > len(order.lines):
        counts = {"value": str(len(order.lines)), "detail": str(order.cart_lines)}
        yield Obstacle("order_lines_missing", counts)
    yield from _grosses(order)


def _grosses(order: Order) -> Iterator[Obstacle]:
    """Amounts that are less with tax than without, beyond what rounding by the piece may do."""
    pieces = sum(abs(line.quantity) for line in order.lines)
    amounts = (
        (order.total_products_tax_incl, order.total_products_tax_excl),
        (order.total_shipping_tax_incl, order.total_shipping_tax_excl),
        (order.total_wrapping_tax_incl, order.total_wrapping_tax_excl),
    )
    for tax_incl, tax_excl in amounts:
        if tax_incl < tax_excl - CENT * (pieces + 1):
            yield Obstacle("order_gross_below_net", {"value": str(cents(tax_incl)), "detail": str(cents(tax_excl))})


def _paid(order: Order) -> Iterator[Obstacle]:
    """More than the total, which the shop itself notes when an order in payment error is set to paid, or less."""
    paid, total = sum((cents(each.amount) for each in payments_of(order)), Decimal(0)), cents(order.total_paid_tax_incl)
    one_currency = all(each.currency in {"", order.currency} for each in order.payments)
    if one_currency and paid != total:
        yield Obstacle("order_paid_twice" if paid > total else "order_paid_in_part", _figures(paid, total))
    # Each of them set to paid by hand: PrestaShop then notes the highest total alone (docs/facts/prestashop.md, O6).
    if order.paid_together not in {None, order.total_together, order.dearest_together}:
        yield Obstacle("order_paid_apart", _figures(order.paid_together, order.total_together))


def _figures(paid: Decimal, total: Decimal) -> dict[str, str]:
    return {"value": str(cents(paid)), "detail": str(cents(total))}
