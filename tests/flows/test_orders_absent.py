"""What the shop does not list once is not forgotten, and what it has deleted is no longer followed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tasks.orders.absent import RUNS
from tests.flows.order_world import ORDER, RETURN, OrderWorld


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    return order_world


async def run(world: OrderWorld, times: int = 1) -> list[str]:
    """Runs export_orders; the reasons of all incidents."""
    reasons = []
    for _ in range(times):
        state = await world.orders()
        assert state.name == "Completed", state.message
        reasons += [incident["reason"] for incident in world.incidents()]
    return reasons


async def test_an_order_that_is_not_listed_once_is_not_forgotten_and_goes_when_it_is_paid(world: OrderWorld) -> None:
    world.place()
    order = world.place(state=10)
    await run(world)
    with world.hidden("orders", order):
        assert ["not in the shop's list" in reason for reason in await run(world)] == [True]
        assert world.deliveries()[str(order)] == "waiting"
    world.shop.change("orders", order, {"current_state": 2, "date_upd": "2020-01-01 00:00:00"})
    assert await run(world) == []
    assert world.document(order)


async def test_runs_in_which_it_was_missing_are_counted_one_after_the_other(world: OrderWorld) -> None:
    world.place()
    order = world.place(state=10)
    await run(world)
    for _ in range(2):
        with world.hidden("orders", order):
            await run(world, RUNS - 1)
        await run(world)
    assert world.deliveries()[str(order)] == "waiting"


async def test_an_order_that_was_deleted_is_gone_after_several_runs_and_a_404(world: OrderWorld) -> None:
    world.place()
    order = world.place(state=10)
    await run(world)
    world.delete("orders", order)
    world.shop.reset_counts()
    await run(world, RUNS - 1)
    assert str(order) in world.deliveries()
    assert world.shop.count(path=f"/api/orders/{order}") == 0
    assert ["no longer in the shop" in reason for reason in await run(world)] == [True]
    assert world.shop.count(path=f"/api/orders/{order}") == 1
    assert str(order) not in world.deliveries()
    assert await run(world) == []


async def test_an_order_that_was_sent_without_an_answer_is_not_forgotten_by_its_absence(world: OrderWorld) -> None:
    world.place()
    order = world.place(state=10)
    await run(world)
    with world.ledger() as ledger:
        ledger.intend(world.folder.name, ORDER, str(order), run_id=None)
    world.delete("orders", order)
    reasons = await run(world, RUNS + 2)
    assert sum("without an answer" in reason for reason in reasons) == 1
    assert world.deliveries()[str(order)] == "intent"


async def test_a_status_is_still_brought_after_an_order_was_not_listed_once(world: OrderWorld) -> None:
    world.place()
    order = world.place()
    await run(world)
    world.ship(order, follow_up="Validated")
    with world.hidden("orders", order):
        await world.statuses()
    await world.statuses()
    assert world.state(order) == 3


async def test_an_order_that_was_deleted_after_it_was_handed_over_is_reported_once(world: OrderWorld) -> None:
    world.place()
    order = world.place()
    await run(world)
    world.delete("orders", order)
    reasons = []
    for _ in range(RUNS + 1):
        await world.statuses()
        reasons += [incident["reason"] for incident in world.incidents()]
    assert ["deleted" in reason for reason in reasons] == [False, True]


@pytest.fixture
async def with_returns(prefect_api: None, tmp_path: Path) -> AsyncIterator[OrderWorld]:
    """A shop with the module; the return of order 1 is held: the ERP was not given the order."""
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        world.place(state=10)
        world.ask_return(1, 1)
        world.ask_return(1, 1)
        await world.returns()
        yield world


async def test_a_held_return_that_was_deleted_is_no_longer_followed_and_one_not_listed_once_is(
    with_returns: OrderWorld,
) -> None:
    world = with_returns
    world.shop.change("order_returns", 1, {"state": 2})
    world.shop.change("order_returns", 2, {"state": 2})
    with world.ledger() as ledger:
        for key in ("1", "2"):
            ledger.hold(world.folder.name, RETURN, key, code="return_empty", run_id=None)
    with world.hidden("order_returns", 1):
        for _ in range(RUNS):
            await world.returns()
    with world.ledger() as ledger:
        assert ledger.deliveries(world.folder.name, RETURN)["key"].to_list() == []
