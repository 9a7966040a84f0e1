from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from schemas.price_changes import Origin, PriceState, ReductionKind, without_corrected
from tasks.omnibus.plan.timeline import Market, local_text, markets_of
from tests.tasks.omnibus.ledger_lines import EVERYBODY, PARIS, Lines, at


def test_a_price_holds_until_the_next_one() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.price("2026-02-01", "90")
    assert lines.told() == [("2026-01-01", "2026-02-01", "100.00"), ("2026-02-01", "", "90.00")]


def test_the_same_price_again_is_no_new_price() -> None:
    lines = Lines()
    first = lines.price("2026-01-01", "100")
    lines.add(replace(first, number=9))
    assert lines.told() == [("2026-01-01", "", "100.00")]


def test_what_is_not_on_sale_has_no_price() -> None:
    lines = Lines()
    first = lines.price("2026-01-01", "100")
    lines.over("2026-01-10", first)
    lines.price("2026-01-20", "100")
    assert lines.told() == [("2026-01-01", "2026-01-10", "100.00"), ("2026-01-20", "", "100.00")]


def test_a_discount_holds_within_its_own_dates_the_last_second_included() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-05", "20", "2026-01-10", "2026-01-20")
    assert lines.told() == [
        ("2026-01-01", "2026-01-10", "100.00"),
        ("2026-01-10", "2026-01-21", "80.00R"),
        ("2026-01-21", "", "100.00"),
    ]


def test_a_discount_is_in_force_once_the_shop_has_it_however_early_its_date() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-12 14:30:00", "20", "2026-01-10")
    assert lines.told()[1] == ("2026-01-12 14:30:00", "", "80.00R")


def test_a_discount_taken_away_before_its_end_ends_then() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    taken = lines.discount("2026-01-05", "20", "2026-01-10", "2026-01-20")
    lines.over("2026-01-15", taken)
    assert lines.told()[1:] == [("2026-01-10", "2026-01-15", "80.00R"), ("2026-01-15", "", "100.00")]


def test_a_discount_that_never_began_was_never_shown() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.over("2026-01-06", lines.discount("2026-01-05", "20", "2026-01-10"))
    assert lines.told() == [("2026-01-01", "", "100.00")]


@pytest.mark.parametrize(
    ("discount", "shown"),
    [
        ({"reduction_kind": ReductionKind.AMOUNT, "reduction": Decimal(12), "reduction_tax": True}, "108.00R"),
        ({"reduction_kind": ReductionKind.AMOUNT, "reduction": Decimal(10), "reduction_tax": False}, "108.00R"),
        ({"reduction": Decimal("33.333333")}, "80.00R"),
        ({"price": Decimal(90), "tax_included": True, "reduction": Decimal(10)}, "81.00R"),
        ({"price": Decimal(75), "reduction": Decimal(0), "reduction_kind": ReductionKind.AMOUNT}, "90.00"),
        ({"price": Decimal(75), "reduction": Decimal(0), "reduction_kind": ReductionKind.NEW_PRICE}, "90.00R"),
        ({"price": Decimal(150), "reduction": Decimal(0), "reduction_kind": ReductionKind.NEW_PRICE}, "180.00"),
        ({"reduction_kind": ReductionKind.AMOUNT, "reduction": Decimal(500)}, "0.00R"),
    ],
)
def test_what_a_discount_makes_of_100_without_tax(discount: dict[str, Any], shown: str) -> None:
    lines = Lines()
    lines.price("2026-01-01", "100", tax_included=False)
    lines.discount("2026-01-10", "20", **discount)
    assert lines.told()[1][2] == shown


def test_both_prices_are_given_with_tax_to_the_cent_and_without_as_the_shop_keeps_it() -> None:
    lines = Lines()
    lines.price("2026-01-01", "19.99")
    [shown] = lines.shown()
    assert (shown.price_tax_incl, shown.price_tax_excl) == (Decimal("19.99"), Decimal("16.658333"))


def test_of_two_discounts_the_shop_takes_the_closer_one_and_not_the_larger() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-02", "50")
    lines.discount("2026-01-03", "10", country="DE", case="DE|||1||")
    germany = replace(EVERYBODY, country="DE")
    assert [price for _, _, price in lines.told()] == ["100.00", "50.00R"]
    assert [price for _, _, price in lines.told(germany)] == ["100.00", "50.00R", "90.00R"]
    assert [price for _, _, price in lines.told(replace(germany, country="FR"))] == ["100.00", "50.00R"]


