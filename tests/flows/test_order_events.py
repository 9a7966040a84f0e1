"""An order goes as soon as the shop says that it was paid, and goes all the same when nobody hears it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.export_orders import export_orders
from schemas.errors import TransientError
from schemas.shop_events import LOST
from tasks.events.listener import Listener
from tasks.run.state import State
from tests.flows.order_world import ORDERS, OrderWorld
from tests.flows.running import final_state

UNPAID, PAID = 10, 2
WEEK = 7 * 24 * 3600
_SECONDS = 60.0


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[OrderWorld]:
    """A shop with the module whose orders go to an ERP."""
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        world.write_settings(events={"poll_seconds": 0.5})
        yield world


class Ears:
    """A listener of the world, with what it has heard and run."""

    def __init__(self, world: OrderWorld) -> None:
        self.heard: list[tuple[str, list[int]]] = []
        self.ran: list[dict[str, Any]] = []
        self.is_deaf = False
        self._listener = Listener(str(world.folder), self._start, self._emit, lambda _: None)

    async def listen(self) -> None:
        """Until nothing is left."""
        self.ran.clear()
        async with asyncio.timeout(_SECONDS):
            await self._listener.drain()

    async def _start(self, flow: str, folder: str, asked: Mapping[str, Any]) -> State:
        assert flow == "export_orders"
        self.ran.append(dict(asked))
        return await final_state(export_orders, folder, **asked)

    async def _emit(self, _shop: str, topic: str, subjects: Sequence[int]) -> None:
        if self.is_deaf:
            raise TransientError("it is away", system="Prefect", action="emit events", remedy="Wait.")
        self.heard.append((topic, list(subjects)))


@pytest.fixture
async def ears(world: OrderWorld) -> Ears:
    """Somebody who listens already."""
    ears = Ears(world)
    await ears.listen()
    return ears


def sent(world: OrderWorld) -> list[str]:
    """What the ERP has."""
    return sorted(each["Header"]["InternalReference"] for each in world.documents())


def watermark(world: OrderWorld) -> object:
    with world.ledger() as ledger:
        return ledger.watermark(world.folder.name, ORDERS)


async def test_a_paid_order_is_in_the_erp_by_its_event(world: OrderWorld, ears: Ears) -> None:
    order = world.place(state=UNPAID)
    await ears.listen()
    assert (ears.ran, sent(world)) == ([{"ids": [order]}], [])
    world.move(order, PAID)
    await ears.listen()
    assert (ears.ran, sent(world)) == ([{"ids": [order]}], [f"WEB{order}"])
    assert ears.heard == [(LOST, [0])] + [("order", [order])] * 2
    await ears.listen()
    assert ears.ran == []


async def test_what_cannot_be_passed_on_stays_in_the_shop_and_is_read_again(world: OrderWorld, ears: Ears) -> None:
    order = world.place()
    ears.is_deaf = True
    with pytest.raises(TransientError):
        await ears.listen()
    assert (ears.ran, sent(world)) == ([], [])
    ears.is_deaf = False
    await ears.listen()
    assert (ears.heard[1:], ears.ran) == ([("order", [order])], [{"ids": [order]}])


async def test_a_run_for_some_orders_looks_at_no_other_and_leaves_the_watermark(world: OrderWorld) -> None:
    first, second = world.place(), world.place()
    await world.orders(ids=[second, 4040])
    assert (sent(world), watermark(world)) == ([f"WEB{second}"], None)
    assert world.counts() == {"rows_read": 1, "created": 1}
    await world.orders()
    assert sent(world) == [f"WEB{first}", f"WEB{second}"]


async def test_events_that_come_twice_and_in_any_order_send_an_order_once(world: OrderWorld) -> None:
    first, second = world.place(), world.place()
    for order in (second, first, second, first):
        await world.orders(ids=[order])
    assert sent(world) == [f"WEB{first}", f"WEB{second}"]
    assert world.shop.count("GET", "/countries") <= 1


async def test_while_nobody_listens_the_schedule_sends_and_nothing_goes_twice_afterwards(
    world: OrderWorld, ears: Ears
) -> None:
    orders = [world.place(), world.place()]
    await world.orders()
    assert sent(world) == [f"WEB{order}" for order in orders]
    late = world.place()
    again = Ears(world)
    await again.listen()
    assert again.ran == [{"ids": [*orders, late]}]
    assert sent(world) == [f"WEB{order}" for order in (*orders, late)]


async def test_a_table_that_was_full_costs_a_sweep_and_no_order(world: OrderWorld, ears: Ears) -> None:
    world.shop._store.outbox.most = 1
    orders = [world.place() for _ in range(3)]
    await ears.listen()
    assert ears.ran == [{"sweep": True}]
    assert sent(world) == [f"WEB{order}" for order in orders]


@pytest.mark.parametrize("seconds", [2 * WEEK, -2 * WEEK])
async def test_a_clock_that_is_wrong_by_weeks_costs_a_sweep_and_no_order(
    world: OrderWorld, ears: Ears, seconds: int
) -> None:
    world.shop.set_clock(seconds)
    order = world.place()
    await ears.listen()
    assert (ears.ran, sent(world)) == ([{"sweep": True}], [f"WEB{order}"])


async def test_the_sweep_says_how_many_orders_events_and_lists_have_missed(world: OrderWorld, ears: Ears) -> None:
    world.place()
    await world.orders()
    world.place()
    await ears.listen()
    world.place()
    await world.orders()
    missed = world.place(date_upd="0000-00-00 00:00:00")
    await world.orders(sweep=True)
    assert sent(world)[-1] == f"WEB{missed}"
    assert world.report()["beyond_rows"] == {"orders_by_event": 1, "orders_by_list": 1, "orders_by_sweep": 1}
    [reason] = [each["reason"] for each in world.incidents() if "sweep" in each["reason"]]
    assert reason.startswith("1 of 3 orders since the last sweep")
    await world.orders(sweep=True)
    assert world.report()["beyond_rows"] == {"orders_by_sweep": 0}
