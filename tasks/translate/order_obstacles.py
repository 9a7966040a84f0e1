"""What keeps an order from being sent: sums that do not agree, codes that are not associated. All at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from schemas.documents import DocumentType, Order
from tasks.translate.cegid_amounts import cents
from tasks.translate.cegid_codes import CegidCodes
from tasks.translate.cegid_orders import payments_of


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason, as a message code with its parameters; nothing personal."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


def order_obstacles(order: Order, codes: CegidCodes) -> tuple[Obstacle, ...]:
    """Every obstacle of an order, none when it may go."""
    return (*_sums(order), *_lines(order, codes), *_associations(order, codes))


def _sums(order: Order) -> Iterator[Obstacle]:
    # Stored totals, never recomputed: the shop may have rounded by item, by line or on the total.
    lines = sum((line.total_tax_incl for line in order.lines), Decimal(0))
    if cents(lines) != cents(order.total_products_tax_incl):
        figures = {"value": str(cents(lines)), "detail": str(cents(order.total_products_tax_incl))}
        yield Obstacle("order_lines_differ", figures)
    added = (
        cents(order.total_products_tax_incl)
        + cents(order.total_shipping_tax_incl)
        + cents(order.total_wrapping_tax_incl)
        - cents(order.total_discounts_tax_incl)
    )
    if added != cents(order.total_paid_tax_incl):
        yield Obstacle("order_total_differs", {"value": str(added), "detail": str(cents(order.total_paid_tax_incl))})
    # PrestaShop issue 35690: an order may be stored with fewer lines than its cart had.
    if order.cart_lines is not None and order.cart_lines != len(order.lines):
        counts = {"value": str(len(order.lines)), "detail": str(order.cart_lines)}
        yield Obstacle("order_lines_missing", counts)


def _lines(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    if not any(line.quantity for line in order.lines):
        yield Obstacle("order_empty")
    for line in order.lines:
        reference = line.reference.strip()
        if not reference and not codes.items.misc:
            yield Obstacle("order_line_without_reference", {"value": str(line.id_order_detail)})
        elif not line.in_erp and (codes.unknown_items == "hold" or not codes.item(reference, in_erp=False)):
            yield Obstacle("order_item_unknown", {"value": reference})
    services = (
        ("shipping", codes.items.shipping, order.total_shipping_tax_incl),
        ("wrapping", codes.items.wrapping, order.total_wrapping_tax_incl),
        ("discount", codes.items.discount, order.total_discounts_tax_incl),
    )
    for name, item, amount in services:
        if cents(amount) and not item:
            yield Obstacle("order_service_item_missing", {"value": name})


def _associations(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    for country in sorted({order.delivery.country, order.invoice.country} - set(codes.countries)):
        yield Obstacle("order_country_not_associated", {"value": country})
    gender = order.customer.id_gender
    if gender and gender not in codes.titles:
        yield Obstacle("order_title_not_associated", {"value": str(gender)})
    if codes.group_member and order.customer.id_default_group not in codes.groups:
        yield Obstacle("order_group_not_associated", {"value": str(order.customer.id_default_group)})
    carrier = order.id_carrier_reference
    if codes.document_type is not DocumentType.RECEIPT and carrier and carrier not in codes.carriers:
        yield Obstacle("order_carrier_not_associated", {"value": str(carrier)})
    for payment in payments_of(order):
        if not codes.payment_method(order, payment):
            currency = payment.currency or order.currency
            yield Obstacle("order_payment_not_associated", {"value": order.module, "detail": currency})
