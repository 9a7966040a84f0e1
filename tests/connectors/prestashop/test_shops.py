"""Which shop of an installation is ours, and which stock rows are its own."""

from __future__ import annotations

import pytest

from connectors.prestashop import Entity, Shops

SHOPS: list[Entity] = [
    {"id": 1, "name": "Un", "id_shop_group": "1", "id_category": "2", "active": "1", "deleted": "0"},
    {"id": 2, "name": "Deux", "id_shop_group": "1", "id_category": "2", "active": "1", "deleted": "0"},
    {"id": 3, "name": "Trois", "id_shop_group": "2", "id_category": "9", "active": "1", "deleted": "0"},
    {"id": 4, "name": "Closed", "id_shop_group": "2", "id_category": "2", "active": "0", "deleted": "0"},
]
GROUPS: list[Entity] = [
    {"id": 1, "name": "shared", "share_stock": "1", "share_customer": "1", "deleted": "0"},
    {"id": 2, "name": "separate", "share_stock": "0", "share_customer": "0", "deleted": "0"},
]
ROWS: list[Entity] = [
    {"id": 5, "id_shop": "0", "id_shop_group": "1"},
    {"id": 6, "id_shop": "3", "id_shop_group": "0"},
    {"id": 7, "id_shop": "0", "id_shop_group": "2"},
    {"id": 8, "id_shop": "1", "id_shop_group": "0"},
]


def seen(named: int, shops: list[Entity] = SHOPS, groups: list[Entity] = GROUPS) -> Shops:
    return Shops.of(shops, groups, named, 1)


@pytest.mark.parametrize(("own", "chosen"), [(1, [5]), (2, [5]), (3, [6])])
def test_a_stock_row_is_chosen_by_its_own_shop_and_group(own: int, chosen: list[int]) -> None:
    assert [row["id"] for row in seen(own).stock_rows(ROWS)] == chosen


def test_whether_stock_is_shared_is_said_by_the_own_group_alone() -> None:
    assert seen(2).shares_stock is True
    assert seen(3).shares_stock is False


def test_the_shops_that_sell_of_one_stock_are_those_of_the_group_that_shares_it() -> None:
    assert seen(2).sharing_stock == (1,)
    assert seen(3).sharing_stock == ()


def test_accounts_are_those_of_the_shops_that_share_them() -> None:
    assert seen(2).sharing_customers == (1,)
    assert seen(3).sharing_customers == ()


def test_a_shop_that_is_out_of_use_is_none_of_several() -> None:
    assert seen(3).ids == (1, 2, 3)
    assert seen(3).others == (1, 2)
    assert not seen(0, SHOPS[:1] + SHOPS[3:]).several


def test_the_root_category_of_one_of_several_shops_is_its_own() -> None:
    assert seen(3).home_category == 9
    assert seen(0, SHOPS[:1]).home_category == 0


def test_the_only_shop_is_ours_whatever_its_number() -> None:
    assert seen(0, SHOPS[2:3]).own == 3


def test_where_the_shops_cannot_be_seen_one_shared_row_is_taken_and_two_are_not() -> None:
    unseen = seen(1, [], [])
    assert [row["id"] for row in unseen.stock_rows(ROWS[:1])] == [5]
    assert unseen.stock_rows([ROWS[0], ROWS[2]]) == []
    assert [row["id"] for row in unseen.stock_rows(ROWS)] == [8]
