"""Quantities of several warehouses are one quantity of each item."""

from __future__ import annotations

import polars as pl

from tasks.stock.warehouses import summed

ROWS = {"_file": pl.Int32, "_line": pl.Int64, "_key": pl.String, "warehouse": pl.String, "quantity": pl.Int64}


def added(
    *rows: tuple[int, str, str, int], rejected: tuple[str, ...] = (), complete: bool = False
) -> tuple[dict[str, int], dict[int, str]]:
    """The sums by key, and the code of each row that ends before them by line."""
    frame = pl.DataFrame([(0, *row) for row in rows], schema=ROWS, orient="row")
    sums, ended = summed(frame, ["A", "B"], rejected, complete=complete)
    assert sums.height + ended.height == len(rows)
    return dict(sums.select("_key", "quantity").iter_rows()), dict(ended.select("_line", "code").iter_rows())


def test_the_chosen_warehouses_are_added_up_and_the_others_left_out() -> None:
    sums, ended = added((1, "X", "A", 3), (2, "X", "B", 4), (3, "X", "C", 100))
    assert sums == {"X": 7}
    assert ended == {1: "warehouse_summed", 3: "other_warehouse"}


def test_of_two_rows_of_one_warehouse_the_last_counts() -> None:
    assert added((1, "X", "A", 3), (2, "X", "B", 4), (3, "X", "A", 5)) == (
        {"X": 9},
        {1: "warehouse_row_superseded", 2: "warehouse_summed"},
    )


def test_an_item_without_one_of_the_warehouses_has_no_sum_unless_the_file_is_complete() -> None:
    assert added((1, "X", "A", 3)) == ({}, {1: "warehouse_missing"})
    assert added((1, "X", "A", 3), complete=True) == ({"X": 3}, {})


def test_an_item_of_which_a_row_was_rejected_has_no_sum() -> None:
    sums, ended = added((1, "X", "A", 3), (2, "X", "B", 1), (3, "Y", "A", 1), (4, "Y", "B", 1), rejected=("X",))
    assert sums == {"Y": 2}
    assert ended == {1: "warehouse_row_rejected", 2: "warehouse_row_rejected", 3: "warehouse_summed"}
