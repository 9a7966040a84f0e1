from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from connectors.ledger import Refusal

if TYPE_CHECKING:
    from connectors.ledger import Ledger

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_newest_refusal_of_a_key_counts_for_as_long_as_is_asked(ledger: Ledger) -> None:
    first, second = Refusal("A", "aa", "shop_refused", "no", NOW - DAY), Refusal("A", "bb", "shop_refused", "no", NOW)
    ledger.note_refusals("shop", "product", [first], run_id="r1")
    ledger.note_refusals("shop", "product", [second], run_id="r2")
    assert ledger.refusals("shop", "product", since=NOW) == {"A": second}
    assert ledger.refusals("shop", "product", since=NOW + DAY) == {}
    assert ledger.refusals("shop", "stock", since=NOW) == ledger.refusals("lyon", "product", since=NOW) == {}


def test_what_the_shop_took_after_all_and_what_is_old_is_forgotten(ledger: Ledger) -> None:
    refusals = [Refusal(key, "aa", "shop_refused", "", NOW - DAY) for key in "ABC"]
    ledger.note_refusals("shop", "product", [*refusals, Refusal("D", "aa", "shop_refused", "", NOW)], run_id="r1")
    ledger.forget_refusals("shop", "product", ["A", "unknown"])
    assert sorted(ledger.refusals("shop", "product", since=NOW - DAY)) == ["B", "C", "D"]
    ledger.forget_old_refusals("shop", NOW)
    assert sorted(ledger.refusals("shop", "product", since=NOW - DAY)) == ["D"]
