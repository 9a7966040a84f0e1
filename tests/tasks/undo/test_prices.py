"""The price ledger says which price holds again after an undo."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from schemas.price_changes import PriceChange, PriceState
from tasks.undo.prices import restated

AT = datetime(2026, 11, 1, tzinfo=UTC)


def line(number: int, run: str, price: int, **given: object) -> PriceChange:
    return PriceChange("A", AT, price=Decimal(price), run_id=run, number=number, **given)  # type: ignore[arg-type]


def test_the_price_before_the_run_is_in_force_again() -> None:
    again = restated([line(1, "r0", 100), line(2, "r1", 999), line(3, "r1", 998)], "", "r1")
    assert again is not None
    assert (again.price, again.state, again.number) == (Decimal(100), PriceState.IN_FORCE, 0)
    assert again.began_at > AT


def test_what_had_no_price_before_has_none_again() -> None:
    again = restated([line(2, "r1", 999), line(1, "r0", 5, case="x")], "", "r1")
    assert again is not None
    assert again.state is PriceState.ENDED


def test_where_a_later_run_has_the_last_word_nothing_is_said() -> None:
    assert restated([line(1, "r0", 100), line(2, "r1", 999), line(3, "r2", 50)], "", "r1") is None
    assert restated([], "", "r1") is None
