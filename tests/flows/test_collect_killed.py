from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.campaigns.run_flow import Ended, FlowProcess, Order
from tests.flows.collect_world import CollectWorld
from tests.flows.world import KEY_VARIABLE

pytestmark = pytest.mark.slow

EVERY_TOUCH = range(1, 15)
"""A run of one file touches the folder fewer times than this: aside, part, place, source, report."""


class InsideWorld(CollectWorld):
    """The source lies within the shop's folder: what is done to it counts as a touch as well."""

    @property
    def remote(self) -> Path:
        return self.folder / "remote"


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[InsideWorld]:
    with InsideWorld.at(tmp_path / "boutique") as world:
        world.fetch_from_folder()
        yield world


def run(world: InsideWorld, prefect_api: str, *, dies_at_touch: int) -> Ended:
    environment = {KEY_VARIABLE: world.shop.key}
    order = Order("collect_files", world.folder, environment, prefect_api, dies_at_touch=dies_at_touch)
    return FlowProcess(order).ended()


def imports(world: InsideWorld) -> Counter[str]:
    """How often the ledger was told that a content was done."""
    engine = sa.create_engine(f"sqlite:///{world.folder / 'ledger.db'}")
    with engine.connect() as connection:
        told = connection.execute(sa.text("select content_hash from file_events where event = 'done'"))
        found = Counter(told.scalars())
    engine.dispose()
    return found


async def test_killed_before_every_change_of_a_folder_each_file_is_fetched_imported_and_acknowledged_once(
    world: InsideWorld, prefect_api: str
) -> None:
    kills = 0
    for touch in EVERY_TOUCH:
        world.send(f"stock_{touch:02}.csv", f"reference;quantity\nSAC1;{touch}\n", minutes=touch)
        kills += run(world, prefect_api, dies_at_touch=touch).name == ""
        if touch % 4 == 0:
            await world.stock()
    assert kills > len(EVERY_TOUCH) / 2
    for _ in range(2):
        assert (await world.collect()).name == "Completed"
        await world.stock()
    await world.acknowledge()
    assert world.dropped() == []
    assert set(imports(world).values()) == {1}
    assert len(imports(world)) == len(EVERY_TOUCH)
    left = sorted(path.name for path in world.remote.iterdir())
    assert len(left) == len(EVERY_TOUCH)
    assert all(name.endswith(".done") for name in left)
    archived = Counter(path.read_text(encoding="utf-8") for path in (world.folder / "archives").rglob("*.csv"))
    assert set(archived.values()) == {1}
    assert len(archived) == len(EVERY_TOUCH)


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
