from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.column_spec import ValueType
from tests.schemas.one_cell import codes_of, stream_of, value_of


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", "12"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("-12,5", "-12.5"),
        ("+3", "3"),
        (",5", "0.5"),
        ("5,", "5"),
        ("1 234,5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
        ("1\u202f234\u2009567,5", "1234567.5"),
        ("00012", "12"),
        ("0.0000005", "0.000001"),
        ("1.2345675", "1.234568"),
        ("1.23456749999", "1.234567"),
        ("-1.2345675", "-1.234568"),
        ("99999999999999.999999", "99999999999999.999999"),
    ],
)
def test_a_number_is_read_as_people_write_it(cell: str, value: str) -> None:
    stream = stream_of(ValueType.DECIMAL)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("abc", "decimal"),
        ("12 €", "decimal"),
        ("1e5", "decimal"),
        ("--1", "decimal"),
        ("1-", "decimal"),
        (".", "decimal"),
        ("1.2.3", "decimal"),
        ("1,234,567", "decimal"),
        ("٣", "decimal"),
        ("nan", "decimal"),
        ("1.234,5", "decimal_both_marks"),
        ("1,234.5", "decimal_both_marks"),
        ("9" * 15, "number_too_large"),
        ("9" * 60, "number_too_large"),
        ("99999999999999.9999999", "number_too_large"),
    ],
)
def test_what_is_not_a_number_is_told_why(cell: str, code: str) -> None:
    stream = stream_of(ValueType.DECIMAL)
    assert codes_of(cell, stream) == [code]
    assert value_of(cell, stream) is None


@pytest.mark.parametrize(
    ("mark", "cell", "value"),
    [
        (",", "1.234,5", "1234.5"),
        (",", "1.234.567,5", "1234567.5"),
        (",", "1.234", "1234"),
        (",", "12,5", "12.5"),
        (",", "-1.234,50", "-1234.5"),
        (",", ",5", "0.5"),
        (".", "1,234.5", "1234.5"),
        (".", "1,234", "1234"),
        (".", "12.5", "12.5"),
    ],
)
def test_with_a_decimal_mark_the_other_one_groups_three_digits(mark: str, cell: str, value: str) -> None:
    stream = stream_of(ValueType.DECIMAL, stream={"decimal_mark": mark})
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == Decimal(value)


@pytest.mark.parametrize(
    ("mark", "cell"), [(",", "12.50"), (",", "1.23,4"), (",", "1234.567,8"), (".", "12,50"), (".", "1,234,56.7")]
)
def test_with_a_decimal_mark_any_other_use_of_the_other_one_is_a_fault(mark: str, cell: str) -> None:
    stream = stream_of(ValueType.DECIMAL, stream={"decimal_mark": mark})
    assert codes_of(cell, stream) == ["decimal_group"]
    assert value_of(cell, stream) is None


@pytest.mark.parametrize(("cell", "value"), [("12", 12), ("-3", -3), ("12,00", 12), ("12.000", 12), ("1 200", 1200)])
def test_a_whole_number_may_have_idle_decimals(cell: str, value: int) -> None:
    stream = stream_of(ValueType.INTEGER)
    assert codes_of(cell, stream) == []
    assert value_of(cell, stream) == value


@pytest.mark.parametrize(
    ("cell", "code"),
    [("1,5", "integer"), ("x", "integer"), ("1.000,0", "decimal_both_marks"), ("9" * 25, "number_too_large")],
)
def test_what_is_not_a_whole_number_is_told_why(cell: str, code: str) -> None:
    stream = stream_of(ValueType.INTEGER)
    assert codes_of(cell, stream) == [code]
    assert value_of(cell, stream) is None


def test_bounds_are_allowed_themselves() -> None:
    stream = stream_of(ValueType.DECIMAL, minimum=Decimal(0), maximum=Decimal(10))
    assert [codes_of(cell, stream) for cell in ("0", "10", "-0,01", "10,01")] == [
        [],
        [],
        ["below_minimum"],
        ["above_maximum"],
    ]


@given(
    st.decimals(min_value=-(10**13), max_value=10**13, places=9),
    st.sampled_from([",", "."]),
    st.sampled_from(["", " ", "\u00a0", "\u202f"]),
)
def test_any_number_in_any_local_writing_is_its_value_rounded_half_up(number: Decimal, mark: str, blank: str) -> None:
    cell = f"{number:,.9f}".replace(".", "!").replace(",", blank).replace("!", mark)
    expected = number.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    assert value_of(cell, stream_of(ValueType.DECIMAL)) == expected
    assert codes_of(cell, stream_of(ValueType.DECIMAL, stream={"decimal_mark": mark})) == []
