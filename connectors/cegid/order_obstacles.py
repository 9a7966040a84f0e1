"""What keeps an order from being sent: sums that do not agree, things that are gone, codes that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.cegid.codes import CegidCodes
from connectors.cegid.texts import street_fits
from schemas.amounts import cents
from schemas.documents import DocumentType, Order
from schemas.erp import Obstacle
from schemas.order_obstacles import sum_obstacles
from schemas.payments import payments_of


def order_obstacles(order: Order, codes: CegidCodes) -> tuple[Obstacle, ...]:
    """Every obstacle of an order, none when it may go."""
    return (*_missing(order, codes), *sum_obstacles(order), *_lines(order, codes), *_associations(order, codes))


def _missing(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    """What the shop has deleted: no code of the ERP would help."""
    for missing in order.missing:
        # A receipt carries no carrier.
        if missing.what != "carrier" or codes.document_type is not DocumentType.RECEIPT:
            yield Obstacle(f"order_{missing.what}_missing", {"value": str(missing.id)})
    if not order.customer.email and not _is_missing(order, "customer"):
        yield Obstacle("order_customer_without_email", {"value": str(order.customer.id_customer)})
    for address, name in ((order.delivery, "delivery"), (order.invoice, "invoice")):
        if not street_fits(address, codes.address_length):
            yield Obstacle(f"order_{name}_address_too_long", {"value": str(codes.address_length)})


def _is_missing(order: Order, what: str) -> bool:
    return any(missing.what == what for missing in order.missing)


def _lines(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    if not any(line.quantity for line in order.lines):
        yield Obstacle("order_empty")
    for line in order.lines:
        reference = line.reference.strip()
        if not reference and not codes.items.misc:
            yield Obstacle("order_line_without_reference", {"value": str(line.id_order_detail)})
        elif not line.in_erp and (codes.unknown_items == "hold" or not codes.item(reference, in_erp=False)):
            yield Obstacle("order_item_unknown", {"detail": reference})
    services = (
        ("shipping", codes.items.shipping, order.total_shipping_tax_incl),
        ("wrapping", codes.items.wrapping, order.total_wrapping_tax_incl),
        ("discount", codes.items.discount, order.total_discounts_tax_incl),
    )
    for name, item, amount in services:
        if cents(amount) and not item:
            yield Obstacle(f"order_{name}_item_missing", {"value": str(cents(amount))})


def _associations(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    for country in sorted({order.delivery.country, order.invoice.country} - {"", *codes.countries}):
        yield Obstacle("order_country_not_associated", {"value": country})
    customer = order.customer
    gender = customer.id_gender
    if gender and gender not in codes.titles:
        yield Obstacle("order_title_not_associated", {"value": str(gender)})
    if codes.group_member and not _is_missing(order, "customer") and customer.id_default_group not in codes.groups:
        # A customer that was made without one is in no group.
        code = "order_group_not_associated" if customer.id_default_group else "order_group_missing"
        yield Obstacle(code, {"value": str(customer.id_default_group or customer.id_customer)})
    carrier = order.id_carrier_reference
    is_receipt = codes.document_type is DocumentType.RECEIPT
    if not is_receipt and carrier and not _is_missing(order, "carrier") and carrier not in codes.carriers:
        yield Obstacle("order_carrier_not_associated", {"value": str(carrier)})
    for payment in payments_of(order) if not _is_missing(order, "currency") else ():
        if not codes.payment_method(order, payment):
            currency = payment.currency or order.currency
            yield Obstacle("order_payment_not_associated", {"module": order.module, "currency": currency})
