from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.run.outcomes import Stop
from tasks.store_orders.translate.amounts import CENT, Amounts, SoldRow, amounts_of


def said(quantity: int, excl: str = "", incl: str = "", **more: str) -> SoldRow:
    names = {"total_excl": "total_tax_excl", "total_incl": "total_tax_incl", "discount": "discount"}
    given_: dict[str, Any] = {names[name]: Decimal(value) for name, value in more.items()}
    units = {"unit_tax_excl": excl, "unit_tax_incl": incl}
    return SoldRow(quantity, **{name: Decimal(value) for name, value in units.items() if value}, **given_)


def told(*rows: SoldRow) -> tuple[str, str, str, str]:
    """Rows and discount, without and with tax."""
    amounts = amounts_of(rows)
    assert isinstance(amounts, Amounts), amounts
    sums = (amounts.products, amounts.discount)
    return tuple(f"{amount:.2f}" for pair in sums for amount in (pair.tax_excl, pair.tax_incl))  # type: ignore[return-value]


def test_without_totals_a_row_is_quantity_times_price_less_its_discount() -> None:
    assert told(said(2, "15.825", "18.99"), said(1, "9.916667", "11.90")) == ("41.57", "49.88", "0.00", "0.00")
    assert told(said(2, "10", "12", discount="3")) == ("20.00", "24.00", "2.50", "3.00")


@pytest.mark.parametrize(
    "row",
    [
        said(1, "23.88", "19.90"),
        said(2, "10", "12", total_excl="24", total_incl="20"),
        said(1, "20", "20", total_excl="23.88", total_incl="19.90"),
    ],
)
def test_a_sale_with_less_gross_than_net_is_no_sale(row: SoldRow) -> None:
    stop = amounts_of([said(1, "10", "12"), row])
    assert isinstance(stop, Stop)
    assert stop.code == "sale_gross_below_net"


def test_a_sale_without_tax_is_one() -> None:
    assert told(said(3, "3.333333", "3.33", total_excl="10.00", total_incl="9.99"))[:2] == ("10.00", "9.99")


def test_a_total_less_than_the_price_is_a_discount_when_the_file_says_it() -> None:
    assert told(said(2, "10", "12", discount="3", total_excl="17.50", total_incl="21")) == (
        "20.00",
        "24.00",
        "2.50",
        "3.00",
    )
    assert told(said(2, "10", "12", discount="2.50", total_excl="17.50", total_incl="21")) == (
        "20.00",
        "24.00",
        "2.50",
        "3.00",
    )
    assert told(said(2, "10", "12", discount="1.50", total_excl="17.50", total_incl="21")) == (
        "20.00",
        "24.00",
        "2.50",
        "3.00",
    )


def test_prices_that_are_net_already_are_not_discounted_again() -> None:
    assert told(said(2, "8.75", "10.50", discount="3", total_excl="17.50", total_incl="21")) == (
        "17.50",
        "21.00",
        "0.00",
        "0.00",
    )


def test_cents_that_rounded_prices_lose_are_those_of_the_totals() -> None:
    assert told(said(3, "3.33", "4.00", total_excl="10.00", total_incl="12.00")) == ("10.00", "12.00", "0.00", "0.00")


def test_two_rates_stand_beside_each_other() -> None:
    book = said(3, "9.478673", "10.00", total_excl="25.59", total_incl="27.00", discount="3")
    assert told(said(2, "15.825", "18.99"), book) == ("60.09", "67.98", "2.85", "3.00")


def test_the_total_of_the_whole_sale_on_every_row_is_understood() -> None:
    rows = [("2", "15.825", "18.99"), ("1", "9.916667", "11.90")]
    whole = {"total_excl": "41.57", "total_incl": "49.88"}
    assert told(*(said(int(q), e, i, **whole) for q, e, i in rows)) == ("41.57", "49.88", "0.00", "0.00")
    less = {"total_excl": "39.90", "total_incl": "47.88", "discount": "2"}
    assert told(*(said(int(q), e, i, **less) for q, e, i in rows)) == ("41.57", "49.88", "1.67", "2.00")


def test_cents_of_the_whole_sale_go_to_its_dearest_row() -> None:
    rows = amounts_of(
        [said(3, "3.33", "4", total_excl="15", total_incl="18"), said(1, "5", "6", total_excl="15", total_incl="18")]
    )
    assert isinstance(rows, Amounts)
    assert [row.total.tax_excl for row in rows.rows] == [Decimal("10.00"), Decimal(5)]
    assert rows.paid.tax_excl == Decimal(15)


def test_a_price_that_is_not_said_is_the_total_by_the_piece() -> None:
    amounts = amounts_of([said(3, total_excl="10", total_incl="12")])
    assert isinstance(amounts, Amounts)
    assert amounts.rows[0].unit.tax_excl == Decimal("3.333333")
    assert amounts.paid.tax_incl == Decimal(12)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([said(1, "10")], "sale_without_price"),
        ([said(1, "10", "12"), said(1)], "sale_without_price"),
        ([said(2, "10", "12", total_excl="15", total_incl="18")], "sale_totals_differ"),
        ([said(2, "10", "12", total_excl="25", total_incl="30", discount="6")], "sale_totals_differ"),
        ([said(2, "10", "12", total_excl="15", total_incl="24", discount="1")], "sale_totals_differ"),
        ([said(1, "10", "12", total_excl="15", total_incl="18"), said(1, "10", "12", total_excl="15", total_incl="18")],
         "sale_totals_differ"),
    ],
)  # fmt: skip
def test_amounts_that_contradict_each_other_are_no_sale(rows: list[SoldRow], code: str) -> None:
    stop = amounts_of(rows)
    assert isinstance(stop, Stop)
    assert stop.code == code


@given(
    st.lists(
        st.tuples(
            st.integers(1, 40),
            st.integers(0, 50_000),
            st.sampled_from(["0", "0.055", "0.1", "0.2"]),
            st.integers(0, 90),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_is_paid_is_what_the_file_says_to_the_cent(sold: list[tuple[int, int, str, int]]) -> None:
    rows = []
    for quantity, price, rate, percent in sold:
        incl = Decimal(price) * CENT
        excl = (incl / (1 + Decimal(rate))).quantize(Decimal("0.000001"))
        gross = incl * quantity
        discount = (gross * percent / 100).quantize(CENT, ROUND_HALF_UP)
        total = gross - discount
        total_excl = (total / (1 + Decimal(rate))).quantize(CENT, ROUND_HALF_UP)
        rows.append(SoldRow(quantity, excl, incl, total_excl, total, discount))
    amounts = amounts_of(rows)
    assert isinstance(amounts, Amounts)
    assert amounts.paid.tax_incl == sum((row.total_tax_incl or 0 for row in rows), Decimal(0))
    assert amounts.paid.tax_excl == sum((row.total_tax_excl or 0 for row in rows), Decimal(0))
    assert amounts.discount.tax_incl >= 0
