from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.chain_kills import InsideWorld, chain_killed
from tests.campaigns.run_flow import FlowProcess, Order
from tests.flows.world import KEY_VARIABLE

pytestmark = [pytest.mark.slow, pytest.mark.prefect]

EVERY_TOUCH = range(1, 15)
"""A run of one file touches the folder fewer times than this: aside, part, place, source, report."""


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[InsideWorld]:
    with InsideWorld.at(tmp_path / "boutique") as world:
        world.fetch_from_folder()
        yield world


async def test_killed_before_every_change_of_a_folder_each_file_is_fetched_imported_and_acknowledged_once(
    world: InsideWorld, prefect_api: str
) -> None:
    kills = 0
    for touch in EVERY_TOUCH:
        world.send(f"stock_{touch:02}.csv", f"reference;quantity\nSAC1;{touch}\n", minutes=touch)
        kills += world.run("collect_files", prefect_api, dies_at_touch=touch).name == ""
        if touch % 4 == 0:
            await world.stock()
    assert kills > len(EVERY_TOUCH) / 2
    for _ in range(2):
        assert (await world.collect()).name == "Completed"
        await world.stock()
    await world.acknowledge()
    assert world.not_once(len(EVERY_TOUCH)) == []


def test_the_whole_chain_killed_on_its_way_and_run_again_does_everything_once(prefect_api: str, tmp_path: Path) -> None:
    killed = chain_killed(tmp_path, prefect_api, (9, 33, 57, 81))
    assert killed.kills == 4
    assert killed.broken == []


async def test_a_disk_that_is_full_costs_nothing_but_time(world: InsideWorld, prefect_api: str) -> None:
    rows = "".join(f"SAC{number};{number}\n" for number in range(60_000))
    world.send("stock_1.csv", "reference;quantity\nSAC1;3\n")
    world.send("stock_2.csv", f"reference;quantity\n{rows}", minutes=1)
    world.send("stock_3.csv", "reference;quantity\nSAC1;4\n", minutes=2)
    environment = {KEY_VARIABLE: world.shop.key}
    order = Order("collect_files", world.folder, environment, prefect_api, file_bytes=500_000)
    ended = FlowProcess(order).ended()
    assert ended.name == "Failed"
    assert "Make room on the disk" in ended.message
    assert world.dropped() == ["stock/stock_1.csv"]
    assert (await world.collect()).name == "Completed"
    assert world.dropped() == ["stock/stock_1.csv", "stock/stock_2.csv", "stock/stock_3.csv"]
