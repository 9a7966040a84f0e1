"""Several chunks of one step are task runs that Prefect shows side by side; every row ends once all the same."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, TaskRun

from deployments.sandbox.shop import Fault
from tests.flows.order_world import OrderWorld
from tests.flows.world import World


async def _task_runs(state: State[Any], name: str) -> list[TaskRun]:
    """The task runs of this name of a flow run, in the order in which they began."""
    run = state.state_details.flow_run_id
    assert isinstance(run, UUID)
    async with get_client() as client:
        found = await client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
    named = [each for each in found if each.name.startswith(name) and each.start_time]
    return sorted(named, key=lambda each: each.start_time)  # type: ignore[arg-type,return-value] # filtered above


async def test_the_chunks_of_a_stock_file_are_side_by_side_in_prefect(world: World) -> None:
    keys = [f"SAC{number:02}" for number in range(25)]
    world.drop_products(*({"reference": key} for key in keys))
    await world.products()
    world.write_settings(shop__limits__max_batch_by_resource={"stock_availables": 1})
    world.shop.faults.add(Fault("latency", method="PATCH", seconds=0.2))
    world.drop_stock(dict.fromkeys(keys, 3))
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 25, "updated": 25}
    assert {world.quantity(key) for key in keys} == {3}
    chunks = await _task_runs(state, "write stock")
    assert len(chunks) == 3
    assert all(earlier.end_time > later.start_time for earlier, later in pairwise(chunks))  # type: ignore[operator]


async def test_orders_of_several_chunks_each_end_once_and_those_of_one_customer_in_their_order(
    order_world: OrderWorld,
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
    assert len(await _task_runs(state, "deliver orders")) == 6
