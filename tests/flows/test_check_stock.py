"""The shop's quantities against what the ERP last named, less what was sold since."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deployments.sandbox.shop import Fault
from flows.check_stock import check_stock
from tasks.run.state import State
from tasks.run.step_tasks import through_prefect
from tests.flows.beginnings import Beginnings
from tests.flows.world import KEY_VARIABLE, World

REFERENCES = ("ROBE0001-M", "CEINTURE")


@pytest.fixture
async def stocked(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[World]:
    """A shop with combinations and a simple product, all at 10."""
    async with beginnings.copy(World, _stocked, tmp_path) as world:
        yield world


async def _stocked(world: World) -> None:
    world.drop_products(*world.dress(2), {"reference": "CEINTURE"})
    await world.products()
    world.drop_stock({row["reference"]: 10 for row in world.dress(2)} | {"CEINTURE": 10})
    await world.stock()


async def checked(world: World, **asked: Any) -> State:
    return await through_prefect(check_stock, str(world.folder), **asked)


def by_hand(world: World, reference: str, quantity: int) -> None:
    """Somebody changes a quantity in the back office."""
    world.shop.change("stock_availables", row_of(world, reference)["id"], {"quantity": quantity})


def wait_for_fault(world: World) -> None:
    while not world.shop.faults.struck:
        time.sleep(0.01)


def row_of(world: World, reference: str) -> dict[str, Any]:
    combinations = [row for row in world.shop.rows("combinations") if row["reference"] == reference]
    product, combination = (
        (int(combinations[0]["id_product"]), int(combinations[0]["id"]))
        if combinations
        else (int(world.product(reference)["id"]), 0)
    )
    [row] = [
        row
        for row in world.shop.rows("stock_availables")
        if (int(row["id_product"]), int(row["id_product_attribute"])) == (product, combination)
    ]
    return {**row, "id": int(row["id"])}


def sell(world: World, reference: str, pieces: int, *, state: int = 2, after: timedelta = timedelta(hours=1)) -> None:
    """An order, placed `after` now; the shop takes its pieces unless it is in error or cancelled."""
    row = row_of(world, reference)
    at = f"{datetime.now(ZoneInfo('Europe/Paris')) + after:%Y-%m-%d %H:%M:%S}"
    number = world.shop.insert(
        "orders", {"current_state": state, "date_add": at, "date_upd": at, "reference": f"ORDER{pieces}", "module": "x"}
    )
    world.shop.insert(
        "order_details",
        {
            "id_order": number,
            "product_id": row["id_product"],
            "product_attribute_id": row["id_product_attribute"],
            "product_quantity": pieces,
        },
    )
    if state not in {6, 8}:
        world.shop.change("stock_availables", row["id"], {"quantity": int(row["quantity"]) - pieces})


async def test_equal_quantities_are_told_so_and_nothing_is_written(stocked: World) -> None:
    state = await checked(stocked)
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 7, "unchanged": 7}
    assert stocked.shop.writes == 0


@pytest.mark.parametrize("reference", REFERENCES)
async def test_what_a_hand_changed_is_listed_and_left(stocked: World, reference: str) -> None:
    by_hand(stocked, reference, 14)
    state = await checked(stocked)
    assert stocked.counts() == {"rows_read": 7, "unchanged": 6, "waiting": 1}
    [told] = stocked.report()["incidents"]
    assert (state.name, told["level"], told["key"]) == ("Completed", "error", reference)
    assert "the shop has 14, and should have 10" in told["reason"]
    assert (stocked.quantity(reference), stocked.shop.writes) == (14, 0)


async def test_what_was_sold_is_no_difference(stocked: World) -> None:
    sell(stocked, "CEINTURE", 3)
    sell(stocked, "ROBE0001-M", 2)
    sell(stocked, "ROBE0001-S", 2, state=6)
    await checked(stocked)
    assert stocked.counts() == {"rows_read": 7, "unchanged": 7}
    assert stocked.report()["incidents"] == []


async def test_a_repair_leaves_what_was_sold_sold_and_a_second_check_writes_nothing(stocked: World) -> None:
    stocked.write_settings(stock={"repair": True})
    sell(stocked, "CEINTURE", 3)
    by_hand(stocked, "CEINTURE", 14)
    by_hand(stocked, "ROBE0001-M", 0)
    state = await checked(stocked)
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 7, "unchanged": 5, "updated": 2}
    assert (stocked.quantity("CEINTURE"), stocked.quantity("ROBE0001-M")) == (7, 10)
    stocked.shop.reset_counts()
    await checked(stocked)
    assert (stocked.counts(), stocked.shop.writes) == ({"rows_read": 7, "unchanged": 7}, 0)


@pytest.mark.parametrize("reference", REFERENCES)
async def test_a_piece_that_is_sold_while_a_repair_is_under_way_stays_sold(stocked: World, reference: str) -> None:
    stocked.write_settings(stock={"repair": True})
    by_hand(stocked, reference, 50)
    sell(stocked, "ROBE0000-S", 1)
    # The second look has read the quantities and the list of orders by then.
    stocked.shop.faults.meanwhile(lambda: sell(stocked, reference, 2), method="GET", path="order_details", skip=1)
    assert (await checked(stocked)).name == "Completed"
    assert (stocked.quantity(reference), stocked.shop.writes) == (48, 0)
    assert stocked.counts() == {"rows_read": 7, "unchanged": 6, "waiting": 1}
    await checked(stocked)
    assert stocked.quantity(reference) == 8


async def test_a_repair_is_not_the_erps_word(stocked: World) -> None:
    stocked.write_settings(stock={"repair": True})
    sell(stocked, "CEINTURE", 3)
    by_hand(stocked, "CEINTURE", 14)
    await checked(stocked)
    stocked.drop_stock({"CEINTURE": 10}, name="stock_z.csv")
    await stocked.stock()
    assert (stocked.counts(), stocked.quantity("CEINTURE")) == ({"rows_read": 1, "unchanged": 1}, 7)


async def test_a_dry_run_says_what_would_be_repaired(stocked: World) -> None:
    stocked.write_settings(stock={"repair": True})
    by_hand(stocked, "CEINTURE", 14)
    state = await checked(stocked, dry_run=True)
    assert (state.name, stocked.shop.writes, stocked.quantity("CEINTURE")) == ("Planned", 0, 14)
    assert [(one["key"], one["changes"]) for one in stocked.report()["plan"]] == [
        ("CEINTURE", [["quantity", "14", "10"]])
    ]


async def test_a_repair_that_would_empty_the_shop_stops(stocked: World) -> None:
    stocked.write_settings(stock={"repair": True}, guards={"min_affected": 0, "max_zeroed_share": 0.1})
    stocked.drop_stock({row["reference"]: 0 for row in stocked.dress(2)}, name="stock_z.csv")
    await stocked.stock(accept_guard=True)
    for row in stocked.dress(2):
        by_hand(stocked, row["reference"], 5)
    stocked.shop.reset_counts()
    state = await checked(stocked)
    assert (state.name, stocked.shop.writes) == ("StoppedByGuard", 0)


async def test_an_order_of_the_minute_of_the_write_may_explain_it_and_nothing_is_repaired(stocked: World) -> None:
    stocked.write_settings(stock={"repair": True})
    stocked.drop_stock({row["reference"]: 10 for row in stocked.dress(2)} | {"CEINTURE": 20})
    await stocked.stock()
    sell(stocked, "CEINTURE", 2, after=timedelta())
    by_hand(stocked, "CEINTURE", 20)
    await checked(stocked)
    assert stocked.counts() == {"rows_read": 7, "unchanged": 7}
    by_hand(stocked, "CEINTURE", 22)
    stocked.shop.reset_counts()
    await checked(stocked)
    assert (stocked.counts(), stocked.shop.writes) == ({"rows_read": 7, "unchanged": 6, "waiting": 1}, 0)


async def test_a_piece_sold_between_the_two_reads_is_no_difference(stocked: World) -> None:
    sell(stocked, "CEINTURE", 1)
    stocked.shop.faults.add(Fault(kind="latency", path="/api/stock_availables", seconds=0.3))
    check = asyncio.create_task(checked(stocked))
    await asyncio.to_thread(wait_for_fault, stocked)
    sell(stocked, "CEINTURE", 2)
    await check
    assert stocked.counts() == {"rows_read": 7, "unchanged": 7}
    assert stocked.report()["incidents"] == []


async def test_a_key_that_may_not_read_orders_lets_nothing_be_repaired(
    stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.write_settings(stock={"repair": True})
    rights = {"stock_availables": ("GET", "PUT", "PATCH"), "products": ("GET",), "combinations": ("GET",)}
    others = dict.fromkeys(("languages", "configurations", "shops", "shop_groups", "countries", "currencies"), ("GET",))
    stocked.shop.add_key("K" * 32, {**rights, **others})
    monkeypatch.setenv(KEY_VARIABLE, "K" * 32)
    sell(stocked, "CEINTURE", 1)
    await checked(stocked)
    assert stocked.counts() == {"rows_read": 7, "unchanged": 6, "waiting": 1}
    assert stocked.quantity("CEINTURE") == 9
