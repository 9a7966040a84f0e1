from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from tasks.stock.apply import Line, by_product, in_order, lines_of
from tasks.stock.plan import WRITES


def line(id_: int, id_product: int | None = None) -> Line:
    return Line(0, id_, f"K{id_}", 5, id_, 0, None, id_product)


def test_the_lines_of_a_product_are_together_in_the_order_of_their_first() -> None:
    lines = [line(1, 7), line(2), line(3, 9), line(4, 7), line(5, 9), line(6)]
    products = by_product(lines)
    assert [[one.id for one in product] for product in products] == [[1, 4], [2], [3, 5], [6]]


def test_a_line_of_no_known_product_is_alone_also_where_its_id_is_that_of_a_product() -> None:
    assert [[one.id for one in product] for product in by_product([line(1, 7), line(7)])] == [[1], [7]]


def test_planned_rows_are_lines_with_the_instant_of_each_or_none() -> None:
    one, other = datetime(2026, 11, 30, 22, 5, 1, 250, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    rows = [
        (0, 2, "A", 5, 11, 0, 4, 7, one),
        (0, 3, "B", 6, 12, 3, None, None, None),
        (0, 4, "C", 7, 13, 0, 2, 9, other),
        (0, 5, "D", 8, 14, 0, 2, 9, one),
    ]
    assert lines_of(pl.DataFrame(rows, schema=WRITES, orient="row")) == [Line(*row) for row in rows]
    assert lines_of(pl.DataFrame(schema=WRITES)) == []


def test_simple_products_of_one_quantity_stand_side_by_side_behind_the_combinations() -> None:
    rows = [
        (0, 1, "A", 5, 11, 0, 4, 7, None),
        (0, 2, "B", 3, 14, 8, 4, 9, None),
        (0, 3, "C", 3, 13, 0, 4, 2, None),
        (0, 4, "D", 5, 10, 0, 4, 3, None),
        (0, 5, "E", 9, 12, 7, 4, 9, None),
    ]
    ordered = lines_of(in_order(pl.DataFrame(rows, schema=WRITES, orient="row")))
    assert [line.key for line in ordered] == ["E", "B", "C", "D", "A"]
