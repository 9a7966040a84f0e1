"""Filters: what the list form can say, and what needs another form."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.filters import (
    Expression,
    after,
    any_of,
    are_numbers,
    asks,
    between,
    exactly,
    in_a_range,
    query,
)


def _asked(*values: str, url_bytes: int = 6000) -> list[tuple[str, bool]]:
    return [(str(ask.expression), ask.loose) for ask in asks(values, url_bytes=url_bytes)]


def test_several_values_are_one_list() -> None:
    assert _asked("demo_1", "demo_3", "demo_1") == [("[demo_1|demo_3]", False)]


def test_a_single_value_is_bare_because_two_numbers_in_brackets_are_a_range_d32() -> None:
    assert _asked("10,20") == [("10,20", False)]
    assert _asked("1", "10,20") == [("[1|10,20]", False)]


def test_a_value_with_a_bar_goes_alone_and_bare() -> None:
    assert _asked("a|b", "c", "d") == [("a|b", False), ("[c|d]", False)]


@pytest.mark.parametrize(
    ("value", "expression"),
    [("A[1]", "[A_1_]%"), ("[x]", "[_x_]%"), ("5[%|]", "[5____]%"), ("a<b", "[a_b]%"), ("a\nb", "[a_b]%")],
)
def test_a_value_the_shop_would_read_as_an_operator_is_looked_for_by_pattern(value: str, expression: str) -> None:
    assert _asked(value) == [(expression, True)]


def test_a_lone_bracket_is_no_operator() -> None:
    assert exactly("A]B[").expression == "A]B["
    assert not exactly("A[1").loose


def test_empty_values_are_not_asked_for() -> None:
    assert _asked("", "a") == [("a", False)]


def test_values_that_an_address_has_no_room_for_are_asked_for_in_the_next() -> None:
    assert _asked("a", "b", "c", url_bytes=4) == [("[a|b]", False), ("c", False)]


def test_no_list_holds_more_values_than_it_may() -> None:
    assert [ask.values for ask in asks("abcde", url_bytes=6000, most=2)] == [("a", "b"), ("c", "d"), ("e",)]


@given(st.lists(st.integers(min_value=1, max_value=400), min_size=50, max_size=200, unique=True).map(sorted))
def test_a_range_holds_every_number_and_not_too_many_others(numbers: list[int]) -> None:
    ask = in_a_range(list(map(str, numbers)), 2.0)
    room = numbers[-1] - numbers[0] + 1
    assert (ask is not None) == (room <= 2 * len(numbers))
    if ask is not None:
        assert ask.expression == between(str(numbers[0]), str(numbers[-1]))
        assert ask.values == tuple(map(str, numbers))


@pytest.mark.parametrize("odd", ["", "0", "007", "-5", "7.0", "5,9", "é", "²", "٣", "R7", "7\n", str(10**18)])
def test_what_is_no_plain_number_is_none(odd: str) -> None:
    assert are_numbers(["1", "10", str(10**17)])
    assert not are_numbers(["1", odd])


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40), max_size=60))
def test_every_value_is_asked_for_once_and_no_address_is_too_long(values: list[str]) -> None:
    requests = list(asks(values, url_bytes=300))
    assert sorted(value for ask in requests for value in ask.values) == sorted(set(values))
    for ask in requests:
        assert len(ask.values) == 1 or len(query(filters={"f": ask.expression})) <= 300 + len("filter[f]=[]")


def test_the_list_form_is_refused_to_values_it_cannot_hold() -> None:
    with pytest.raises(ValueError, match="look-up of its own"):
        any_of(["a", "b|c"])
    with pytest.raises(ValueError, match="look-up of its own"):
        query(filters={"reference": "A[1]"})


def test_greater_or_equal_does_not_exist_and_strictly_greater_does() -> None:
    assert query(filters={"id": after("5")}) == "filter[id]=%3E[5]"


def test_a_range_is_of_numbers_or_dates() -> None:
    assert between("1", "9") == Expression("[1,9]")
    assert between("2026-01-01 00:00:00", "2026-01-31 10:11:12") == "[2026-01-01 00:00:00,2026-01-31 10:11:12]"
    with pytest.raises(ValueError, match="ranges"):
        between("a", "b")


def test_dates_bring_the_parameter_without_which_the_shop_refuses_them_d32() -> None:
    assert "date=1" in query(filters={"date_upd": after("2026-01-01")}).split("&")
    assert "date=1" in query(filters={}, sort="date_add_DESC").split("&")
    assert "date=1" not in query(filters={"id": "5"}, sort="id_ASC")


def test_everything_is_escaped_but_the_webservice_own_punctuation() -> None:
    text = query(
        filters={"reference": ["a&b", "c d", "é+#"]}, display=("id", "categories[id]"), sort="id_ASC", limit="0,5"
    )
    assert text == ("filter[reference]=[a%26b|c%20d|%C3%A9%2B%23]&display=[id,categories[id]]&sort=[id_ASC]&limit=0,5")
    assert unquote(exactly("100%").expression) == "100%"
