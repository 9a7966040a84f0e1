"""Sales of stores under lost answers, kills and damaged files: each is one order."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from deployments.sandbox.shop import Fault, FaultKind
from tests.flows import flow_process
from tests.flows.flat_world import FlatWorld
from tests.flows.lost import one_of
from tests.flows.store_sales import belt, opened_world, orders, run, shirts
from tests.flows.world import KEY_VARIABLE
from tests.tasks.read.mutated_files import mutated_file
from tests.tasks.read.sample_streams import STORE_ORDER


@pytest.fixture
def world(prefect_api: None, tmp_path: Path) -> Iterator[FlatWorld]:
    with opened_world(tmp_path / "boutique") as world:
        yield world


@pytest.mark.parametrize("kind", one_of("php-warnings-500", "reset-after", "500-after", "503", "reset-before"))
async def test_a_lost_answer_makes_no_second_order(world: FlatWorld, kind: FaultKind) -> None:
    # A warning that comes again where a sale is sent again is its refusal, and the second would meet any of them.
    times = 1 if kind == "php-warnings-500" else 2
    world.shop.faults.add(Fault(kind, "POST", "store_orders", times=times))
    world.drop("storeOrder", *(shirts(f"T{number}") for number in range(6)))
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 6, "created": 6}
    assert sorted(row["note"] for row in world.shop.rows("orders")) == [f"T{number}" for number in range(6)]


async def test_killed_between_the_order_and_its_confirmation(world: FlatWorld) -> None:
    world.drop("storeOrder", shirts("T1"), belt("T1"))
    shutil.copytree(world.folder, kept := world.folder.with_name("kept"))
    await run(world)
    shutil.rmtree(world.folder)
    kept.rename(world.folder)
    assert await run(world) == "Completed"
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert len(orders(world)) == 1


async def test_killed_while_it_waits_for_the_answer(world: FlatWorld) -> None:
    world.write_settings(shop__limits={"settle_seconds": 0.1})
    world.shop.faults.add(Fault("latency", "POST", "store_orders", times=None, seconds=10.0))
    world.drop("storeOrder", *(one for number in range(4) for one in (shirts(f"T{number}"), belt(f"T{number}"))))
    process = flow_process.start("import_store_orders", world.folder, {KEY_VARIABLE: world.shop.key})
    while not world.shop.rows("orders"):
        assert process.is_alive()
        await asyncio.sleep(0.05)
    process.kill()
    process.join()
    assert process.exitcode == -9
    world.shop.faults.clear()
    assert await run(world) == "Completed", world.report()["message"]
    assert (world.counts()["rows_read"], "rejected" in world.counts()) == (8, False)
    assert sorted(row["note"] for row in world.shop.rows("orders")) == ["T0", "T1", "T2", "T3"]


async def test_every_row_of_a_damaged_file_is_told_and_no_sale_is_made_twice(world: FlatWorld) -> None:
    for seed in range(15):
        path = world.folder / "streams" / f"storeOrder_{seed:03}.csv"
        path.write_bytes(mutated_file(Random(seed), STORE_ORDER))
    assert await run(world, dry_run=True) == "Planned"
    assert world.shop.writes == 0
    assert await run(world) in {"Completed", "CompletedWithRejects"}
    report = world.report()
    assert report["counts"]["rows_read"] == sum(file["rows"] for file in report["files"])
    made = [row["note"] for row in world.shop.rows("orders")]
    assert made
    assert len(made) == len(set(made))
    rows = world.shop.rows("order_details")
    for order in world.shop.rows("orders"):
        mine = [Decimal(row["total_price_tax_incl"]) for row in rows if row["id_order"] == str(order["id"])]
        assert sum(mine) == Decimal(order["total_paid_tax_incl"])
