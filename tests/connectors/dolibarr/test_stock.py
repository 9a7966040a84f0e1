"""Stock is read to its last row and movement, whatever happens in Dolibarr meanwhile."""

from __future__ import annotations

import pytest

from connectors.dolibarr import Dolibarr
from connectors.dolibarr.stock import Cursor, quantity
from deployments.sandbox.dolibarr import SandboxDolibarr
from schemas.errors import DeniedError


def test_a_product_that_is_deleted_between_two_pages_moves_no_other_out_of_them(
    box: SandboxDolibarr, dolibarr: Dolibarr
) -> None:
    table = box.api.state.products
    first = next(iter(table.rows))
    made = [table.insert({"ref": f"P{n}", "label": "P", "type": "0", "status": "1"}, None)["id"] for n in range(500)]
    rows = dolibarr.all_stocks()
    read = [next(rows)]
    del table.rows[first]
    read += rows
    assert {int(each["id"]) for each in read} == {first, *made}


def test_a_cursor_remembers_what_was_not_there_and_calls_it_new_once() -> None:
    cursor = Cursor(10).after([11, 13, 14])
    assert (cursor.text, cursor.start) == ("14 12", 11)
    assert [id_ for id_ in (11, 12, 13, 14, 15) if Cursor.of(cursor.text).is_new(id_)] == [12, 15]
    assert cursor.after([12, 13, 14]).text == "14"
    assert Cursor.of("14 12").after([13, 14, *range(15, 513)]).text == "512"
    assert Cursor(10).after([]).text == "10"


def test_stock_that_is_left_out_for_want_of_a_right_is_not_nothing() -> None:
    assert quantity({"stock_warehouse": []}, set()) == 0
    with pytest.raises(DeniedError):
        quantity({}, set())
