"""What shows the price before a reduction is killed while it writes features, before or after a commit: SIGKILL."""

from __future__ import annotations

import pytest

from flows.import_products import import_products
from flows.import_specific_prices import import_specific_prices
from flows.publish_lowest_prices import publish_lowest_prices
from tests.campaigns.run_flow import FlowProcess, Order
from tests.flows.flat_world import FlatWorld
from tests.flows.test_lowest_prices import FEATURE, features, off
from tests.flows.test_undo import BELT
from tests.flows.test_undo_killed import FOLDER, Killing
from tests.flows.world import KEY_VARIABLE


@pytest.fixture(scope="module")
def killing(prefect_api: str, tmp_path_factory: pytest.TempPathFactory) -> Killing:
    """Where the trials lie."""
    return Killing(tmp_path_factory.mktemp("killed"), prefect_api)


@pytest.mark.slow
async def test_killed_while_features_are_written_the_next_run_has_what_is_reduced_then(killing: Killing) -> None:
    with FlatWorld.at(killing.place / "making" / FOLDER) as world:
        world.write_settings(omnibus=FEATURE)
        world.specify(specificprice={"absentRows": "deactivate"})
        world.drop_products(BELT, {"reference": "SAC", "price": "50"})
        await world.run(import_products)
        world.drop("specificprice", off("CEINTURE"), off("SAC"))
        await world.run(import_specific_prices)
        killing.keep("first", world)
    with killing.copy("first") as world:
        commits = publish(killing, world, 0)
        assert len(features(world)) == 1
    for at in (commits // 2, -(commits // 2)):
        with killing.copy("first") as world:
            assert publish(killing, world, at) == 0
            await world.run(publish_lowest_prices)
            assert [len(features(world, each)) for each in ("CEINTURE", "SAC")] == [1, 1]
            assert len(world.shop.rows("product_features")) == 1
        with killing.copy("first") as world:
            assert publish(killing, world, at) == 0
            world.drop("specificprice", off("SAC"))
            await world.run(import_specific_prices, accept_guard=True)
            await world.run(publish_lowest_prices)
            assert [len(features(world, each)) for each in ("CEINTURE", "SAC")] == [0, 1]


def publish(killing: Killing, world: FlatWorld, dies_at_commit: int) -> int:
    """The run in a process of its own; how many commits it made, 0 where it was killed."""
    environment = {KEY_VARIABLE: world.shop.key}
    order = Order("publish_lowest_prices", world.folder, environment, killing.api_url, dies_at_commit=dies_at_commit)
    return FlowProcess(order).ended().commits
