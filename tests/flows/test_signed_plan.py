"""A signed plan is carried out as it stands, or nothing is written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from flows.import_specific_prices import import_specific_prices
from tasks.run.signed_plan import following_plan, plan_written_to
from tasks.run.state import State
from tests.flows.beginnings import Beginnings
from tests.flows.discounts import discount
from tests.flows.flat_world import FlatWorld

Flow = Callable[..., Awaitable[State]]


@pytest.fixture
async def planned(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop that sells six combinations and a belt, with files that change it in its drop folder."""
    async with beginnings.copy(FlatWorld, _sold, tmp_path) as world:
        world.drop_products(*world.dress(3), {"reference": "CEINTURE", "price": "90"})
        world.drop_stock({"ROBE0001-M": 7, "CEINTURE": 3})
        world.drop("specificprice", discount("CEINTURE"))
        yield world


async def _sold(world: FlatWorld) -> None:
    world.drop_products(*world.dress(2), {"reference": "CEINTURE", "price": "100"})
    assert (await world.products()).name == "Completed"


async def plan_of(run: Flow, target: Path) -> str:
    with plan_written_to(target):
        state = await run(dry_run=True)
    assert state.name in {"Planned", "StoppedByGuard"}, state.message
    return text_of(target)


def text_of(target: Path) -> str:
    return target.read_text(encoding="utf-8")


async def carried_out(run: Flow, text: str) -> State:
    with following_plan(text):
        return await run()


def flows_of(world: FlatWorld) -> dict[str, Flow]:
    async def prices(**asked: Any) -> State:
        return await world.run(import_specific_prices, **asked)

    return {"products": world.products, "stock": world.stock, "prices": prices}


@pytest.mark.parametrize("name", ["products", "stock", "prices"])
async def test_a_plan_is_carried_out_as_it_stands_and_once(planned: FlatWorld, tmp_path: Path, name: str) -> None:
    run = flows_of(planned)[name]
    text = await plan_of(run, tmp_path / "plan.json")
    assert planned.shop.writes == 0
    assert json.loads(text)["plan"]["changes"]
    state = await carried_out(run, text)
    assert state.name == "Completed", state.message
    assert planned.shop.writes > 0
    planned.shop.reset_counts()
    again = await carried_out(run, text)
    assert (again.name, planned.shop.writes) == ("Failed", 0)


async def test_whatever_moves_since_nothing_is_written_and_what_moved_is_named(
    planned: FlatWorld, tmp_path: Path
) -> None:
    text = await plan_of(planned.stock, tmp_path / "plan.json")
    settings = planned.folder / "settings.toml"
    before = settings.read_text(encoding="utf-8")

    async def stopped_for(*names: str) -> None:
        state = await carried_out(planned.stock, text)
        assert state.name == "Failed"
        assert all(name in (state.message or "") for name in names), state.message
        assert planned.shop.writes == 0

    settings.write_text(before + "\n# moved\n", encoding="utf-8")
    await stopped_for("settings.toml")
    settings.write_text(before, encoding="utf-8")
    later = planned.drop_stock({"ROBE0000-M": 1}, name="stock_zz.csv")
    await stopped_for("stock_zz.csv", "ROBE0000-M")
    later.unlink()
    row = next(row for row in planned.shop.rows("stock_availables") if _is_of(planned, row, "ROBE0001-M"))
    planned.shop.change("stock_availables", int(row["id"]), {"quantity": 5})
    await stopped_for("ROBE0001-M")
    planned.shop.change("stock_availables", int(row["id"]), {"quantity": int(row["quantity"])})
    assert (await carried_out(planned.stock, text)).name == "Completed"


def _is_of(world: FlatWorld, row: dict[str, Any], reference: str) -> bool:
    return int(row["id_product_attribute"]) == int(world.combination(reference)["id"])


async def test_a_plan_that_was_changed_or_is_another_shops_is_not_carried_out(
    planned: FlatWorld, tmp_path: Path
) -> None:
    text = await plan_of(planned.stock, tmp_path / "plan.json")
    told = json.loads(text)
    told["plan"]["changes"][0][3][0][2] = "700"
    for other in (json.dumps(told), text.replace('"shop": "', '"shop": "x')):
        state = await carried_out(planned.stock, other)
        assert (state.name, planned.shop.writes) == ("Failed", 0)
        assert "signed" in (state.message or "")


async def test_whoever_lets_a_plan_be_carried_out_accepts_the_guards_that_it_names(
    planned: FlatWorld, tmp_path: Path
) -> None:
    planned.write_settings(guards={"min_affected": 0, "max_price_changed_share": 0.01})
    text = await plan_of(planned.products, tmp_path / "plan.json")
    assert json.loads(text)["plan"]["guards"] == ["price-changed"]
    with following_plan(text) as plan:
        state = await planned.products(accept_guard=bool(plan.guards))
    assert state.name == "Completed", state.message
