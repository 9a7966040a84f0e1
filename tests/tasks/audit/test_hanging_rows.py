"""Faults of what hangs on products: stock rows, specific prices, addresses of pages; and of accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tasks.audit.plan.customers import Customers
from tasks.audit.plan.found import Found
from tasks.audit.plan.slugs import Slugs
from tasks.audit.plan.stock import Owner
from tests.tasks.audit.rows import Looked, combination, members, product, specific_price, stock

SIZED = (combination(1, 5, default_on="1"), combination(2, 5))
ROWS = (stock(1, 5, quantity=8), stock(2, 5, 1, 3), stock(3, 5, 2, 5))


def faults_of(*rows: dict[str, Any], **given: Any) -> dict[str, list[tuple[int, str]]]:
    looked = Looked(products=(product(5),), combinations=SIZED, stock_rows=rows, **given)
    return looked.faults | ({"suspects": [(one, "") for one in looked.suspects]} if looked.suspects else {})


def test_rows_that_add_up_are_no_fault_and_those_of_other_shops_are_not_looked_at() -> None:
    assert faults_of(*ROWS, stock(9, 5, quantity=7, id_shop="2"), stock(10, 70, id_shop="2")) == {}


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ((stock(1, 5, quantity=7), *ROWS[1:]), {"suspects": [(5, "")]}),
        (ROWS[:2], {"stock_row_missing": [(2, "")], "suspects": [(5, "")]}),
        (ROWS[1:], {"stock_row_missing": [(5, "")]}),
        ((*ROWS, stock(4, 5, 2, 0)), {"stock_row_double": [(4, "5-2")]}),
        ((*ROWS, stock(4, 5)), {"stock_row_double": [(4, "5-0")]}),
        ((*ROWS, stock(4, 5, 9)), {"stock_row_orphan": [(4, "5-9")]}),
        ((*ROWS, stock(4, 70)), {"stock_row_orphan": [(4, "70-0")]}),
        ((*ROWS, stock(4, 5, id_shop="0", id_shop_group="1")), {"stock_row_beside_shop": [(4, "5-0")]}),
        ((*ROWS[:2], ROWS[2] | {"depends_on_stock": "1"}), {"stock_kept_by_warehouses": [(3, "5-2")]}),
    ],
)
def test_a_stock_with_one_fault_has_that_one(rows: tuple[dict[str, Any], ...], faults: dict[str, Any]) -> None:
    assert faults_of(*rows) == faults


def test_where_a_group_shares_its_stock_a_row_of_one_shop_is_one_that_nobody_reads() -> None:
    shared = Owner(1, 4, (1, 2), shares_stock=True)
    rows = [row | {"id_shop": "0", "id_shop_group": "4"} for row in ROWS]
    assert faults_of(*rows, owner=shared) == {}
    assert faults_of(*rows, stock(4, 5, id_shop="2"), owner=shared) == {"stock_row_beside_shop": [(4, "5-0")]}
    unknown = Owner(1, 0, (), shares_stock=None)
    assert faults_of(*rows, owner=unknown) == {}


ENDED = {"from": "2026-01-01 00:00:00", "to": "2026-11-30 11:59:59"}


@pytest.mark.parametrize(
    ("values", "fault", "detail"),
    [
        (ENDED, "specific_price_over", ENDED["to"]),
        (ENDED | {"from": "2027-01-01 00:00:00"}, "specific_price_dates_impossible", ""),
        ({"id_product_attribute": "9"}, "specific_price_of_nothing", "9"),
        ({"reduction": "0.000000"}, "specific_price_without_effect", ""),
        ({"price": "10.500000", "id_group": "4"}, "specific_price_above_price", "10.500000 > 10"),
        ({"reduction_type": "amount", "reduction": "12.010000"}, "specific_price_above_price", "12.010000 > 12"),
        ({"reduction": "1.500000"}, "specific_price_above_price", "150.000000 %"),
        ({"id_shop_group": "1", "id_group": "4"}, "specific_price_of_group", "1"),
    ],
)
def test_a_specific_price_with_one_fault_has_that_one(values: dict[str, str], fault: str, detail: str) -> None:
    looked = Looked(products=(product(5),), specific_prices=(specific_price(1, 5, **values),))
    assert looked.faults.keys() == {fault}
    assert looked.faults[fault][0][1] == detail or not detail


def test_specific_prices_of_other_shops_and_carts_are_not_looked_at_and_those_to_come_are_no_fault() -> None:
    rows = (
        specific_price(1, 70, id_shop="2"),
        specific_price(2, 70, id_cart="3"),
        specific_price(3, 5, **{"from": "2027-01-01 00:00:00"}),
        specific_price(4, 5, reduction_type="amount", reduction="9.990000", id_group="2"),
        specific_price(5, 5, price="99.000000", id_currency="2"),
    )
    assert Looked(products=(product(5),), specific_prices=rows).faults == {}


REDUCED = {"price_sold": "10.800000"}


@pytest.mark.parametrize(
    ("shown", "rows", "fault"),
    [
        ({"price_listed": "12.010000", "price_sold": "12.010000"}, (), "price_not_as_shown 12 / 12.01"),
        ({"price_listed": "10.000000", "price_sold": "10.000000"}, (), "price_not_as_shown 12 / 10"),
        (REDUCED, (), "reduction_unexplained"),
        (REDUCED, (specific_price(1, 5, id_customer="4"),), "reduction_unexplained"),
        ({}, (specific_price(1, 5),), "reduction_not_shown"),
        (REDUCED, (specific_price(1, 5),), None),
        (
            {"price_listed": "9.600000", "price_sold": "9.600000"},
            (specific_price(1, 5, price="8", reduction="0"),),
            None,
        ),
        (REDUCED, (specific_price(1, 0),), None),
        ({}, (specific_price(1, 5, id_customer="4"), specific_price(2, 5, from_quantity="10")), None),
        ({"price_listed": "12.003000", "price_sold": "12.003000"}, (), None),
    ],
)
def test_a_visitors_price_is_explained_by_tax_and_specific_prices(
    shown: dict[str, str], rows: tuple[dict[str, Any], ...], fault: str | None
) -> None:
    looked = Looked(products=(product(5) | shown,), specific_prices=rows)
    code, _, detail = (fault or "").partition(" ")
    assert looked.faults == ({code: [(5, detail)]} if fault else {})


def test_the_price_of_the_default_combination_is_in_what_a_visitor_is_shown() -> None:
    rows = (combination(1, 5, default_on="1", price="2.500000"), combination(2, 5, price="9.000000"))
    shown = product(5, price_listed="15.000000", price_sold="15.000000")
    assert Looked(products=(shown,), combinations=rows).faults == {}
    assert Looked(products=(product(5),), combinations=rows).faults == {"price_not_as_shown": [(5, "15 / 12")]}
    free = product(5, price="0.000000", price_listed="3.000000", price_sold="3.000000")
    assert Looked(products=(free,), combinations=rows).faults == {}


def test_a_product_without_a_default_combination_has_no_price_to_compare() -> None:
    shown = product(5, price_listed="0.000000", price_sold="0.000000")
    looked = Looked(products=(shown,), combinations=(combination(1, 5), combination(2, 5)))
    assert looked.faults == {"combination_default_missing": [(5, "2")]}


def slugs_of(*texts: dict[int, str], route: str = "", active: str = "1") -> dict[str, list[tuple[int, str]]]:
    found = Found()
    slugs = Slugs("product", (1, 2), route, found)
    for number, text in enumerate(texts, start=1):
        slugs.look({"id": number, "active": active, "link_rewrite": text})
    slugs.finish()
    return {code: [(one.id, one.detail) for one in examples] for code, _, examples in found}


def test_an_address_is_empty_or_holds_what_the_shop_refuses() -> None:
    assert slugs_of({1: "shirt", 2: ""}, {1: "a b", 2: "chemise_2"}, {1: "été-1", 2: "x"}) == {
        "slug_empty": [(1, "2")],
        "slug_refused": [(2, "a b")],
    }
    assert slugs_of({1: "", 2: ""}, active="0") == {}


def test_the_same_address_is_a_fault_only_where_it_bears_no_id() -> None:
    same = ({1: "shirt", 2: "chemise"}, {1: "Shirt", 2: "autre"}, {1: "chemise", 2: "x"})
    assert slugs_of(*same) == {}
    assert slugs_of(*same, route="{category:/}{id}-{rewrite}.html") == {}
    assert slugs_of(*same, route="{category:/}{rewrite}.html") == {"slug_double": [(1, "2")]}


def account(identifier: int, default: int, *own: int, **other: str) -> dict[str, Any]:
    return {
        "id": identifier,
        "id_default_group": str(default),
        "is_guest": "0",
        "active": "1",
        "deleted": "0",
        "email": f"a{identifier}@example.com",
        "associations": {"groups": members(*own)},
    } | other


def test_accounts_without_a_group_or_outside_their_own_and_nothing_personal_is_kept() -> None:
    found = Found()
    customers = Customers({1, 2, 3}, found)
    for row in (
        account(1, 3, 3),
        account(2, 0),
        account(3, 9, 3),
        account(4, 3, 1, 2),
        account(5, 3, 3, email="A1@example.com"),
        account(6, 0, deleted="1"),
        account(7, 0, active="0"),
        account(8, 2, 2, is_guest="1", email="a1@example.com"),
    ):
        customers.look(row)
    customers.finish()
    faults = {code: [(one.id, one.detail) for one in examples] for code, _, examples in found}
    assert faults == {
        "customer_without_group": [(2, "0"), (3, "9")],
        "customer_default_group_not_own": [(4, "3")],
        "customer_same_email": [(1, "5")],
    }
    assert "@" not in repr(vars(found)) + repr(vars(customers))
