from __future__ import annotations

from tasks.stock.apply import Line, by_product


def line(id_: int, id_product: int | None = None) -> Line:
    return Line(0, id_, f"K{id_}", 5, id_, 0, None, id_product)


def test_the_lines_of_a_product_are_together_in_the_order_of_their_first() -> None:
    lines = [line(1, 7), line(2), line(3, 9), line(4, 7), line(5, 9), line(6)]
    products = by_product(lines)
    assert [[one.id for one in product] for product in products] == [[1, 4], [2], [3, 5], [6]]


def test_a_line_of_no_known_product_is_alone_also_where_its_id_is_that_of_a_product() -> None:
    assert [[one.id for one in product] for product in by_product([line(1, 7), line(7)])] == [[1], [7]]
