"""Pure: a credit slip of the shop as a credit note of Dolibarr: the lines of the order, with amounts below zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.order_draft import SERVICE, DraftLine, OrderDraft
from connectors.dolibarr.texts import line_text
from connectors.dolibarr.vat import as_dolibarr, without_tax
from schemas.amounts import cents
from schemas.documents import Order, Slip
from schemas.erp import Obstacle
from schemas.order_rates import Rates, rates_of, shipping_given_back
from schemas.order_sums import sold_lines
from schemas.slip_sums import given_back, line_totals

Rate = Decimal | None


def slip_draft(slip: Slip, codes: DolibarrCodes, uid: str) -> OrderDraft:
    """The draft of a slip without obstacles; its payments are none: the slip does not say how money was given back."""
    order = _order(slip)
    return OrderDraft(
        uid=uid,
        ref_client=order.reference,
        day=codes.day(slip.created_at),
        lines=(*_product_lines(slip, codes), *_shipping_line(slip, codes)),
        payments=(),
        delivery=order.delivery,
        invoice=order.invoice,
        note="",
    )


def slip_obstacles(slip: Slip, codes: DolibarrCodes) -> Iterator[Obstacle]:
    """What Dolibarr would not take, as far as the slip itself shows it."""
    order = _order(slip)
    if order.currency != codes.currency:
        yield Obstacle("slip_currency_not_of_erp", {"value": order.currency, "detail": codes.currency})
        return
    rates = rates_of(order, codes.rates)
    of_lines = _by_line(order, rates)
    for line, total in zip(given_back(slip), line_totals(slip), strict=True):
        rate, name = of_lines.get(line.id_order_detail), line.sold.reference.strip() if line.sold else ""
        if rate is None:
            yield _no_rate(name or str(line.id_order_detail), codes)
        elif as_dolibarr(without_tax(total, line.quantity, rate), line.quantity, rate) != total:
            yield Obstacle("slip_line_too_many", {"detail": name, "value": str(line.quantity)})
    if cents(slip.total_shipping_tax_incl) and shipping_given_back(slip, order, rates, codes.rates) is None:
        yield _no_rate("shipping", codes)


def _product_lines(slip: Slip, codes: DolibarrCodes) -> Iterator[DraftLine]:
    order = _order(slip)
    rates = _by_line(order, rates_of(order, codes.rates))
    for line, total in zip(given_back(slip), line_totals(slip), strict=True):
        if line.sold is None:
            continue
        reference = line.sold.reference.strip()
        item = codes.item(reference, in_erp=line.sold.in_erp)
        yield DraftLine(
            item=item,
            quantity=line.quantity,
            total_tax_incl=-total,
            rate=rates.get(line.id_order_detail) or Decimal(0),
            text=line_text(item, reference, line.sold.name, line.sold.comment),
            ref_ext=str(line.id_order_detail),
        )


def _shipping_line(slip: Slip, codes: DolibarrCodes) -> Iterator[DraftLine]:
    amount = cents(slip.total_shipping_tax_incl)
    if amount:
        order = _order(slip)
        rate = shipping_given_back(slip, order, rates_of(order, codes.rates), codes.rates) or Decimal(0)
        item = codes.items.shipping
        yield DraftLine(item, 1, -amount, rate, text=item, product_type=SERVICE)


def _by_line(order: Order, rates: Rates) -> Mapping[int, Rate]:
    return dict(zip((line.id_order_detail for line in sold_lines(order)), rates.of_lines, strict=True))


def _no_rate(what: str, codes: DolibarrCodes) -> Obstacle:
    known = ", ".join(f"{each:f}" for each in sorted(codes.rates))
    return Obstacle("slip_vat_rate_unknown", {"detail": what, "value": known})


def _order(slip: Slip) -> Order:
    if slip.order is None:
        raise ValueError(f"credit slip {slip.id_order_slip} has no order")
    return slip.order
