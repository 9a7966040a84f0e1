"""What an order or a credit slip of the shop comes to by VAT rate, goods and services, in units of its currency."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings

from schemas.amounts import CENT, cents, unit_of
from schemas.documents import Order
from schemas.erp_sums import Part, Supply
from schemas.order_sums import agrees
from tasks.reconcile.plan.compare import by_rate
from tasks.reconcile.plan.shop_sums import order_parts, slip_parts
from tests.connectors.dolibarr.shop_orders import line, order, orders
from tests.slips import slip

RATES = frozenset(map(Decimal, ("0", "2.1", "5.5", "10", "19", "20", "21")))
SAME_CENTS_BELOW = Decimal(3)
"""Of less, two rates that are a point apart come to the same cents."""
GOODS, SERVICES = Supply.GOODS, Supply.SERVICES


def sums(of: tuple[Part, ...]) -> dict[tuple[str, Supply | None], tuple[str, str]]:
    """Without and with tax, by rate and kind of supply, as texts."""
    return {
        ("?" if rate is None else f"{rate:f}", supply): (str(net), str(gross))
        for (rate, supply), (net, gross) in by_rate(of).items()
    }


def parts(of: Order, *virtual: int) -> tuple[Part, ...]:
    net = of.total_products_tax_excl + of.total_shipping_tax_excl + of.total_wrapping_tax_excl
    whole = replace(of, total_paid_tax_excl=cents(net - of.total_discounts_tax_excl))
    return order_parts(whole, RATES, virtual, CENT)


def test_goods_services_and_shipping_are_apart_by_rate() -> None:
    wanted = order(
        line(1, "MUG", 2, "24.00"),
        line(2, "BOOK", 1, "10.55", "5.5"),
        line(3, "COURSE", 1, "60.00"),
        total_shipping_tax_incl="4.90",
        total_shipping_tax_excl="4.08",
        total_wrapping_tax_incl="2.40",
        total_wrapping_tax_excl="2.00",
    )
    assert sums(parts(wanted, 3)) == {
        ("20", GOODS): ("20.00", "24.00"),
        ("5.5", GOODS): ("10.00", "10.55"),
        ("20", SERVICES): ("56.08", "67.30"),
    }


def test_a_voucher_is_taken_off_the_goods_of_each_rate() -> None:
    wanted = order(
        line(1, "MUG", 3, "29.99"),
        line(2, "BOOK", 1, "10.00", "5.5"),
        total_discounts_tax_incl="5.00",
        total_discounts_tax_excl="4.31",
    )
    found = sums(parts(wanted))
    assert {key: gross for key, (_, gross) in found.items()} == {("20", GOODS): "26.24", ("5.5", GOODS): "8.75"}
    assert sum(Decimal(net) for net, _ in found.values()) == Decimal("24.99") + Decimal("9.48") - Decimal("4.31")


def test_free_shipping_is_taken_off_the_services() -> None:
    shipped = {"total_shipping_tax_incl": "7.00", "total_shipping_tax_excl": "5.83"}
    off = {"total_discounts_tax_incl": "7.00", "total_discounts_tax_excl": "5.83"}
    assert sums(parts(order(line(1, "BOOK", 1, "40.00", "5.5"), **shipped, **off))) == {
        ("5.5", GOODS): ("37.91", "40.00")
    }


def test_a_voucher_whose_tax_fits_nothing_stands_apart() -> None:
    wanted = order(line(1, "MUG", 1, "40.00"), total_discounts_tax_incl="7.00", total_discounts_tax_excl="7.00")
    assert sums(parts(wanted))["?", GOODS] == ("-7.00", "-7.00")


@settings(max_examples=60, deadline=None)
@given(orders())
def test_the_parts_make_the_totals_however_the_shop_rounds(wanted: Order) -> None:
    assume(agrees(wanted))
    found = parts(wanted)
    assert sum(part.tax_incl for part in found) == wanted.total_paid_tax_incl
    assert all(part.tax_incl == cents(part.tax_incl) and part.tax_excl == cents(part.tax_excl) for part in found)
    net = wanted.total_products_tax_excl + wanted.total_shipping_tax_excl
    assert sum(part.tax_excl for part in found) == cents(net)
    of_no_rate = [abs(part.tax_incl) for part in found if part.rate is None]
    assert all(amount <= max(CENT * len(wanted.lines), SAME_CENTS_BELOW) for amount in of_no_rate)


def test_what_the_parts_do_not_make_is_a_part_of_its_own() -> None:
    wanted = order(line(1, "MUG", 1, "40.00"), total_paid_tax_incl=Decimal("41.00"))
    assert sum(part.tax_incl for part in parts(wanted)) == Decimal("41.00")


@pytest.mark.parametrize(("currency", "total", "unit"), [("JPY", "3667", "1"), ("TND", "36.667", "0.001")])
def test_a_currency_has_its_own_smallest_unit(currency: str, total: str, unit: str) -> None:
    assert unit_of(currency) == Decimal(unit)
    wanted = replace(order(line(1, "MUG", 3, total, "10")), currency=currency, total_paid_tax_incl=Decimal(total))
    net = (Decimal(total) / Decimal("1.1")).quantize(Decimal(unit))
    found = order_parts(replace(wanted, total_paid_tax_excl=net), RATES, (), unit_of(currency))
    assert found == (Part(Decimal(10), GOODS, net, Decimal(total)),)


def test_a_credit_slip_gives_back_at_the_rates_of_its_order() -> None:
    sold = order(
        line(1, "MUG", 3, "30.00"),
        line(2, "BOOK", 1, "10.55", "5.5"),
        total_shipping_tax_incl="6.00",
        total_shipping_tax_excl="5.00",
    )
    given_back = slip(sold, (1, 1, "10.00"), (2, 1, "10.55"), shipping="3.00")
    assert sums(slip_parts(given_back, RATES, (), CENT)) == {
        ("20", GOODS): ("-8.33", "-10.00"),
        ("5.5", GOODS): ("-10.00", "-10.55"),
        ("20", SERVICES): ("-2.50", "-3.00"),
    }


def test_of_a_slip_whose_order_is_gone_nothing_shows_the_rate() -> None:
    gone = replace(slip(order(line(1, "MUG", 1, "12.00")), (1, 1, "12.00")), order=None)
    assert sums(slip_parts(gone, RATES, (), CENT)) == {("?", GOODS): ("-10.00", "-12.00")}
