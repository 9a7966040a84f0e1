"""What a file of the ERP may not count yet is taken off what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stock.unseen import SoldPieces, Unseen, is_unseen, less, less_unseen

AT = datetime(2026, 11, 30, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("seen_at", "unseen"),
    [
        (None, True),
        (AT + HOUR, True),
        (AT, True),
        (AT - HOUR + timedelta(seconds=1), True),
        (AT - HOUR, False),
        (AT - 2 * HOUR, False),
    ],
)
def test_a_file_counts_what_was_confirmed_the_margin_before_it_was_written(
    seen_at: datetime | None, unseen: bool
) -> None:
    assert is_unseen(seen_at, AT, HOUR) is unseen


@given(st.integers(-50, 1000), st.integers(0, 1000))
def test_what_is_left_is_never_more_than_the_erp_says_and_never_below_nothing_by_our_doing(
    quantity: int, pieces: int
) -> None:
    left = less(quantity, pieces)
    assert left <= quantity
    assert left >= min(quantity, 0)
    assert left == quantity - pieces or left in {0, quantity}


def test_pieces_go_off_by_item_else_by_reference_and_each_file_by_its_own_time() -> None:
    sold = [
        SoldPieces((1, 0), "SAC", 2),
        SoldPieces((1, 0), "SAC", 1, AT - HOUR),
        SoldPieces((2, 5), "ROBE-S", 4),
        SoldPieces((3, 0), "SERVICE", 1),
    ]
    rows = pl.DataFrame(
        {
            "_file": [0, 1, 0, 0, -1],
            "_line": [1, 1, 2, 3, 0],
            "_key": ["SAC", "SAC", "ROBE-S", "SERVICE", "SAC"],
            "quantity": [10, 10, 3, 999, 0],
            "_kept": [True, True, True, False, True],
        }
    )
    unseen = Unseen(sold, HOUR)
    written_at = {0: AT - HOUR, 1: AT}
    left, taken = less_unseen(rows, unseen, {"SAC": (1, 0)}, written_at, by_key=True)
    assert left["quantity"].to_list() == [7, 8, 0, 999, 0]
    assert taken == {"SAC": (10, 2), "ROBE-S": (3, 3)}
    assert left.drop("quantity").equals(rows.drop("quantity"))
    left, taken = less_unseen(rows, unseen, {"SAC": (1, 0)}, written_at, by_key=False)
    assert left["quantity"].to_list() == [7, 8, 3, 999, 0], "an EAN is no reference"
