from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from connectors.ledger import Ledger
from deployments.sandbox.shop import Fault
from tests.flows.world import World

pytestmark = pytest.mark.prefect


async def test_a_run_that_is_cancelled_is_over_and_the_next_one_goes_on(world: World) -> None:
    """As the cancel of the Prefect interface and a control-C end it: from outside, in the middle of a write."""
    world.drop_products(*({"reference": f"SAC{n}"} for n in range(5)))
    await world.products()
    world.shop.faults.add(Fault("latency", method="PATCH", times=None, seconds=3.0))
    world.drop_stock({f"SAC{n}": n + 1 for n in range(5)})
    running = asyncio.create_task(world.stock())
    while not world.shop.faults.struck:  # noqa: ASYNC110 - the shop lives in another thread
        await asyncio.sleep(0.02)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}", snapshots=None) as ledger:
        assert ledger.last_state(world.folder.name, "import_stock") == "Crashed"
    assert not list((world.folder / ".work").rglob("*.parquet"))
    world.shop.faults.clear()
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert [world.quantity(f"SAC{n}") for n in range(5)] == [1, 2, 3, 4, 5]
