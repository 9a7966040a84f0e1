"""A group that shares its stock: what one of its shops sells is sold for the folder of the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deployments.sandbox.shop import Fault
from flows.check_stock import check_stock
from tasks.run.step_tasks import through_prefect
from tests.flows.several_shops import GROUPS
from tests.flows.world import World

BELT = "CEINTURE"
OTHER = 2
READ_BACK = r"/api/stock_availables\?.*filter\[id\]="
ORDERS_OF_THE_OTHER = rf"/api/orders\?.*id_shop={OTHER}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The folder of shop 1, which has written ten belts and puts right what nobody explains."""
    with World.at(tmp_path, groups=GROUPS, module=True) as own:
        own.write_settings(shop={"id_shop": 1}, stock={"repair": True})
        own.drop_products({"reference": BELT})
        await own.products()
        own.drop_stock({BELT: 10})
        assert (await own.stock()).name == "Completed"
        yield own


def held(world: World) -> int:
    [row] = world.shop.rows("stock_availables")
    return int(row["quantity"])


def sell(world: World, *, after: timedelta = timedelta(hours=1)) -> None:
    """Somebody buys a belt in the other shop."""
    [row] = world.shop.rows("stock_availables")
    at = f"{datetime.now(ZoneInfo('Europe/Paris')) + after:%Y-%m-%d %H:%M:%S}"
    own = {"id_shop": OTHER, "id_shop_group": 1, "reference": "ABCDEFGHI", "module": "x"}
    order = world.shop.insert("orders", own | {"current_state": 2, "date_add": at, "date_upd": at})
    bought = {"id_order": order, "product_id": row["id_product"], "product_attribute_id": 0, "product_quantity": 1}
    world.shop.insert("order_details", bought)
    world.shop.change("stock_availables", int(row["id"]), {"quantity": held(world) - 1})


async def checked(world: World) -> None:
    await through_prefect(check_stock, str(world.folder))


async def test_what_the_other_shop_sold_is_no_difference_and_stays_sold(world: World) -> None:
    sell(world)
    await checked(world)
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert held(world) == 9


async def test_what_the_other_shop_sells_before_the_read_back_stays_sold(world: World) -> None:
    world.shop.faults.meanwhile(lambda: sell(world, after=timedelta(seconds=1)), method="GET", path=READ_BACK)
    world.drop_stock({BELT: 7})
    assert (await world.stock()).name == "Completed"
    assert world.counts() == {"rows_read": 1, "updated": 1}
    world.drop_stock({BELT: 7}, name="stock_again.csv")
    await world.stock()
    assert held(world) == 6


async def test_a_key_that_may_not_see_what_the_other_shop_sold_lets_nothing_be_repaired(world: World) -> None:
    sell(world)
    world.shop.faults.add(Fault("401", path=ORDERS_OF_THE_OTHER, times=None))
    await checked(world)
    assert world.counts() == {"rows_read": 1, "waiting": 1}
    [blind] = [one for one in world.report()["incidents"] if one["level"] == "info"]
    assert "is not for every shop" in blind["reason"]
    assert held(world) == 9
