from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from schemas.amounts import CENT, cents, cents_together, unit_prices

MICROS = st.integers(-50_000_000, 50_000_000).map(lambda n: Decimal(n) / 1_000_000)
CENTS = st.integers(-1_000_000, 1_000_000).map(lambda n: Decimal(n) / 100)


@given(st.lists(MICROS, max_size=200))
def test_amounts_to_the_cent_add_up_to_the_sum_to_the_cent(amounts: list[Decimal]) -> None:
    rounded = cents_together(amounts)
    assert sum(rounded, Decimal(0)) == cents(sum(amounts, Decimal(0)))
    assert all(abs(after - before) < CENT for after, before in zip(rounded, amounts, strict=True))


@given(CENTS, st.integers(1, 999))
def test_unit_prices_amount_to_the_total_in_at_most_two_parts(total: Decimal, quantity: int) -> None:
    parts = unit_prices(total, quantity)
    assert sum(number * price for number, price in parts) == total
    assert sum(number for number, _ in parts) == quantity
    assert len(parts) <= 2
    assert all(price == cents(price) for _, price in parts)


def test_three_for_29_99_are_one_and_two_a_cent_apart() -> None:
    assert unit_prices(Decimal("29.99"), 3) == [(1, Decimal("9.99")), (2, Decimal("10.00"))]


def test_the_missing_cent_goes_where_most_was_cut_off() -> None:
    amounts = [Decimal("3.331"), Decimal("3.339"), Decimal("3.330")]
    assert cents_together(amounts) == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