def test_currency_counts_before_country_and_country_before_group() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-02", "10", customer_group="VIP", case="||@VIP|1||")
    lines.discount("2026-01-03", "20", country="FR", case="FR|||1||")
    lines.discount("2026-01-04", "30", currency="EUR", case="|EUR||1||")
    everything = replace(EVERYBODY, country="FR", currency="EUR", customer_group="VIP")
    assert [price for _, _, price in lines.told(everything)] == ["100.00", "90.00R", "80.00R", "70.00R"]


def test_overlapping_discounts_of_one_case_the_later_end_counts() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-02", "30", "2026-01-05", "2026-01-20")
    lines.discount("2026-01-02", "10", "2026-01-10", "2026-01-31")
    assert [price for _, _, price in lines.told()] == ["100.00", "70.00R", "90.00R", "100.00"]
    assert lines.told()[2][0] == "2026-01-10"


def test_an_amount_in_another_currency_is_no_price_in_this_one_a_percentage_is() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    dollars = replace(EVERYBODY, currency="USD")
    lines.discount("2026-01-02", "10", currency="USD", case="|USD||1||", reduction_kind=ReductionKind.AMOUNT)
    assert [price for _, _, price in lines.told(dollars)] == ["100.00"]
    lines.discount("2026-01-03", "10", currency="USD", case="|USD||1|2026|")
    assert [price for _, _, price in lines.told(dollars)] == ["100.00", "90.00R"]


def test_a_discount_of_the_product_stands_behind_one_of_its_combination() -> None:
    lines = Lines("ROBE-M")
    lines.price("2026-01-01", "100")
    of_product = Lines("ROBE").discount("2026-01-02", "50", country="FR", case="FR|||1||")
    lines.add(replace(of_product, number=50))
    lines.discount("2026-01-03", "10")
    france = replace(EVERYBODY, country="FR")
    assert [price for _, _, price in lines.told(france)] == ["100.00", "50.00R", "90.00R"]


def test_midnight_is_the_shops_in_winter_and_in_summer() -> None:
    lines = Lines()
    lines.price("2026-03-01", "100")
    lines.discount("2026-03-02", "20", "2026-03-28", "2026-03-29")
    begin, end = lines.shown()[1].begins_at, lines.shown()[1].ends_at
    assert end is not None
    assert (local_text(begin, PARIS), local_text(end, PARIS)) == ("2026-03-28 00:00:00", "2026-03-30 00:00:00")
    assert end - begin == timedelta(hours=47)


def test_an_hour_that_the_clock_skips_is_the_one_after_it_and_one_shown_twice_is_the_first() -> None:
    assert local_text(at("2026-03-29 02:30:00"), PARIS) == "2026-03-29 03:30:00"
    assert at("2026-10-25 03:00:00") - at("2026-10-25 02:30:00") == timedelta(hours=1, minutes=30)


def test_a_correction_stands_for_its_line_and_the_last_correction_counts() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    wrong = lines.price("2026-02-01", "9")
    lines.add(replace(wrong, price=Decimal(95), corrects=2, number=3, origin=Origin.CORRECTION))
    lines.add(replace(wrong, price=Decimal(90), corrects=3, number=4, origin=Origin.CORRECTION))
    assert [price for _, _, price in lines.told()] == ["100.00", "90.00"]
    lines.add(replace(wrong, state=PriceState.VOID, corrects=2, number=5, origin=Origin.CORRECTION))
    assert [price for _, _, price in lines.told()] == ["100.00"]
    assert len(without_corrected(lines.all)) == 1


def test_a_line_filled_in_later_counts_from_when_it_began() -> None:
    lines = Lines()
    lines.price("2026-02-01", "90")
    lines.price("2026-01-01", "100", origin=Origin.ARCHIVE)
    assert [price for _, _, price in lines.told()] == ["100.00", "90.00"]


def test_the_markets_of_an_item_are_everybody_and_each_case_of_its_discounts() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-02", "10", country="DE", case="DE|||1||")
    lines.discount("2026-01-02", "20")
    markets = markets_of(lines.all, Decimal(20), "EUR")
    assert markets == [Market(rate=Decimal(20)), Market(country="DE", rate=Decimal(20))]


def test_without_a_price_of_its_own_an_item_was_shown_at_none() -> None:
    lines = Lines()
    assert lines.told() == []
    lines.discount("2026-01-02", "20")
    assert lines.told() == []
