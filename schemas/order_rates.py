"""Pure: which VAT rate each part of an order bears, as its amounts without and with tax prove it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from schemas.amounts import CENT, cents, cents_together
from schemas.documents import Order, OrderLine, Slip
from schemas.order_sums import line_totals, sold_lines

EXACT = Decimal("0.000001")
"""Unit prices of the shop have six decimals."""
TO_THE_CENT = CENT / 2
_HUNDRED = Decimal(100)


def fitting(tax_excl: Decimal, tax_incl: Decimal, rates: Iterable[Decimal], slack: Decimal) -> frozenset[Decimal]:
    """The rates by which one amount becomes the other when each of the two is off by `slack` at most."""
    return frozenset(
        rate for rate in rates if abs(tax_excl * (1 + rate / _HUNDRED) - tax_incl) <= slack * (2 + rate / _HUNDRED)
    )


@dataclass(frozen=True, slots=True)
class Rates:
    """In per cent; None: no known rate fits, or several do and nothing else of the order tells them apart."""

    of_lines: tuple[Decimal | None, ...]
    """Of the sold lines, in their order."""
    shipping: Decimal | None
    wrapping: Decimal | None


def rates_of(order: Order, known: frozenset[Decimal], unit: Decimal = CENT) -> Rates:
    """The rates of an order's parts among those that are known."""
    lines = [_of_line(line, known, unit) for line in sold_lines(order)]
    shipping = _of_amounts(order.total_shipping_tax_excl, order.total_shipping_tax_incl, known, unit)
    wrapping = _of_amounts(order.total_wrapping_tax_excl, order.total_wrapping_tax_incl, known, unit)
    sure = frozenset(next(iter(each)) for each in (*lines, shipping, wrapping) if each and len(each) == 1)
    return Rates(tuple(_one(each, sure) for each in lines), _one(shipping, sure), _one(wrapping, sure))


def shipping_given_back(slip: Slip, order: Order, rates: Rates, known: frozenset[Decimal]) -> Decimal | None:
    """The rate of the order's shipping where it is known, else the one that the slip's own amounts show."""
    if rates.shipping is not None and cents(order.total_shipping_tax_incl):
        return rates.shipping
    found = fitting(slip.total_shipping_tax_excl, slip.total_shipping_tax_incl, known, TO_THE_CENT)
    sure = found & {rate for rate in rates.of_lines if rate is not None}
    among = found if len(found) == 1 else sure
    return next(iter(among)) if len(among) == 1 else None


def _of_line(line: OrderLine, known: frozenset[Decimal], unit: Decimal) -> frozenset[Decimal] | None:
    """By the unit prices as they are, else as rounded to the cent, else by the line's totals too; None: it is free."""
    if not cents(line.total_tax_incl):
        return None
    prices = (line.unit_price_tax_excl, line.unit_price_tax_incl)
    exact = fitting(*prices, known, EXACT)
    if len(exact) == 1:
        return exact
    by_unit = fitting(*prices, known, unit / 2)
    return by_unit & fitting(line.total_tax_excl, line.total_tax_incl, known, unit / 2) or by_unit


def _of_amounts(
    tax_excl: Decimal, tax_incl: Decimal, known: frozenset[Decimal], unit: Decimal
) -> frozenset[Decimal] | None:
    return fitting(tax_excl, tax_incl, known, unit / 2) if cents(tax_incl) else None


def _one(candidates: frozenset[Decimal] | None, sure: frozenset[Decimal]) -> Decimal | None:
    """The one candidate, or the only one that is sure elsewhere in the order; what is free bears any rate."""
    if candidates is None:
        return max(sure, default=Decimal(0))
    among = candidates if len(candidates) == 1 else candidates & sure
    return next(iter(among)) if len(among) == 1 else None


def discount_parts(order: Order, rates: Rates, unit: Decimal = CENT) -> list[tuple[Decimal, Decimal]]:
    """Rate and amount with tax of each part of what was taken off, nothing where the amounts do not show it.

    A shop spreads a voucher over the rates of what was bought; one that is for one rate alone shows that rate.
    """
    total, net = cents(order.total_discounts_tax_incl, unit), order.total_discounts_tax_excl
    if not total:
        return []
    by_rate = _amounts_by_rate(order, rates, unit)
    single = fitting(net, total, by_rate, unit / 2)
    if single:
        return [(max(single, key=lambda rate: by_rate[rate]), total)]
    for amounts in (_amounts_by_rate(order, rates, unit, with_shipping=False), by_rate):
        parts = _spread(total, amounts, unit)
        without = sum((amount / (1 + rate / 100) for rate, amount in parts), Decimal(0))
        if parts and abs(without - net) <= unit * (len(parts) + 1):
            return parts
    return []


def _amounts_by_rate(
    order: Order, rates: Rates, unit: Decimal, *, with_shipping: bool = True
) -> dict[Decimal, Decimal]:
    amounts: dict[Decimal, Decimal] = {}
    parts: Iterable[tuple[Decimal | None, Decimal]] = zip(rates.of_lines, line_totals(order, unit), strict=True)
    beside = [(rates.shipping, order.total_shipping_tax_incl), (rates.wrapping, order.total_wrapping_tax_incl)]
    for rate, amount in [*parts, *(beside if with_shipping else ())]:
        if rate is not None and amount:
            amounts[rate] = amounts.get(rate, Decimal(0)) + amount
    return amounts


def _spread(total: Decimal, amounts: dict[Decimal, Decimal], unit: Decimal) -> list[tuple[Decimal, Decimal]]:
    whole = sum(amounts.values(), Decimal(0))
    if not whole:
        return []
    rates = sorted(amounts)
    parts = cents_together([total * amounts[rate] / whole for rate in rates], unit)
    return [(rate, part) for rate, part in zip(rates, parts, strict=True) if part]
