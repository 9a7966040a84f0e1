from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.campaigns import mutations
from tests.campaigns.conservation import products_and_stock
from tests.campaigns.generated import product_rows, stock_rows
from tests.flows.flat_world import FlatWorld
from tests.flows.world import World

pytestmark = [pytest.mark.slow, pytest.mark.always, pytest.mark.prefect]

GENERATED = 3
DAMAGED = range(5, 15)


@pytest.mark.usefixtures("prefect_api")
@settings(max_examples=GENERATED, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
async def test_every_row_of_a_generated_file_is_told_once_and_written_once(data: st.DataObject) -> None:
    products = data.draw(product_rows())
    await products_and_stock(products, data.draw(stock_rows([str(row["reference"]) for row in products])))


async def test_damaged_files_are_planned_or_refused_and_every_row_is_told(world: World) -> None:
    mutations.prepared(world)
    assert [damaged async for damaged in mutations.planned(world, DAMAGED)] == []


@pytest.mark.usefixtures("prefect_api")
async def test_so_are_damaged_files_of_every_other_stream(tmp_path: Path) -> None:
    some = range(5, 10)
    with FlatWorld.at(tmp_path / "boutique", module=True) as world:
        assert [damaged async for damaged in mutations.every_other_stream_planned(world, some)] == []
