"""What keeps an order from Dolibarr alone: rates, countries, currencies and modes that it does not have."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.dolibarr import filters
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.vat import as_dolibarr, without_tax
from schemas.amounts import cents
from schemas.documents import Order
from schemas.erp import Obstacle
from schemas.order_rates import discount_parts, rates_of
from schemas.order_sums import line_totals, sold_lines
from schemas.payments import payments_of


def order_obstacles(order: Order, codes: DolibarrCodes) -> tuple[Obstacle, ...]:
    """Every obstacle that Dolibarr adds to those of any ERP (see `schemas.order_obstacles`), all at once."""
    return (*_rates(order, codes), *_countries(order, codes), *_payments(order, codes), *_references(order))


def _rates(order: Order, codes: DolibarrCodes) -> Iterator[Obstacle]:
    rates = rates_of(order, codes.rates)
    for line, total, rate in zip(sold_lines(order), line_totals(order), rates.of_lines, strict=True):
        if rate is None:
            yield _no_rate(line.reference or str(line.id_order_detail), codes)
        elif as_dolibarr(without_tax(total, line.quantity, rate), line.quantity, rate) != total:
            yield Obstacle("order_line_too_many", {"detail": line.reference, "value": str(line.quantity)})
    beside = (
        ("shipping", rates.shipping, order.total_shipping_tax_incl),
        ("wrapping", rates.wrapping, order.total_wrapping_tax_incl),
    )
    for name, rate, amount in beside:
        if cents(amount) and rate is None:
            yield _no_rate(name, codes)
    sure = None not in (*rates.of_lines, rates.shipping, rates.wrapping)
    if sure and cents(order.total_discounts_tax_incl) and not discount_parts(order, rates):
        yield _no_rate("discount", codes)


def _no_rate(what: str, codes: DolibarrCodes) -> Obstacle:
    return Obstacle(
        "order_vat_rate_unknown", {"detail": what, "value": ", ".join(f"{each:f}" for each in sorted(codes.rates))}
    )


def _countries(order: Order, codes: DolibarrCodes) -> Iterator[Obstacle]:
    for country in sorted({order.delivery.country, order.invoice.country} - {""}):
        if not codes.country_id(country):
            yield Obstacle("order_country_not_in_erp", {"value": country})


def _payments(order: Order, codes: DolibarrCodes) -> Iterator[Obstacle]:
    if order.lacks("currency"):
        return
    if order.currency != codes.currency:
        yield Obstacle("order_currency_not_of_erp", {"value": order.currency, "detail": codes.currency})
        return
    for payment in payments_of(order) if codes.with_invoices else ():
        mode, currency = codes.payment_mode(order, payment), payment.currency or order.currency
        if mode is None:
            yield Obstacle("order_payment_not_associated", {"module": order.module, "currency": currency})
        elif mode.type not in codes.payment_types:
            yield Obstacle("order_payment_not_in_erp", {"value": mode.type, "detail": order.module})
        elif mode.account not in codes.bank_accounts:
            yield Obstacle("order_account_not_in_erp", {"value": mode.account, "detail": order.module})


def _references(order: Order) -> Iterator[Obstacle]:
    """What Dolibarr cannot be asked for."""
    for line in sold_lines(order):
        if not filters.is_askable(line.reference):
            yield Obstacle("order_reference_not_askable", {"detail": line.reference})
