"""What keeps a sound order from becoming a document of Cegid: codes that are missing, lines that are too short."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.cegid.codes import CegidCodes
from connectors.cegid.document_key import DocumentType
from connectors.cegid.texts import street_fits
from schemas.documents import Order
from schemas.erp import Obstacle
from schemas.payments import payments_of


def order_obstacles(order: Order, codes: CegidCodes) -> tuple[Obstacle, ...]:
    """Every obstacle of an order that is sound in itself, none when it may go."""
    return (*_addresses(order, codes), *_associations(order, codes))


def _addresses(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    for address, name in ((order.delivery, "delivery"), (order.invoice, "invoice")):
        if not street_fits(address, codes.address_length):
            yield Obstacle(f"order_{name}_address_too_long", {"value": str(codes.address_length)})


def _associations(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    for country in sorted({order.delivery.country, order.invoice.country} - {"", *codes.countries}):
        yield Obstacle("order_country_not_associated", {"value": country})
    customer = order.customer
    gender = customer.id_gender
    if gender and gender not in codes.titles:
        yield Obstacle("order_title_not_associated", {"value": str(gender)})
    if codes.group_member and not order.lacks("customer") and customer.id_default_group not in codes.groups:
        # A customer that was made without one is in no group.
        code = "order_group_not_associated" if customer.id_default_group else "order_group_missing"
        yield Obstacle(code, {"value": str(customer.id_default_group or customer.id_customer)})
    yield from _carrier(order, codes)
    for payment in payments_of(order) if not order.lacks("currency") else ():
        if not codes.payment_method(order, payment):
            currency = payment.currency or order.currency
            yield Obstacle("order_payment_not_associated", {"module": order.module, "currency": currency})


def _carrier(order: Order, codes: CegidCodes) -> Iterator[Obstacle]:
    """A receipt carries none."""
    if codes.document_type is DocumentType.RECEIPT:
        return
    for missing in order.missing:
        if missing.what == "carrier":
            yield Obstacle("order_carrier_missing", {"value": str(missing.id)})
    carrier = order.id_carrier_reference
    if carrier and not order.lacks("carrier") and carrier not in codes.carriers:
        yield Obstacle("order_carrier_not_associated", {"value": str(carrier)})
