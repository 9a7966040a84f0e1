"""An order becomes lines whose amounts, as Dolibarr computes them, are the shop's to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings

from connectors.dolibarr.order_draft import compared, order_draft
from connectors.dolibarr.order_obstacles import order_obstacles
from connectors.dolibarr.vat import as_dolibarr
from schemas.documents import Order
from schemas.order_rates import discount_parts, rates_of
from tests.connectors.dolibarr.shop_orders import CODES, line, order, orders
from tests.examples import examples


def codes_of(wanted: Order) -> list[str]:
    return [each.code for each in order_obstacles(wanted, CODES)]


@settings(max_examples=examples(150), deadline=None)
@given(orders())
def test_any_order_comes_to_the_shops_total_in_dolibarr(wanted: Order) -> None:
    assume(not order_obstacles(wanted, CODES))
    draft = order_draft(wanted, CODES, "WEB12")
    theirs = [as_dolibarr(line.unit_tax_excl, line.quantity, line.rate) for line in draft.lines]
    assert theirs == [line.total_tax_incl for line in draft.lines]
    assert sum(theirs) == wanted.total_paid_tax_incl
    assert compared(draft, CODES).total == wanted.total_paid_tax_incl


@settings(max_examples=examples(100), deadline=None)
@given(orders(most_lines=3))
def test_the_rate_of_a_line_is_the_one_that_it_was_sold_with(wanted: Order) -> None:
    for sold, rate in zip(wanted.lines, rates_of(wanted, CODES.rates).of_lines, strict=True):
        assert rate is not None
        assert abs(sold.unit_price_tax_excl * (1 + rate / 100) - sold.unit_price_tax_incl) <= Decimal("0.01")


def test_a_voucher_is_spread_over_the_rates_of_what_was_bought() -> None:
    wanted = order(
        line(1, "MUG", 3, "29.99"),
        line(2, "BOOK", 1, "10.00", "5.5"),
        total_discounts_tax_incl="5.00",
        total_discounts_tax_excl="4.31",
    )
    parts = discount_parts(wanted, rates_of(wanted, CODES.rates))
    assert parts == [(Decimal("5.5"), Decimal("1.25")), (Decimal(20), Decimal("3.75"))]


def test_free_shipping_is_taken_off_at_the_rate_of_shipping() -> None:
    wanted = order(
        line(1, "BOOK", 1, "40.00", "5.5"),
        total_shipping_tax_incl="7.00",
        total_shipping_tax_excl="5.83",
        total_discounts_tax_incl="7.00",
        total_discounts_tax_excl="5.83",
    )
    assert discount_parts(wanted, rates_of(wanted, CODES.rates)) == [(Decimal(20), Decimal("7.00"))]


def test_a_voucher_whose_tax_fits_nothing_holds_the_order() -> None:
    wanted = order(line(1, "MUG", 1, "40.00"), total_discounts_tax_incl="7.00", total_discounts_tax_excl="7.00")
    assert codes_of(wanted) == ["order_vat_rate_unknown"]


def test_a_rate_that_dolibarr_does_not_have_holds_the_order() -> None:
    (obstacle,) = order_obstacles(order(line(1, "MUG", 1, "40.00", "19.6")), CODES)
    assert (obstacle.code, obstacle.params["detail"]) == ("order_vat_rate_unknown", "MUG")
    assert obstacle.params["value"] == "0, 2.1, 5.5, 10, 20"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": "CHF"}, "order_currency_not_of_erp"),
        ({"module": "ps_cheque"}, "order_payment_not_associated"),
    ],
)
def test_what_dolibarr_does_not_have_holds_the_order(change: dict[str, str], code: str) -> None:
    assert codes_of(order(line(1, "MUG", 1, "12.00"), **change)) == [code]


def test_a_country_that_dolibarr_does_not_know_holds_the_order() -> None:
    wanted = order(line(1, "MUG", 1, "12.00"))
    assert codes_of(replace(wanted, delivery=replace(wanted.delivery, country="XK"))) == ["order_country_not_in_erp"]


def test_an_account_or_a_payment_type_that_is_closed_holds_the_order() -> None:
    wanted = order(line(1, "MUG", 1, "12.00"))
    closed = order_obstacles(wanted, replace(CODES, bank_accounts={}))
    assert [(each.code, each.params["value"]) for each in closed] == [("order_account_not_in_erp", "WEB")]
    off = order_obstacles(wanted, replace(CODES, payment_types={"VIR": 2}))
    assert [(each.code, each.params["value"]) for each in off] == [("order_payment_not_in_erp", "CB")]


def test_a_reference_that_cannot_be_asked_for_holds_the_order() -> None:
    assert codes_of(order(line(1, 'MUG 15"', 1, "12.00"))) == ["order_reference_not_askable"]


def test_more_pieces_than_five_decimals_can_price_hold_the_order() -> None:
    wanted = order(line(1, "SCREW", 9_000, "1234.57"))
    assert "order_line_too_many" in codes_of(wanted)


def test_a_payment_goes_to_the_account_of_its_mode() -> None:
    wire = order_draft(order(line(1, "MUG", 1, "12.00"), module="ps_wire"), CODES, "WEB12")
    (payment,) = wire.payments
    assert (payment.type, payment.account, payment.amount) == ("VIR", "WEB", Decimal("12.00"))
    assert (payment.day, payment.number, payment.ref_ext) == ("2026-11-21", "T-1", "WEB12-p1")


def test_an_order_whose_id_was_anothers_has_another_reference() -> None:
    assert CODES.order_uid(12) == "WEB12"
    assert CODES.order_uid(12, "2026-11-21 00:30:00") == "WEB12.20261121003000"
    assert CODES.is_order_uid("WEB12.20261121003000")
    assert not CODES.is_order_uid("WEB12-p1")
