"""Which payments of an order count."""

from __future__ import annotations

from dataclasses import replace

from schemas.amounts import cents
from schemas.documents import Order, Payment


def payments_of(order: Order) -> tuple[Payment, ...]:
    """The payments to tell: the accepted ones, or the order's total when the shop keeps none; none when it is free."""
    accepted = tuple(each for each in order.payments if each.accepted and cents(each.amount))
    if accepted or not cents(order.total_paid_tax_incl):
        return accepted
    whole = Payment(amount=order.total_paid_tax_incl, label=order.payment_label, paid_at=order.placed_at)
    return (replace(whole, currency=order.currency),)
