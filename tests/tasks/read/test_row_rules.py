"""Rows that contradict other rows of the run: found among many by numbers, and decided by their texts."""

from __future__ import annotations

import polars as pl

from schemas.import_json import default_import_spec
from tasks.read.row_rules import neighbour_faults

PRODUCT = default_import_spec().streams["product"]
PARENT = PRODUCT.parent_column


def _winners(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    schema = {"_key": pl.String, "_parent": pl.String, "_combination": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        _file=pl.lit(0, pl.Int32), _line=pl.int_range(2, pl.len() + 2, dtype=pl.Int64)
    )


def _faults(*rows: tuple[str, str | None, str | None]) -> list[tuple[int, str, str]]:
    assert PARENT is not None
    found = neighbour_faults(_winners(*rows), PARENT)
    return sorted(found.select("_line", "code", "detail").iter_rows())


def test_sound_combinations_beside_simple_products_have_no_fault() -> None:
    assert (
        _faults(("A", None, None), ("B", None, None), ("C1", "C", "red"), ("C2", "C", "blue"), ("D1", "D", "red")) == []
    )


def test_a_parent_that_is_a_combination_is_named_with_its_line() -> None:
    found = _faults(("C1", "C", "red"), ("E1", "C1", "red"), ("E2", "C1", "blue"))
    assert found == [
        (3, "combination_of_combination", "C1 (l. 2)"),
        (4, "combination_of_combination", "C1 (l. 2)"),
    ]


def test_a_parent_that_is_a_simple_product_is_no_fault() -> None:
    assert _faults(("C", None, None), ("C1", "C", "red")) == []


def test_the_first_of_several_equal_combinations_stands_and_the_others_name_it() -> None:
    found = _faults(("C1", "C", "red"), ("C2", "C", "red"), ("D1", "D", "red"), ("C3", "C", "red"))
    assert found == [(3, "combination_repeated", "C1 (l. 2)"), (5, "combination_repeated", "C1 (l. 2)")]


def test_rows_without_a_parent_or_a_value_are_never_alike() -> None:
    assert _faults(("A", None, "red"), ("B", None, "red"), ("C1", "C", None), ("C2", "C", None)) == []
