"""What keeps an order from being sent: sums that do not agree, things that are gone, codes that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.cegid.codes import CegidCodes
from connectors.cegid.order_sums import agrees, sum_of_parts
from connectors.cegid.texts import street_fits
from schemas.amounts import CENT, cents
from schemas.documents import DocumentType, Order
from schemas.payments import payments_of


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason, as a message code with its parameters; nothing personal."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


def order_obstacles(order: Order, codes: CegidCodes) -> tuple[Obstacle, ...]:
    """Every obstacle of an order, none when it may go."""
    sums = tuple(_sums(order))
    # Of a total that is wrong itself, what was paid says nothing.
    paid = () if sums else _paid(order)
    return (*_missing(order, codes), *sums, *paid, *_lines(order, codes), *_associations(order, codes))


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
