"""Pure: an order of the shop as Dolibarr will be given it, before its ids are looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.texts import line_text
from connectors.dolibarr.vat import without_tax
from schemas.amounts import cents, unit_prices
from schemas.documents import Address, Order
from schemas.erp import Compared
from schemas.order_rates import discount_parts, rates_of
from schemas.order_sums import line_totals, sold_lines
from schemas.payments import payments_of
from schemas.preview_texts import number_in, previewed

PRODUCT, SERVICE = 0, 1


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line."""

    item: str
    """The reference of the product or service."""
    quantity: int
    total_tax_incl: Decimal
    rate: Decimal
    text: str = field(repr=False)
    product_type: int = PRODUCT
    ref_ext: str = ""

    @property
    def unit_tax_excl(self) -> Decimal:
        """The unit price that Dolibarr is given."""
        return without_tax(self.total_tax_incl, self.quantity, self.rate)


@dataclass(frozen=True, slots=True)
class DraftPayment:
    """One payment of the invoice."""

    amount: Decimal
    type: str
    account: str
    day: str
    number: str = field(repr=False)
    ref_ext: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order with all that follows it: contacts, invoice and payments."""

    uid: str
    ref_client: str
    day: str
    lines: tuple[DraftLine, ...]
    payments: tuple[DraftPayment, ...]
    delivery: Address = field(repr=False)
    invoice: Address = field(repr=False)
    note: str = field(repr=False)
    shipping_method: int = 0

    @property
    def total(self) -> Decimal:
        """With tax."""
        return sum((line.total_tax_incl for line in self.lines), Decimal(0))


def order_draft(order: Order, codes: DolibarrCodes, uid: str) -> OrderDraft:
    """The draft of an order without obstacles (see `order_obstacles`)."""
    rates = rates_of(order, codes.rates)
    return OrderDraft(
        uid=uid,
        ref_client=order.reference,
        day=codes.day(order.placed_at),
        lines=(*_product_lines(order, codes, rates.of_lines), *_service_lines(order, codes)),
        payments=tuple(_payments(order, codes, uid)),
        delivery=order.delivery,
        invoice=order.invoice,
        note="\n".join(text for text in (order.comment, order.gift_message if order.gift else "") if text),
        shipping_method=codes.shipping_method(order.id_carrier_reference),
    )


def compared(draft: OrderDraft, codes: DolibarrCodes) -> Compared:
    """What the document is compared by, with one that Dolibarr has."""
    lines = (
        (line.item, Decimal(quantity), price)
        for line in draft.lines
        for quantity, price in unit_prices(line.total_tax_incl, line.quantity)
    )
    return Compared.of(draft.day, codes.currency, draft.ref_client, lines)


def preview(
    draft: OrderDraft, codes: DolibarrCodes, language: str, subject: str = "order"
) -> Iterator[tuple[str, str, str]]:
    """The document for a person who reads a plan, in this language; it names nobody. `subject` is `order` or `slip`."""

    def shown(code: str, text: str, **params: object) -> tuple[str, str, str]:
        return (previewed(code, language, **params), "", text)

    yield shown("document", previewed(subject, language, number=draft.uid, reference=draft.ref_client))
    for number, line in enumerate(draft.lines, start=1):
        told = {"item": line.item, "quantity": line.quantity, "total": cents(line.total_tax_incl), "rate": line.rate}
        yield shown("line_number", previewed("line_with_vat", language, **told), number=number)
    yield shown("total", f"{number_in(cents(draft.total), language)} {codes.currency}")
    if codes.with_invoices:
        for payment in draft.payments:
            yield shown("payment", f"{payment.type} {number_in(cents(payment.amount), language)} {payment.account}")


def _product_lines(order: Order, codes: DolibarrCodes, rates: tuple[Decimal | None, ...]) -> Iterator[DraftLine]:
    for line, total, rate in zip(sold_lines(order), line_totals(order), rates, strict=True):
        reference = line.reference.strip()
        item = codes.item(reference, in_erp=line.in_erp)
        yield DraftLine(
            item=item,
            quantity=line.quantity,
            total_tax_incl=total,
            rate=rate or Decimal(0),
            text=line_text(item, reference, line.name, line.comment),
            ref_ext=str(line.id_order_detail),
        )


def _service_lines(order: Order, codes: DolibarrCodes) -> Iterator[DraftLine]:
    rates, items = rates_of(order, codes.rates), codes.items
    parts = (
        (items.shipping, cents(order.total_shipping_tax_incl), rates.shipping),
        (items.wrapping, cents(order.total_wrapping_tax_incl), rates.wrapping),
        *((items.discount, -amount, rate) for rate, amount in discount_parts(order, rates)),
    )
    for item, amount, rate in parts:
        if amount:
            yield DraftLine(item, 1, amount, rate or Decimal(0), text=item, product_type=SERVICE)


def _payments(order: Order, codes: DolibarrCodes, uid: str) -> Iterator[DraftPayment]:
    for number, payment in enumerate(payments_of(order), start=1):
        mode = codes.payment_mode(order, payment)
        if mode is not None:
            yield DraftPayment(
                amount=cents(payment.amount),
                type=mode.type,
                account=mode.account,
                day=codes.day(payment.paid_at),
                number=payment.transaction_id[:50],
                ref_ext=f"{uid}-p{number}",
            )
