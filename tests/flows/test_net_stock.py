"""Pieces of paid orders that the ERP has not confirmed are taken off what its stock files say."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.shop import Fault
from schemas.identities import order_identity
from tasks.check.shop import check_shop, needed_rights
from tasks.run.shop_folder import open_shop_folder
from tests.flows.files_world import FilesWorld
from tests.flows.several_shops import GROUPS
from tests.flows.world import KEY_VARIABLE

ALONE = 3
"""The shop of the installation that shares its stock with none."""
TAKEN_OFF = {"unseen_orders": "take_off", "seen_after_minutes": 0}


class NetWorld(FilesWorld):
    """`FilesWorld` with an article that sells."""

    article = 0

    def sell(self, pieces: int, **more: Any) -> int:
        """An order of the article; its id."""
        return self.place(("ROBE-S", pieces, "29.90"), reductions={1: {"product_id": self.article}}, **more)

    def drop_at(self, quantity: int, at: datetime) -> None:
        """A stock file that the ERP wrote then."""
        path = self.drop_stock({"ROBE-S": quantity})
        os.utime(path, (at.timestamp(),) * 2)

    async def pushed(self, quantity: int, at: datetime | None = None, **asked: Any) -> int:
        """What the shop has after a file with this quantity."""
        self.drop_at(quantity, at or datetime.now(UTC))
        state = await self.stock(**asked)
        assert state.name in {"Completed", "Planned"}, state.message
        return self.left()

    def left(self) -> int:
        """What the shop has of the article."""
        rows = [row for row in self.shop.rows("stock_availables") if int(row["id_product"]) == self.article]
        (own,) = (row for row in rows if int(row["id_shop"]) != ALONE)
        return int(own["quantity"])


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[NetWorld]:
    with NetWorld.at(tmp_path / "boutique", module=True) as world:
        world.write_settings(stock=TAKEN_OFF)
        world.article = world.shop.insert("products", {"reference": "ROBE-S", "name": "Robe", "price": 10})
        yield world


async def test_an_order_is_taken_off_until_the_erp_has_confirmed_it_before_it_wrote_its_file(world: NetWorld) -> None:
    order = world.sell(2)
    assert await world.pushed(10) == 8
    (told,) = world.incidents()
    assert told["level"] == "info"
    assert "ROBE-S: 10\u00a0\u2212\u00a02" in told["reason"]
    assert world.report()["beyond_rows"]["unseen_pieces"] == 2
    await world.orders()
    assert world.deliveries() == {str(order): "sent"}
    assert await world.pushed(9) == 7
    before = datetime.now(UTC)
    world.drop_documents({"order_reference": f"WEB{order}", "document_type": "1"})
    await world.statuses()
    assert await world.pushed(10, before - timedelta(seconds=5)) == 8
    assert await world.pushed(8, datetime.now(UTC) + timedelta(seconds=1)) == 8
    assert world.report()["beyond_rows"] == {}


async def test_the_same_quantities_and_orders_write_nothing_and_a_further_order_does(world: NetWorld) -> None:
    world.sell(2)
    await world.pushed(10)
    world.shop.reset_counts()
    world.drop_at(5, datetime.now(UTC) - timedelta(minutes=1))
    assert await world.pushed(10) == 8
    assert world.shop.writes == 0
    world.sell(1)
    assert await world.pushed(10) == 7


async def test_unpaid_cancelled_and_expired_orders_count_no_more_and_nothing_falls_below_nothing(
    world: NetWorld,
) -> None:
    old = f"{datetime.now(UTC) - timedelta(days=8):%Y-%m-%d %H:%M:%S}"
    world.sell(1, state=10)
    world.move(world.sell(1), 6)
    world.sell(1, date_add=old)
    assert await world.pushed(10) == 10
    world.sell(12)
    assert await world.pushed(10) == 0
    assert await world.pushed(-3) == -3


async def test_an_order_that_has_the_id_of_one_that_was_confirmed_is_not_taken_for_it(world: NetWorld) -> None:
    order = world.sell(2)
    await world.orders()
    world.drop_documents({"order_reference": f"WEB{order}", "document_type": "1"})
    await world.statuses()
    later = datetime.now(UTC) + timedelta(seconds=1)
    assert await world.pushed(10, later) == 10
    world.shop.change("orders", order, {"reference": "ANOTHER01"})
    assert await world.pushed(9, later) == 7


@pytest.fixture
async def shared(prefect_api: None, tmp_path: Path) -> AsyncIterator[NetWorld]:
    """The folder of shop 1, which shares its stock with shop 2."""
    with NetWorld.at(tmp_path / "boutique", groups=GROUPS, module=True) as world:
        world.write_settings(shop={"id_shop": 1}, stock=TAKEN_OFF)
        world.article = world.shop.insert("products", {"reference": "ROBE-S", "name": "Robe", "price": 10})
        yield world


async def test_what_another_shop_sells_of_a_shared_stock_is_taken_off_until_the_ledger_knows_it_confirmed(
    shared: NetWorld,
) -> None:
    order = shared.sell(2, id_shop=2, id_shop_group=1)
    shared.sell(4, id_shop=ALONE, id_shop_group=2)
    assert await shared.pushed(10) == 8
    [untold] = [one["reason"] for one in shared.incidents() if "other shops" in one["reason"]]
    assert "(1)" in untold
    row = shared.shop.row("orders", order)
    with shared.ledger() as ledger:
        identity = order_identity(row["reference"], row["date_add"], ledger.secret())
        of_other = ("another folder", "files/production/order", str(order))
        ledger.delivered(*of_other, erp_number="1", erp_code="", run_id="run", identity=identity)
    assert await shared.pushed(10, datetime.now(UTC) + timedelta(seconds=1)) == 10
    shared.sell(1, id_shop=1, id_shop_group=1)
    assert await shared.pushed(10, datetime.now(UTC) + timedelta(seconds=2)) == 9


async def test_a_key_that_is_not_for_the_other_shop_oversells_nothing(shared: NetWorld) -> None:
    shared.shop.faults.add(Fault("401", path=r"/api/orders\?.*id_shop=2", times=None))
    shared.drop_at(10, datetime.now(UTC))
    state = await shared.stock()
    assert (state.name, "every shop" in (state.message or ""), shared.left()) == ("Failed", True, 0)


async def test_a_plan_says_what_would_be_left_and_writes_nothing(world: NetWorld) -> None:
    world.sell(2)
    await world.pushed(5)
    assert await world.pushed(10, dry_run=True) == 3
    assert world.report()["plan"][0]["changes"] == [["quantity", "3", "8"]]


async def test_where_it_is_off_no_order_is_read(world: NetWorld) -> None:
    world.write_settings(stock={"unseen_orders": "ignore"})
    world.sell(2)
    world.shop.reset_counts()
    assert await world.pushed(10) == 10
    assert world.shop.count("GET", "orders") == 0


async def test_nothing_is_taken_off_where_web_orders_leave_a_warehouse_that_is_not_added_up(world: NetWorld) -> None:
    world.sell(2)
    for place, left, told_by_check in (("WEB", 10, [("warning", True, True)]), ("PARIS", 8, [])):
        world.write_settings(stock=TAKEN_OFF | {"ships_from": place, "warehouses": ["PARIS"]})
        path = world.folder / "import.json"
        specs = json.loads(path.read_text("utf-8"))
        columns = {"reference": {"index": 0, "object_key": True}, "quantity": {"index": 1}, "warehouse": {"index": 2}}
        specs["stock"] = {"enabled": True, "type": "local", "data": columns}
        path.write_text(json.dumps(specs), encoding="utf-8")
        told = [each for each in await check_shop(world.folder) if "ships_from" in each.reason]
        assert [(each.verdict, "WEB" in each.reason, bool(each.remedy)) for each in told] == told_by_check
        world._drop("stock", columns, [{"reference": "ROBE-S", "quantity": 10, "warehouse": "PARIS"}], None)
        assert (await world.stock()).name == "Completed"
        assert world.left() == left, place


async def test_without_an_erp_the_run_says_what_to_do(world: NetWorld) -> None:
    world.write_settings(stock=TAKEN_OFF, erp={"kind": "none"})
    world.drop_at(10, datetime.now(UTC))
    state = await world.stock()
    assert state.name == "Failed"
    assert "stock.unseen_orders" in (state.message or "")
    errors = [each for each in await check_shop(world.folder) if each.verdict == "error"]
    assert ["no ERP" in each.reason and "unseen_orders" in each.remedy for each in errors] == [True]


async def test_a_key_that_may_not_read_orders_oversells_nothing(world: NetWorld) -> None:
    rights = needed_rights(open_shop_folder(world.folder))
    allowed = {name: (*methods, "PATCH") for name, methods in rights.items() if name != "orders"}
    world.shop.add_key("L" * 32, allowed)
    os.environ[KEY_VARIABLE] = "L" * 32
    world.drop_at(10, datetime.now(UTC))
    state = await world.stock()
    assert state.name == "Failed"
    assert "Tick View (GET) on orders" in (state.message or "")
    assert world.left() == 0
