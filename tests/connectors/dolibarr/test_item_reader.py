from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.dolibarr.item_reader import category_paths, erp_item
from schemas.catalogue import ErpItem
from tests.connectors.dolibarr.shop_orders import CODES

ROW: dict[str, Any] = {"id": "7", "ref": "LAMP", "price": "10.00000000", "price_ttc": "12.00000000", "status": "1"}


def told(**more: Any) -> ErpItem:
    return erp_item(ROW | more, CODES, (), is_single=True)


@pytest.mark.parametrize(("type_", "field"), [("2", "ean13"), ("3", "upc"), ("4", "isbn"), ("6", "")])
def test_a_bar_code_is_what_its_type_says(type_: str, field: str) -> None:
    item = told(barcode="123", barcode_type=type_)
    assert {name: getattr(item, name) for name in ("ean13", "upc", "isbn")} == {
        name: "123" if name == field else "" for name in ("ean13", "upc", "isbn")
    }


@pytest.mark.parametrize(("unit", "kilograms"), [("0", "2"), ("-3", "0.002"), ("99", "0.907185"), ("50", "0")])
def test_a_weight_of_an_unknown_unit_says_nothing(unit: str, kilograms: str) -> None:
    assert told(weight="2", weight_units=unit).weight_kg == Decimal(kilograms)


def test_what_is_ours_or_off_sale_is_no_new_item() -> None:
    ours = {"array_options": {"options_ps_uid": "other1p5"}}
    assert [told().may_be_new, told(status="0").may_be_new, told(**ours).may_be_new] == [True, False, False]
    assert (told().owner, told(**ours).owner) == (None, "")


def test_a_category_has_the_names_of_those_above_it_and_none_where_they_go_in_a_circle() -> None:
    rows = [(1, "Home", 0), (2, "Lamps", 1), (3, "Here", 4), (4, "There", 3), (5, "Lost", 9)]
    named = [{"id": str(id_), "label": label, "fk_parent": parent} for id_, label, parent in rows]
    assert category_paths(named) == {1: ("Home",), 2: ("Home", "Lamps")}
