from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows.beginnings import Beginnings
from tests.flows.world import World

COMPLETE = {"absentRows": "deactivate"}


@pytest.fixture
async def complete(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[World]:
    """A shop of four bags with stock, whose files are complete by agreement: what they leave out is closed."""
    async with beginnings.copy(World, _complete, tmp_path) as world:
        yield world


async def _complete(world: World) -> None:
    world.write_specs(product=COMPLETE, stock=COMPLETE)
    world.drop_products(*({"reference": f"SAC{i}"} for i in range(4)))
    await world.products()
    world.drop_stock({f"SAC{i}": 5 for i in range(4)})
    state = await world.stock()
    assert state.name == "Completed", state.message


def on_sale(world: World) -> list[str]:
    return sorted(row["reference"] for row in world.shop.rows("products") if str(row["active"]) == "1")


async def test_what_a_complete_file_leaves_out_is_closed_and_sold_out(complete: World) -> None:
    complete.drop_products({"reference": "SAC0"}, {"reference": "SAC1"})
    complete.drop_stock({"SAC0": 5, "SAC1": 5, "SAC2": 5})
    await complete.products()
    await complete.stock()
    assert on_sale(complete) == ["SAC0", "SAC1"]
    assert [complete.quantity(f"SAC{i}") for i in range(4)] == [5, 5, 5, 0]


async def test_without_a_file_nothing_is_absent(complete: World) -> None:
    assert (await complete.products()).name == "Completed"
    assert (await complete.stock()).name == "Completed"
    assert complete.shop.writes == 0
    assert complete.quantity("SAC3") == 5


async def test_of_a_file_refused_as_a_whole_nothing_is_absent(complete: World) -> None:
    for stream in ("product", "stock"):
        (complete.folder / "streams" / f"{stream}_x.csv").write_text("<html>Service unavailable</html>\n" * 3)
    assert (await complete.products()).name == "Failed"
    assert (await complete.stock()).name == "Failed"
    assert complete.shop.writes == 0


async def test_of_a_file_that_holds_its_header_alone_nothing_is_absent(complete: World) -> None:
    complete.drop_stock({})
    complete.drop_products()
    await complete.products()
    await complete.stock()
    assert complete.shop.writes == 0


async def test_a_rejected_row_is_not_absent(complete: World) -> None:
    complete.drop_products({"reference": "SAC0"}, {"reference": "SAC1", "price": "dix"}, {"reference": "SAC2"})
    complete.drop_stock({"SAC0": 5, "SAC1": 5, "SAC2": "beaucoup", "SAC3": 5})
    await complete.products()
    await complete.stock()
    assert on_sale(complete) == ["SAC0", "SAC1", "SAC2"]
    assert complete.quantity("SAC2") == 5


async def test_where_a_rejected_row_does_not_tell_its_key_nothing_is_absent_and_a_person_is_told(
    complete: World,
) -> None:
    complete.drop_products({"reference": "SAC0"}, {"reference": ""})
    await complete.products()
    assert len(on_sale(complete)) == 4
    assert [one["level"] for one in complete.report()["incidents"]] == ["error"]
