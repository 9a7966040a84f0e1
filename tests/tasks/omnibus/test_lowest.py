from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tasks.omnibus.plan.lines import Rules, line_of
from tasks.omnibus.plan.lowest import Known, Reduction, reductions, thirty_days_before
from tasks.omnibus.plan.timeline import local_text, markets_of, shown_prices
from tests.tasks.omnibus.ledger_lines import EVERYBODY, PARIS, Lines, at

SHOWN = Rules()


def found(lines: Lines, on_sale_since: datetime | None = None) -> list[Reduction]:
    return reductions(lines.shown(), PARIS, on_sale_since)


def told(lines: Lines) -> list[tuple[str, str]]:
    """When each reduction began, and the price that is to be shown beside it."""
    return [
        (local_text(one.begins_at, PARIS)[:10], f"{one.lowest.price_tax_incl}" if one.lowest else "")
        for one in found(lines)
    ]


def line(lines: Lines, now: str, rules: Rules = SHOWN, groups: dict[str, int] | None = None) -> str:
    every = {
        market: reductions(shown_prices(lines.all, market, PARIS), PARIS)
        for market in markets_of(lines.all, Decimal(20), "EUR")
    }
    return line_of(every, rules, groups or {}, PARIS, at(now))


def test_the_lowest_of_the_30_days_before_it_began_is_shown_and_not_of_the_last_30_days() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.price("2026-03-01", "90")
    lines.price("2026-03-10", "120")
    lines.discount("2026-03-15", "20", "2026-03-20")
    assert told(lines) == [("2026-03-20", "90.00")]


def test_a_price_that_ended_more_than_30_days_before_does_not_count() -> None:
    lines = Lines()
    lines.price("2026-01-01", "50")
    lines.price("2026-02-01", "100")
    lines.discount("2026-03-03", "20", "2026-03-04")
    assert told(lines) == [("2026-03-04", "100.00")]


def test_a_price_that_ended_within_the_30th_day_before_counts() -> None:
    lines = Lines()
    lines.price("2026-01-01", "50")
    lines.price("2026-02-02 00:00:01", "100")
    lines.discount("2026-03-03", "20", "2026-03-04")
    assert told(lines) == [("2026-03-04", "50.00")]


def test_an_earlier_reduction_counts_as_a_price() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-01", "40", "2026-02-10", "2026-02-12")
    lines.discount("2026-01-01", "20", "2026-03-01", "2026-03-31")
    assert told(lines) == [("2026-02-10", "100.00"), ("2026-03-01", "60.00")]


def test_a_reduction_that_grows_keeps_the_price_before_its_first_step() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-03-01", "20", "2026-03-10", "2026-03-16")
    lines.discount("2026-03-01", "30", "2026-03-17", "2026-03-23")
    lines.discount("2026-03-01", "50", "2026-03-24", "2026-05-30")
    [one] = found(lines)
    assert one.lowest is not None
    assert (len(one.steps), one.lowest.price_tax_incl, one.known) == (3, Decimal("100.00"), Known.WHOLE)
    assert one.ends_at == at("2026-05-31")


def test_a_step_back_up_begins_another_reduction_before_which_the_lower_price_was_in_force() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-03-01", "50", "2026-03-10", "2026-03-16")
    lines.discount("2026-03-01", "20", "2026-03-17", "2026-03-23")
    assert told(lines) == [("2026-03-10", "100.00"), ("2026-03-17", "50.00")]
    assert [one.is_lower for one in found(lines)] == [True, False]


def test_a_break_of_a_day_begins_another_reduction() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-03-01", "20", "2026-03-10", "2026-03-16")
    lines.discount("2026-03-01", "30", "2026-03-18", "2026-03-23")
    assert told(lines) == [("2026-03-10", "100.00"), ("2026-03-18", "80.00")]


def test_the_items_own_price_that_falls_during_a_reduction_changes_nothing() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-03-01", "20", "2026-03-10")
    lines.price("2026-04-20", "90")
    assert told(lines) == [("2026-03-10", "100.00")]


