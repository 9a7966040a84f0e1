"""Credit slips by example, of an order whatever ERP it goes to."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from schemas.documents import Order, Slip, SlipLine

MICRO = Decimal("0.000001")


def net(total: Decimal, rate: Decimal) -> Decimal:
    return (total / (1 + rate / 100)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def slip(order: Order, *lines: tuple[int, int, str], shipping: str = "0", rate: str = "20", **more: Any) -> Slip:
    """A slip of lines (place in the order from 1, pieces, what all give back with tax) whose amounts agree."""
    given = []
    for number, quantity, text in lines:
        sold, total = order.lines[number - 1], Decimal(text)
        share = sold.unit_price_tax_excl / sold.unit_price_tax_incl
        tax_excl = (total * share).quantize(Decimal("0.01"), ROUND_HALF_UP)
        given.append(SlipLine(sold.id_order_detail, quantity, tax_excl, total, sold))
    products = sum((line.total_tax_incl for line in given), Decimal(0))
    known: dict[str, Any] = {
        "id_order_slip": 7,
        "id_order": order.id_order,
        "created_at": order.placed_at + timedelta(days=1),
        "lines": tuple(given),
        "amount": products,
        "total_products_tax_incl": products,
        "total_products_tax_excl": sum((line.total_tax_excl for line in given), Decimal(0)),
        "total_shipping_tax_incl": Decimal(shipping),
        "total_shipping_tax_excl": net(Decimal(shipping), Decimal(rate)),
        "order": order,
        "created_text": "2026-11-22 00:30:00",
    }
    return Slip(**known | more)
