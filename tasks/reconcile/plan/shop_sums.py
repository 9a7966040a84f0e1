"""Pure: what an order or a credit slip of the shop comes to, by VAT rate and kind of supply, to the cent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from schemas.amounts import cents, cents_together
from schemas.documents import ZERO, Order, OrderLine, Slip
from schemas.erp_sums import Part, Supply, with_discounts_of_kind
from schemas.order_rates import Rates, discount_parts, rates_of, shipping_given_back
from schemas.order_sums import line_totals, net_line_totals, sold_lines
from schemas.slip_sums import given_back
from schemas.slip_sums import line_totals as slip_totals
from schemas.slip_sums import net_line_totals as net_slip_totals

_HUNDRED = Decimal(100)


def order_parts(order: Order, known: frozenset[Decimal], virtual: Collection[int], unit: Decimal) -> tuple[Part, ...]:
    """The parts of an order; they make its totals, whatever rounding has left over being a part without a rate.

    `known` are the rates that the shop has, `virtual` the ids of products that are services.
    """
    rates = rates_of(order, known, unit)
    parts = (
        *_sold(order, rates, virtual, unit),
        *_beside(order.total_shipping_tax_excl, order.total_shipping_tax_incl, rates.shipping, unit),
        *_beside(order.total_wrapping_tax_excl, order.total_wrapping_tax_incl, rates.wrapping, unit),
        *_discounts(order, rates, unit),
    )
    totals = (cents(order.total_paid_tax_excl, unit), cents(order.total_paid_tax_incl, unit))
    return with_discounts_of_kind((*parts, *_left(parts, *totals)))


def slip_parts(slip: Slip, known: frozenset[Decimal], virtual: Collection[int], unit: Decimal) -> tuple[Part, ...]:
    """The parts of a credit slip, below zero; of one whose order is gone nothing shows the rates."""
    order = slip.order
    rates = rates_of(order, known, unit) if order else Rates((), None, None)
    of_lines = {line.id_order_detail: rate for line, rate in zip(_lines_of(order), rates.of_lines, strict=True)}
    parts = []
    totals = zip(given_back(slip), net_slip_totals(slip, unit), slip_totals(slip, unit), strict=True)
    for line, tax_excl, tax_incl in totals:
        supply = _supply(line.sold.id_product if line.sold else 0, virtual)
        parts.append(Part(of_lines.get(line.id_order_detail), supply, -tax_excl, -tax_incl))
    shipping = shipping_given_back(slip, order, rates, known) if order else None
    parts += _beside(-slip.total_shipping_tax_excl, -slip.total_shipping_tax_incl, shipping, unit)
    net = cents(slip.total_products_tax_excl, unit) + cents(slip.total_shipping_tax_excl, unit)
    gross = cents(slip.total_products_tax_incl, unit) + cents(slip.total_shipping_tax_incl, unit)
    return with_discounts_of_kind((*parts, *_left(parts, -net, -gross)))


def _sold(order: Order, rates: Rates, virtual: Collection[int], unit: Decimal) -> Iterator[Part]:
    totals = zip(net_line_totals(order, unit), line_totals(order, unit), strict=True)
    for line, rate, (tax_excl, tax_incl) in zip(sold_lines(order), rates.of_lines, totals, strict=True):
        yield Part(rate, _supply(line.id_product, virtual), tax_excl, tax_incl)


def _beside(tax_excl: Decimal, tax_incl: Decimal, rate: Decimal | None, unit: Decimal) -> Iterator[Part]:
    """Shipping or wrapping, which are services."""
    net, gross = cents(tax_excl, unit), cents(tax_incl, unit)
    if net or gross:
        yield Part(rate, Supply.SERVICES, net, gross)


def _discounts(order: Order, rates: Rates, unit: Decimal) -> Iterator[Part]:
    net, gross = cents(order.total_discounts_tax_excl, unit), cents(order.total_discounts_tax_incl, unit)
    by_rate = discount_parts(order, rates, unit)
    if not by_rate:
        yield from [Part(None, None, -net, -gross)] if net or gross else []
        return
    # Without tax they make what the shop took off without tax; the last bears what rounding leaves.
    nets = cents_together([amount / (1 + rate / _HUNDRED) for rate, amount in by_rate], unit)
    nets[-1] += net - sum(nets, ZERO)
    for (rate, amount), tax_excl in zip(by_rate, nets, strict=True):
        yield Part(rate, None, -tax_excl, -amount)


def _left(parts: Iterable[Part], tax_excl: Decimal, tax_incl: Decimal) -> Iterator[Part]:
    net, gross = tax_excl, tax_incl
    for part in parts:
        net, gross = net - part.tax_excl, gross - part.tax_incl
    if net or gross:
        yield Part(None, Supply.GOODS, net, gross)


def _supply(id_product: int, virtual: Collection[int]) -> Supply:
    return Supply.SERVICES if id_product in virtual else Supply.GOODS


def _lines_of(order: Order | None) -> list[OrderLine]:
    return sold_lines(order) if order else []