def test_the_items_own_price_that_rises_during_a_reduction_makes_another_one() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-03-01", "20", "2026-03-10")
    lines.price("2026-04-20", "110")
    assert told(lines) == [("2026-03-10", "100.00"), ("2026-04-20", "80.00")]


def test_a_new_price_without_announced_reduction_is_a_price_like_others() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-03-01", "0", "2026-03-10", price=Decimal(60), tax_included=True)
    assert told(lines) == []


def test_before_and_after_the_clock_changes_30_days_are_30_days_of_the_calendar() -> None:
    assert local_text(thirty_days_before(at("2026-04-10"), PARIS), PARIS) == "2026-03-11 00:00:00"
    assert local_text(thirty_days_before(at("2026-11-10 12:00:00"), PARIS), PARIS) == "2026-10-11 12:00:00"


@pytest.mark.parametrize(
    ("on_sale", "known"),
    [("2026-03-01", Known.NEW), ("2026-02-28 09:00:00", Known.NEW), ("2025-06-01", Known.PART)],
)
def test_an_item_on_sale_for_under_30_days_is_told_from_one_whose_prices_were_not_kept(
    on_sale: str, known: Known
) -> None:
    lines = Lines()
    lines.price("2026-03-01", "100")
    lines.discount("2026-03-01", "20", "2026-03-11")
    [one] = found(lines, at(on_sale))
    assert one.lowest is not None
    assert (one.known, one.lowest.price_tax_incl) == (known, Decimal(100))
    assert one.looked_from == at("2026-03-01")


def test_an_item_that_came_reduced_has_no_price_before() -> None:
    lines = Lines()
    lines.price("2026-03-01", "100")
    lines.discount("2026-03-01", "20")
    [one] = found(lines)
    assert (one.known, one.lowest, one.is_lower) == (Known.NOTHING, None, False)


def test_the_line_says_for_whom_from_when_to_when_and_both_prices() -> None:
    lines = Lines()
    lines.price("2026-01-01", "19.99")
    lines.discount("2026-03-01", "20", "2026-03-10", "2026-03-31")
    assert line(lines, "2026-03-05") == "|||2026-03-10 00:00:00|2026-03-31 23:59:59|16.658333|19.99|20|30"


def test_a_reduction_that_is_over_or_far_ahead_is_not_told() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-01", "20", "2026-03-10", "2026-03-31")
    assert line(lines, "2026-02-01") == ""
    assert line(lines, "2026-03-31 23:59:59") != ""
    assert line(lines, "2026-04-01") == ""


def test_a_case_has_a_segment_of_its_own_where_it_differs_from_everybodys() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-01-01", "20", "2026-03-10")
    lines.discount("2026-01-01", "30", country="DE", starts="2026-03-05", case="DE|||1|2026-03-05|")
    lines.discount("2026-01-01", "10", customer_group="VIP", case="||@VIP|1|2026-02-01|", starts="2026-02-01")
    told = sorted(line(lines, "2026-03-06", groups={"VIP": 4}).split(","), key=lambda one: one.split("|")[:4])
    assert [one.split("|")[:4] for one in told] == [
        ["", "", "", "2026-03-10 00:00:00"],
        ["", "", "4", "2026-02-01 00:00:00"],
        ["DE", "", "", "2026-03-05 00:00:00"],
    ]


def test_what_is_known_in_part_is_shown_where_the_merchant_says_so() -> None:
    lines = Lines()
    lines.price("2026-03-01", "100")
    lines.discount("2026-03-01", "20", "2026-03-11")
    assert line(lines, "2026-03-12") == ""
    assert line(lines, "2026-03-12", Rules(shows_part=True)).endswith("|100.00|20|30")


def test_everything_is_computed_in_utc() -> None:
    lines = Lines()
    lines.price("2026-01-01", "100")
    lines.discount("2026-03-01", "20", "2026-03-10")
    [one] = found(lines)
    assert one.begins_at.tzinfo is UTC
    assert one.begins_at == at("2026-03-10")
    assert EVERYBODY.rate == 20
