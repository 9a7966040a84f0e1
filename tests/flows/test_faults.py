from __future__ import annotations

import asyncio
import time

import pytest

from deployments.sandbox.shop import Fault
from tests.campaigns.faults import by_chance, lost_answers
from tests.campaigns.stage import SECOND_DAY, Stage
from tests.flows.world import World

pytestmark = [pytest.mark.slow, pytest.mark.prefect]


def test_with_every_tenth_request_failing_in_some_way_the_end_is_the_same(stage: Stage) -> None:
    disturbed = by_chance(stage, SECOND_DAY, seed=7)
    assert disturbed.struck > 0
    assert disturbed.broken == []


def test_a_lost_answer_of_a_create_of_every_resource_makes_nothing_twice(stage: Stage) -> None:
    assert lost_answers(stage, "reset-after").broken == []


async def test_a_storm_of_too_many_requests_is_waited_out(world: World) -> None:
    world.shop.faults.add(Fault("429", method="POST", times=5))
    world.drop_products(*world.dress(2))
    assert (await world.products()).name == "Completed"
    assert world.counts() == {"rows_read": 6, "created": 6}


async def test_a_file_written_again_under_its_name_while_it_is_imported_is_imported_next(world: World) -> None:
    world.drop_products({"reference": "SAC", "stocks": "4"})
    await world.products()
    world.shop.faults.add(Fault("latency", method="PATCH", seconds=1.0))
    path = world.drop_stock({"SAC": 8}, name="stock.csv")
    running = asyncio.create_task(world.stock())
    await asyncio.to_thread(_wait_for_a_fault, world)
    path.with_suffix(".next").write_text("reference;quantity\nSAC;9\n", encoding="utf-8")
    path.with_suffix(".next").replace(path)
    state = await running
    assert state.name == "Completed", state.message
    assert world.quantity("SAC") == 8
    assert path.exists()
    [incident] = [one for one in world.report()["incidents"] if "stock.csv" in one["reason"]]
    assert incident["remedy"]
    assert (await world.stock()).name == "Completed"
    assert world.quantity("SAC") == 9
    assert not path.exists()


async def test_what_an_earlier_try_left_behind_in_part_is_completed(world: World) -> None:
    world.write_settings(shop__limits={"patience_seconds": 0.05, "settle_seconds": 0.0})
    world.shop.faults.add(Fault("503", method="POST", path="/api/products"))
    world.drop_products({"reference": "SAC", "price": "25.00"})
    running = asyncio.create_task(world.products())
    await asyncio.to_thread(_wait_for_a_fault, world)
    await asyncio.sleep(0.5)
    world.shop.insert("products", {"reference": "SAC", "name": {1: "", 2: ""}, "price": "1"})
    state = await running
    assert state.name == "Completed", state.message
    bag = world.product("SAC")
    assert float(bag["price"]) == 25.0
    assert bag["name"][1] == "Chemise"


async def test_reports_that_cannot_be_written_leave_the_file_for_the_next_run(world: World) -> None:
    path = world.drop_products(*world.dress(2))
    reports = world.folder / "reports"
    reports.write_text("a file where a folder should be", encoding="utf-8")
    state = await world.products()
    assert state.name == "Failed"
    assert "Remedy" in (state.message or "")
    assert path.exists()
    reports.unlink()
    world.shop.reset_counts()
    assert (await world.products()).name == "Completed"
    assert world.counts() == {"rows_read": 6, "unchanged": 6}
    assert world.shop.writes == 0
    assert not path.exists()


def _wait_for_a_fault(world: World) -> None:
    while not world.shop.faults.struck:
        time.sleep(0.01)
