"""Faults of categories, products and combinations, seen in their rows."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.audit.plan.found import EXAMPLES, GRAVE, Found
from tests.tasks.audit.rows import Looked, category, combination, product


def test_a_shop_without_a_fault_has_none() -> None:
    looked = Looked(
        products=(product(5), product(6, product_type="combinations")),
        combinations=(combination(1, 6, default_on="1"), combination(2, 6)),
    )
    assert looked.faults == {}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (category(9, 77), {"category_parent_missing": [(9, "77")]}),
        (category(9, 2, 4), {"category_depth_wrong": [(9, "4 / 2")]}),
        (category(9, 9), {"category_in_circle": [(9, "9")]}),
    ],
)
def test_a_category_that_no_menu_leads_to(row: dict[str, Any], fault: dict[str, Any]) -> None:
    assert Looked(categories=(row,)).faults == fault


def test_a_circle_of_two_is_two_faults_and_what_hangs_on_it_is_none() -> None:
    looked = Looked(categories=(category(7, 8, 3), category(8, 7, 3), category(9, 8, 4)))
    assert looked.faults == {"category_in_circle": [(7, "7 > 8"), (8, "8 > 7")]}


def test_an_open_category_below_a_closed_one_is_named_once() -> None:
    looked = Looked(categories=(category(7, active="0"), category(8, 7, 3), category(9, 8, 4)))
    assert looked.faults == {"category_below_closed_one": [(8, "7")]}


CLOSED = (category(7, active="0"), category(8, 7, 3))


@pytest.mark.parametrize(
    ("broken", "fault", "detail"),
    [
        ({"categories": ()}, "product_without_category", ""),
        ({"id_category_default": "99"}, "product_default_category_missing", "99"),
        ({"id_category_default": "2"}, "product_default_category_not_own", "2"),
        ({"categories": (7, 8), "id_category_default": "7"}, "product_unreachable", "7, 8"),
        ({"state": "0"}, "product_hidden_in_back_office", ""),
        ({"id_default_image": ""}, "cover_missing", ""),
        ({"id_default_image": "4"}, "cover_missing", ""),
        ({"images": (), "id_default_image": ""}, "picture_missing", ""),
        ({"price": "0.000000", "price_listed": "0.000000", "price_sold": "0.000000"}, "price_zero", ""),
        ({"id_tax_rules_group": "4"}, "tax_group_missing", "4"),
        ({"product_type": "combinations"}, "product_type_wrong", "0"),
        ({"redirect_type": "301-product", "id_type_redirected": "77"}, "redirect_to_nothing", "product 77"),
        ({"redirect_type": "302-product", "id_type_redirected": "5"}, "redirect_to_nothing", "product 5"),
        ({"redirect_type": "301-category", "id_type_redirected": "77"}, "redirect_to_nothing", "category 77"),
    ],
)
def test_a_product_with_one_fault_has_that_one(broken: dict[str, Any], fault: str, detail: str) -> None:
    kept = {name: broken[name] for name in ("categories", "images") if name in broken}
    row = product(5, **kept) | {name: value for name, value in broken.items() if name not in kept}
    assert Looked(categories=CLOSED[:1] and CLOSED, products=(row,)).faults.pop(fault) == [(5, detail)]
    others = Looked(categories=CLOSED, products=(row,)).faults.keys() - {fault, "category_below_closed_one"}
    assert others == set()


@pytest.mark.parametrize(
    "sound",
    [
        {"redirect_type": "301-product", "id_type_redirected": "6"},
        {"redirect_type": "301-category", "id_type_redirected": "3"},
        {"redirect_type": "301-category", "id_type_redirected": "0"},
        {"redirect_type": "404"},
        {"active": "0", "price": "0.000000"},
        {"price": "0.000000", "available_for_order": "0", "price_listed": "0", "price_sold": "0"},
        {"id_tax_rules_group": "0", "price_listed": "10.000000", "price_sold": "10.000000"},
    ],
)
def test_what_a_merchant_may_want_is_no_fault(sound: dict[str, Any]) -> None:
    assert Looked(products=(product(5) | sound, product(6))).faults == {}


def test_a_default_combination_is_missing_or_there_are_two() -> None:
    looked = Looked(
        products=(product(5), product(6)),
        combinations=(
            combination(1, 5),
            combination(2, 5),
            combination(3, 6, default_on="1"),
            combination(4, 6, default_on="1"),
        ),
    )
    assert looked.faults == {"combination_default_missing": [(5, "2")], "combination_default_double": [(6, "2")]}


def test_combinations_that_nobody_can_choose_or_tell_apart() -> None:
    bare = combination(1, 5, default_on="1") | {"associations": {"product_option_values": []}}
    same = (combination(2, 5, values=(8, 9)), combination(3, 5, values=(9, 8)), combination(4, 5, values=(8,)))
    looked = Looked(products=(product(5, product_type="standard"),), combinations=(bare, *same))
    assert looked.faults == {
        "combination_without_values": [(1, "")],
        "combination_same_values": [(2, "3")],
        "product_type_wrong": [(5, "4")],
    }


def test_a_reference_of_several_products_is_one_fault_and_case_and_accents_do_not_tell_them_apart() -> None:
    looked = Looked(
        products=(product(5, reference="ROBE"), product(6, reference="robé "), product(7, ean13="3600000000017")),
        combinations=(combination(1, 7, reference="Robe", ean13="3600000000017", default_on="1"),),
    )
    assert looked.faults == {
        "duplicate_reference": [(5, "6, 7-1")],
    }


def test_a_bar_code_of_two_products_and_references_within_one() -> None:
    looked = Looked(
        products=(product(5, ean13="36"), product(6, ean13="36", reference="SAC")),
        combinations=(combination(1, 6, reference="SAC", default_on="1"), combination(2, 6, reference="SAC")),
    )
    assert looked.faults == {"duplicate_ean13": [(5, "6")], "reference_within_product": [(6, "6-1, 6-2")]}


def test_combinations_of_no_product_and_products_in_no_shop() -> None:
    lone = (combination(1, 77), combination(2, 78), combination(3, 79))
    looked = Looked(combinations=lone, outside=frozenset({78}), elsewhere=frozenset({79}))
    assert looked.faults == {"product_outside_shop": [(78, "")], "combination_of_no_product": [(1, "")]}


def test_of_a_fault_that_everything_has_the_first_are_kept_and_all_are_counted() -> None:
    found = Found("price_zero")
    for number in range(1, 101):
        found.product("price_zero", number)
        found.product("picture_missing", number)
    assert [(code, count, len(examples)) for code, count, examples in found] == [
        ("price_zero", 100, EXAMPLES),
        ("picture_missing", 100, EXAMPLES),
    ]
    assert len(found.wanted) == 100
    assert list(GRAVE)
