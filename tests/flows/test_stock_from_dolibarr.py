"""What Dolibarr has in its warehouses is the shop's quantity: what moved in each run, everything once a day.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks.catalogue.drop_stock import quantities_as_file
from tasks.check.shop import check_shop
from tasks.run.shop_folder import open_shop_folder
from tasks.run.signed_plan import following_plan, plan_written_to
from tests.flows.catalogue_world import CatalogueWorld

DATA = {"reference": {"index": 0, "object_key": True}, "quantity": {"index": 2}}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        stream: dict[str, Any] = {"class": "\\StockAvailable", "enabled": True, "type": "webservice", "data": DATA}
        imports = json.loads((opened.folder / "import.json").read_text(encoding="utf-8")) | {"stock": stream}
        (opened.folder / "import.json").write_text(json.dumps(imports), encoding="utf-8")
        yield opened


def stocked(world: CatalogueWorld, reference: str, *houses: tuple[str, int]) -> int:
    """A product of Dolibarr with stock in warehouses."""
    ref = world.called(reference)
    product = world.make("/products", ref=ref, label=ref, type=0, status=1)
    for house, quantity in houses:
        move(world, product, house, quantity)
    return product


def move(world: CatalogueWorld, product: int, house: str, quantity: int) -> None:
    name = f"{world.prefix}-{house}"
    known = {each["ref"]: int(each["id"]) for each in world.rest.get("/warehouses", params={"limit": 0}).json()}
    id_ = known.get(name) or world.make("/warehouses", ref=name, label=name, statut=1)
    moved = {"product_id": product, "warehouse_id": id_, "qty": quantity, "type": 3 if quantity > 0 else 2}
    world.make("/stockmovements", **moved, movementcode=world.prefix, label="x")


def shown(world: CatalogueWorld) -> dict[str, int]:
    return {name: world.quantity(world.called(name)) for name in ("MUG", "VASE")}


def planned(world: CatalogueWorld) -> dict[str, str]:
    """The quantities that the last plan would write."""
    changes = world.report()["plan"]
    return {each["key"].removeprefix(f"{world.prefix}-"): each["changes"][0][2] for each in changes}


async def test_quantities_of_the_chosen_warehouses_are_summed_and_follow_what_moves(world: CatalogueWorld) -> None:
    world.write_settings(stock={"warehouses": [f"{world.prefix}-A", f"{world.prefix}-B"]})
    mug = stocked(world, "MUG", ("A", 3), ("B", 4), ("C", 100))
    stocked(world, "VASE", ("A", 1), ("B", 1))
    world.sell("MUG")
    world.sell("VASE")
    await world.stock()
    assert shown(world) == {"MUG": 7, "VASE": 2}
    move(world, mug, "B", -3)
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert shown(world) == {"MUG": 4, "VASE": 2}
    assert world.counts() == {"rows_read": 1, "updated": 1}
    writes = world.shop.writes
    state = await world.stock()
    assert (state.name, world.shop.writes) == ("Completed", writes)
    assert not list((world.folder / "streams").rglob("stock_erp*"))


async def test_few_movements_after_many_are_no_file_that_was_cut_off(world: CatalogueWorld) -> None:
    world.write_settings(guards={"min_affected": 1})
    mug = stocked(world, "MUG", ("A", 3))
    for name in ("VASE", "POT", "PAN"):
        stocked(world, name, ("A", 1))
    for name in ("MUG", "VASE", "POT", "PAN"):
        world.sell(name)
    await world.stock()
    move(world, mug, "A", -1)
    state = await world.stock()
    assert (state.is_completed(), shown(world)) == (True, {"MUG": 2, "VASE": 1}), state.message


async def test_without_warehouses_all_count_and_a_plan_or_a_test_access_brings_nothing(world: CatalogueWorld) -> None:
    stocked(world, "MUG", ("A", 3), ("B", 4))
    stocked(world, "VASE", ("C", 1))
    world.sell("MUG")
    world.sell("VASE")
    state = await world.stock(dry_run=True)
    assert (state.name, planned(world)) == ("Planned", {"MUG": "7", "VASE": "1"}), state.message
    access = {"url": world.url, "key": "env:PASSERELLE_TEST_DOLIBARR_KEY"}
    world.write_settings(erp={"access": "test"}, erp__dolibarr__test=access)
    await world.stock()
    assert (shown(world), planned(world)) == ({"MUG": 0, "VASE": 0}, {"MUG": "7", "VASE": "1"})
    world.write_settings()
    await world.stock()
    assert shown(world) == {"MUG": 7, "VASE": 1}


async def test_a_signed_plan_of_what_dolibarr_has_is_carried_out_unless_it_has_moved(
    world: CatalogueWorld, tmp_path: Path
) -> None:
    mug = stocked(world, "MUG", ("A", 3))
    stocked(world, "VASE", ("A", 1))
    world.sell("MUG")
    world.sell("VASE")
    target = tmp_path / "plan.json"
    with plan_written_to(target):
        await world.stock(dry_run=True)
    text = target.read_text(encoding="utf-8")
    with following_plan(text):
        state = await world.stock()
    assert (state.is_completed(), shown(world)) == (True, {"MUG": 3, "VASE": 1}), state.message
    move(world, mug, "A", 1)
    with plan_written_to(target):
        await world.stock(dry_run=True)
    move(world, mug, "A", 1)
    with following_plan(target.read_text(encoding="utf-8")):
        state = await world.stock()
    assert (state.name, shown(world)["MUG"]) == ("Failed", 3)
    await world.stock()
    assert shown(world)["MUG"] == 5


async def test_a_warehouse_that_is_not_there_is_named(world: CatalogueWorld) -> None:
    world.write_settings(stock={"warehouses": ["NOWHERE"]})
    state = await world.stock()
    assert "NOWHERE" in (state.message or "")
    [found] = [each for each in await check_shop(world.folder) if each.subject == "warehouse"]
    assert (found.verdict, "NOWHERE" in found.reason, bool(found.remedy)) == ("error", True, True)


async def test_with_the_test_access_a_file_that_a_guard_left_behind_writes_nothing_to_the_shop(
    world: CatalogueWorld,
) -> None:
    world.sell("MUG")
    access = {"url": world.url, "key": "env:PASSERELLE_TEST_DOLIBARR_KEY"}
    world.write_settings(erp={"access": "test"}, erp__dolibarr__test=access)
    folder = open_shop_folder(world.folder)
    left = folder.drop / f"stock_erp_1.{folder.imports.streams['stock'].file_extension}"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text(quantities_as_file(folder.imports.streams["stock"], {world.called("MUG"): 42}), encoding="utf-8")
    state = await world.stock()
    assert (state.name, world.quantity(world.called("MUG"))) == ("Planned", 0)
    assert left.exists()


async def test_a_movement_that_is_seen_later_than_a_newer_one_is_not_lost(world: CatalogueWorld) -> None:
    if world.sandbox_erp is None:
        pytest.skip("a real one shows a movement late only while its transaction is open")
    mug, vase = stocked(world, "MUG", ("A", 3)), stocked(world, "VASE", ("A", 1))
    world.sell("MUG")
    world.sell("VASE")
    await world.stock()
    state = world.sandbox_erp.api.state
    move(world, mug, "A", -1)
    late = state.movements.rows.pop(max(state.movements.rows))
    (place,) = (each for each in state.stock if each[0] == mug)
    state.stock[place] += 1
    move(world, vase, "A", 1)
    await world.stock()
    assert shown(world) == {"MUG": 3, "VASE": 2}
    state.movements.rows[late["id"]] = late
    state.stock[place] -= 1
    await world.stock()
    assert (shown(world), world.counts()) == ({"MUG": 2, "VASE": 2}, {"rows_read": 1, "updated": 1})
    await world.stock()
    assert world.counts() == {}


async def test_other_warehouses_in_the_settings_make_everything_be_read_again(world: CatalogueWorld) -> None:
    world.write_settings(stock={"warehouses": [f"{world.prefix}-A"]})
    stocked(world, "MUG", ("A", 3), ("B", 4))
    stocked(world, "VASE", ("A", 1))
    world.sell("MUG")
    world.sell("VASE")
    await world.stock()
    world.write_settings(stock={"warehouses": [f"{world.prefix}-B", f"{world.prefix}-A"]})
    await world.stock()
    assert shown(world) == {"MUG": 7, "VASE": 1}


async def test_the_stock_of_another_shops_or_another_items_product_is_held_and_not_taken_for_absent(
    world: CatalogueWorld,
) -> None:
    imports = json.loads((world.folder / "import.json").read_text(encoding="utf-8"))
    imports["stock"]["absentRows"] = "deactivate"
    (world.folder / "import.json").write_text(json.dumps(imports), encoding="utf-8")
    mug, vase, pot = (stocked(world, name, ("A", 3)) for name in ("MUG", "VASE", "POT"))
    own = [world.sell(name) for name in ("MUG", "VASE", "POT")]
    elsewhere = world.make("/products", ref=world.called("PAN"), label="x", type=0, status=1)
    await world.stock()
    for product, uid in ((mug, f"{world.prefix}p{own[0]}"), (vase, f"{world.prefix}p999"), (pot, f"other{vase}p7")):
        given = {"array_options": {"options_ps_uid": uid}}
        world.rest.put(f"/products/{product}", json=given).raise_for_status()
        move(world, product, "A", 6)
    guard = {"array_options": {"options_ps_uid": f"other{vase}p8"}}
    world.rest.put(f"/products/{elsewhere}", json=guard).raise_for_status()
    state = await world.stock()
    assert state.name == "CompletedWithRejects", state.message
    assert [world.quantity(world.called(name)) for name in ("MUG", "VASE", "POT")] == [9, 3, 3]
    held = {key: code for key, code in world.left_behind().items() if code == "erp_item_of_other"}
    assert set(held) == {world.called("VASE"), world.called("POT")}
