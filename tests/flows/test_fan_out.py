"""Several chunks of one step are task runs of their own, side by side; every row ends once all the same."""

from __future__ import annotations

import logging

import pytest

from deployments.sandbox.shop import Fault
from tests.flows.order_world import OrderWorld
from tests.flows.world import World

pytestmark = pytest.mark.prefect


@pytest.fixture(autouse=True)
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What Prefect logs of its task runs."""
    caplog.set_level(logging.INFO, "prefect.task_runs")
    return caplog


def _task_runs(told: pytest.LogCaptureFixture, name: str) -> set[str]:
    """The task runs of this name that Prefect has told of."""
    names = (str(getattr(record, "task_run_name", "")) for record in told.records)
    return {each for each in names if each.startswith(name)}


async def test_every_chunk_of_a_stock_file_is_a_task_run(world: World, told: pytest.LogCaptureFixture) -> None:
    keys = [f"SAC{number:02}" for number in range(25)]
    world.drop_products(*({"reference": key} for key in keys))
    await world.products()
    world.write_settings(shop__limits__max_batch_by_resource={"stock_availables": 1})
    world.shop.faults.add(Fault("latency", method="PATCH", seconds=0.2))
    world.drop_stock(dict.fromkeys(keys, 3))
    told.clear()
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 25, "updated": 25}
    assert {world.quantity(key) for key in keys} == {3}
    assert len(_task_runs(told, "write stock")) == 3


async def test_a_step_that_has_nothing_to_do_is_no_task_run(world: World, told: pytest.LogCaptureFixture) -> None:
    world.drop_products({"reference": "SAC01"})
    await world.products()
    world.drop_stock({"SAC01": 3})
    told.clear()
    await world.stock()
    assert world.counts() == {"rows_read": 1, "updated": 1}
    steps = {name.rpartition("-")[0] for name in _task_runs(told, "")} - {""}
    assert steps == {"read files", "plan stock", "write stock"}


async def test_orders_of_several_chunks_each_end_once_and_those_of_one_customer_in_their_order(
    order_world: OrderWorld, told: pytest.LogCaptureFixture
) -> None:
    order_world.write_settings(orders={"chunk": 1})
    regular = order_world.customer()
    orders = [order_world.place(customer=regular) for _ in range(3)] + [order_world.place() for _ in range(5)]
    state = await order_world.orders()
    assert state.name == "Completed", state.message
    assert order_world.counts() == {"rows_read": 8, "created": 8}
    assert order_world.deliveries() == {str(order): "delivered" for order in orders}
    references = [document["Header"]["InternalReference"] for document in order_world.documents()]
    of_one = [f"WEB{order}" for order in orders[:3]]
    assert [reference for reference in references if reference in of_one] == of_one
    assert len(order_world.erp.customers()) == 6
    assert len(_task_runs(told, "deliver orders")) == 6
