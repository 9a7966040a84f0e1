"""The stock stream may carry the weight and the bar code of its items, and say of which no stock is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.ledger import Ledger
from deployments.sandbox.shop import Fault
from tests.flows.beginnings import Beginnings
from tests.flows.world import KEY_VARIABLE, World

COLUMNS = ("reference", "quantity", "weight", "ean13", "kept_in_stock")
EAN, OTHER_EAN = "3017620422003", "4006381333931"


@pytest.fixture
async def stocked(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[World]:
    """A shop with a dress in three sizes and a belt, all at 10, and a stock stream with every column."""
    async with beginnings.copy(World, _stocked, tmp_path) as world:
        yield world


async def _stocked(world: World) -> None:
    world.drop_products(*world.dress(1), {"reference": "CEINTURE"}, {"reference": "SAC"})
    await world.products()
    columns: Mapping[str, dict[str, Any]] = {name: {"index": place} for place, name in enumerate(COLUMNS)}
    data = {**columns, "reference": {"index": 0, "object_key": True}, "quantity": {"index": 1, "required": False}}
    world.write_specs(stock={"data": data})
    references = [*(row["reference"] for row in world.dress(1)), "CEINTURE", "SAC"]
    drop(world, [{"reference": each, "quantity": 10} for each in references])
    assert (await world.stock()).name == "Completed"


def drop(world: World, rows: Any) -> None:
    world._drop("stock", COLUMNS, list(rows), None)


def weight(world: World, reference: str) -> float:
    """What a combination weighs in all."""
    combination = world.combination(reference)
    [product] = [row for row in world.shop.rows("products") if str(row["id"]) == str(combination["id_product"])]
    return round(float(product["weight"]) + float(combination["weight"]), 6)


async def test_weight_and_bar_code_go_to_products_and_combinations(stocked: World) -> None:
    drop(
        stocked,
        [
            {"reference": "CEINTURE", "quantity": 10, "weight": "0,35", "ean13": EAN},
            {"reference": "ROBE0000-S", "quantity": 10, "weight": "0,6", "ean13": OTHER_EAN},
            {"reference": "ROBE0000-L", "quantity": 10, "weight": "0,7", "ean13": EAN},
            {"reference": "ROBE0000-M", "quantity": 4},
            {"reference": "SAC", "quantity": 10, "weight": "1,2", "ean13": EAN},
        ],
    )
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 5, "updated": 5}
    belt = stocked.product("CEINTURE")
    assert (float(belt["weight"]), belt["ean13"], stocked.quantity("CEINTURE")) == (0.35, EAN, 10)
    assert (weight(stocked, "ROBE0000-S"), stocked.combination("ROBE0000-S")["ean13"]) == (0.6, OTHER_EAN)
    assert (weight(stocked, "ROBE0000-L"), float(stocked.product("SAC")["weight"])) == (0.7, 1.2)
    assert (weight(stocked, "ROBE0000-M"), stocked.quantity("ROBE0000-M")) == (0, 4)


async def test_a_combination_weighs_its_product_and_its_own_part(stocked: World) -> None:
    stocked.shop.change("products", int(stocked.combination("ROBE0000-S")["id_product"]), {"weight": "0.500000"})
    drop(stocked, [{"reference": "ROBE0000-S", "quantity": 10, "weight": "0,6"}])
    await stocked.stock()
    assert weight(stocked, "ROBE0000-S") == 0.6
    assert float(stocked.combination("ROBE0000-S")["weight"]) == 0.1


async def test_a_second_run_writes_nothing(stocked: World) -> None:
    rows = [{"reference": "CEINTURE", "quantity": 10, "weight": "0,35", "ean13": EAN}]
    drop(stocked, rows)
    await stocked.stock()
    stocked.shop.reset_counts()
    drop(stocked, rows)
    await stocked.stock()
    assert (stocked.counts(), stocked.shop.writes) == ({"rows_read": 1, "unchanged": 1}, 0)


async def test_what_the_shop_has_already_is_confirmed_without_a_write(stocked: World) -> None:
    rows = [{"reference": "ROBE0000-S", "quantity": 10, "weight": "0,6", "ean13": EAN}]
    drop(stocked, rows)
    await stocked.stock()
    with Ledger.open(f"sqlite:///{stocked.folder / 'ledger.db'}", snapshots=None) as ledger:
        ledger.forget(stocked.folder.name, "stock_item", ["ROBE0000-S"])
    stocked.shop.reset_counts()
    drop(stocked, rows)
    await stocked.stock()
    assert (stocked.counts(), stocked.shop.writes) == ({"rows_read": 1, "unchanged": 1}, 0)


async def test_a_lost_answer_is_read_back(stocked: World) -> None:
    drop(stocked, [{"reference": "CEINTURE", "quantity": 10, "weight": "0,35"}])
    stocked.shop.faults.add(Fault(kind="reset-after", method="PATCH", path="products", times=1))
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert float(stocked.product("CEINTURE")["weight"]) == 0.35


async def test_an_empty_cell_and_a_bad_bar_code_leave_what_the_shop_has(stocked: World) -> None:
    drop(stocked, [{"reference": "CEINTURE", "quantity": 10, "weight": "0,35", "ean13": EAN}])
    await stocked.stock()
    drop(stocked, [{"reference": "CEINTURE", "quantity": 9, "weight": "", "ean13": "3017620422004"}])
    await stocked.stock()
    belt = stocked.product("CEINTURE")
    assert (float(belt["weight"]), belt["ean13"], stocked.quantity("CEINTURE")) == (0.35, EAN, 9)


async def test_an_item_that_no_stock_is_kept_of_has_the_set_quantity_whatever_was_sold(stocked: World) -> None:
    rows = [{"reference": "CEINTURE", "quantity": "", "kept_in_stock": "non"}]
    stocked.write_settings(stock={"quantity_if_not_kept": 50})
    drop(stocked, rows)
    state = await stocked.stock()
    assert (state.name, stocked.quantity("CEINTURE")) == ("Completed", 50)
    stocked.shop.reset_counts()
    drop(stocked, rows)
    await stocked.stock()
    assert (stocked.counts(), stocked.shop.writes) == ({"rows_read": 1, "unchanged": 1}, 0)
    belt = str(stocked.product("CEINTURE")["id"])
    [row] = [row for row in stocked.shop.rows("stock_availables") if str(row["id_product"]) == belt]
    stocked.shop.change("stock_availables", int(row["id"]), {"quantity": "47"})
    drop(stocked, rows)
    await stocked.stock()
    assert stocked.quantity("CEINTURE") == 50


async def test_an_item_in_stock_without_a_quantity_is_rejected(stocked: World) -> None:
    without = {"reference": "CEINTURE", "quantity": "", "kept_in_stock": "2"}
    drop(stocked, [without, {"reference": "ROBE0000-S", "quantity": 3}])
    await stocked.stock()
    assert stocked.counts() == {"rows_read": 2, "rejected": 1, "updated": 1}
    assert (stocked.quantity("CEINTURE"), stocked.quantity("ROBE0000-S")) == (10, 3)


async def test_a_plan_shows_weight_and_bar_code_and_writes_nothing(stocked: World) -> None:
    stocked.shop.reset_counts()
    drop(stocked, [{"reference": "CEINTURE", "quantity": 10, "weight": "0,35", "ean13": EAN}])
    await stocked.stock(dry_run=True)
    assert stocked.shop.writes == 0
    assert stocked.counts()["updated"] == 1


async def test_a_key_that_may_not_write_products_is_reported_and_the_quantities_go(
    stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = dict.fromkeys(("configurations", "languages", "products", "combinations"), ("GET",))
    stocked.shop.add_key("K" * 32, rights | {"stock_availables": ("GET", "PUT", "PATCH")})
    monkeypatch.setenv(KEY_VARIABLE, "K" * 32)
    drop(stocked, [{"reference": "CEINTURE", "quantity": 8, "weight": "0,35"}])
    await stocked.stock()
    assert (stocked.quantity("CEINTURE"), float(stocked.product("CEINTURE")["weight"])) == (8, 0)
    assert any("may not PUT products, combinations" in one["reason"] for one in stocked.report()["incidents"])


async def test_a_row_without_a_quantity_is_not_absent_from_a_complete_file(stocked: World) -> None:
    data: Mapping[str, dict[str, Any]] = {name: {"index": place} for place, name in enumerate(COLUMNS)}
    key, quantity = {"index": 0, "object_key": True}, {"index": 1, "required": False}
    stocked.write_specs(stock={"data": {**data, "reference": key, "quantity": quantity}, "absentRows": "deactivate"})
    without = {"reference": "CEINTURE", "quantity": "", "kept_in_stock": "2"}
    drop(stocked, [without, *({"reference": row["reference"], "quantity": 10} for row in stocked.dress(1))])
    await stocked.stock(accept_guard=True)
    assert (stocked.quantity("CEINTURE"), stocked.quantity("SAC")) == (10, 0)


async def test_an_item_that_waits_for_another_warehouse_keeps_its_weight(stocked: World) -> None:
    names = (*COLUMNS, "warehouse")
    data: dict[str, dict[str, Any]] = {name: {"index": place} for place, name in enumerate(names)}
    data["reference"]["object_key"] = True
    stocked.write_specs(stock={"data": data})
    stocked.write_settings(stock={"warehouses": ["A", "B"]})
    said = {"quantity": 3, "weight": "2,5"}
    both = [{"reference": "SAC", "warehouse": name} | said for name in ("A", "B")]
    stocked._drop("stock", names, [{"reference": "CEINTURE", "warehouse": "A"} | said, *both], None)
    await stocked.stock()
    assert (stocked.quantity("CEINTURE"), float(stocked.product("CEINTURE")["weight"])) == (10, 0)
    assert (stocked.quantity("SAC"), float(stocked.product("SAC")["weight"])) == (6, 2.5)
