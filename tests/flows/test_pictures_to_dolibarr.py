"""The pictures of the shop's items are in Dolibarr, once, the cover first, and follow the shop.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.sandbox.dolibarr.faults import Kind
from deployments.sandbox.shop import Fault
from tasks.run import step_tasks
from tests.flows.catalogue_world import CatalogueWorld


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        yield opened


def names(world: CatalogueWorld, reference: str) -> list[str]:
    return [name for name, _, _ in world.pictures_there(reference)]


async def test_they_are_there_with_the_cover_first_and_a_second_run_sends_none(world: CatalogueWorld) -> None:
    mug = world.sell("MUG")
    first, second, third = (world.picture(mug, colour) for colour in (1, 2, 3))
    world.shop.change("products", mug, {"cover": second})
    robe = world.sell("ROBE")
    red, blue = world.picture(robe, 4), world.picture(robe, 5)
    small, medium = world.sizes(robe, ("S", "ROBE-S", "0"), ("M", "ROBE-M", "0"))
    world.shop.change("combinations", small, {"images": [blue]})
    state = await world.catalogue(dry_run=True)
    assert (state.is_completed(), world.written()) == (True, [])
    state = await world.catalogue()
    assert state.name == "Completed", state.message
    assert world.report()["beyond_rows"] == {"pictures_sent": 6}
    there = world.pictures_there("MUG")
    assert [name for name, _, _ in there] == [f"{each}.jpg" for each in (second, first, third)]
    assert ([is_cover for _, _, is_cover in there], len({digest for _, digest, _ in there})) == (
        [True, False, False],
        3,
    )
    assert names(world, "ROBE-S") == [f"{small}-{blue}.jpg"]
    assert names(world, "ROBE-M") == [f"{medium}-{red}.jpg", f"{medium}-{blue}.jpg"]
    world.shop.change("products", mug, {"name": {1: "Mug"}})
    await world.catalogue()
    assert (world.written(), world.pictures_there("MUG")) == ([], there)
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    state = await world.catalogue(sweep=True)
    assert (state.name, world.written(), world.pictures_there("MUG")) == ("Completed", [], there)


async def test_only_what_is_new_or_other_travels_and_what_is_gone_goes(world: CatalogueWorld) -> None:
    mug = world.sell("MUG")
    first, second, third = (world.picture(mug, colour) for colour in (1, 2, 3))
    await world.catalogue()
    before = {name: digest for name, digest, _ in world.pictures_there("MUG")}
    fourth = world.picture(mug, 4)
    world.shop.change("products", mug, {"images": [first, fourth, third]})
    await world.catalogue()
    assert world.report()["beyond_rows"] == {"pictures_sent": 1, "pictures_removed": 1}
    assert names(world, "MUG") == [f"{each}.jpg" for each in (first, fourth, third)]
    world.shop.change("products", mug, {"cover": third})
    await world.catalogue()
    assert world.report()["beyond_rows"] == {"pictures_sent": 2}
    assert [(name, is_cover) for name, _, is_cover in world.pictures_there("MUG")] == [
        (f"{third}.jpg", True),
        (f"{first}.jpg", False),
        (f"{fourth}.jpg", False),
    ]
    world.shop.replace_picture(first, "another")
    await world.catalogue()
    assert world.written() == []
    state = await world.catalogue(sweep=True)
    assert (state.name, world.report()["beyond_rows"]["pictures_sent"]) == ("Completed", 1)
    after = {name: digest for name, digest, _ in world.pictures_there("MUG")}
    assert after[f"{first}.jpg"] != before[f"{first}.jpg"]
    assert after[f"{third}.jpg"] == before[f"{third}.jpg"]
    assert f"{second}.jpg" not in after


async def test_they_follow_an_item_whose_reference_has_changed(world: CatalogueWorld) -> None:
    mug = world.sell("MUG")
    first = world.picture(mug, 1)
    await world.catalogue()
    world.shop.change("products", mug, {"reference": world.called("BOWL")})
    state = await world.catalogue()
    assert (state.name, names(world, "BOWL")) == ("Completed", [f"{first}.jpg"])
    world.sell("MUG")
    await world.catalogue()
    assert names(world, "MUG") == []


async def test_the_settings_say_which_ones_go_and_whose_they_are(world: CatalogueWorld) -> None:
    world.write_settings(catalogue={"images": "none"})
    mug = world.sell("MUG")
    first, second = world.picture(mug, 1), world.picture(mug, 2)
    await world.catalogue()
    assert names(world, "MUG") == []
    world.write_settings(catalogue={"images": "cover"})
    await world.catalogue()
    assert names(world, "MUG") == [f"{first}.jpg"]
    world.write_settings(catalogue={"deleted_images": "leave"})
    world.shop.change("products", mug, {"images": [second], "cover": second})
    await world.catalogue()
    assert sorted(names(world, "MUG")) == [f"{first}.jpg", f"{second}.jpg"]
    world.write_settings(catalogue={"erp_owns": ["images"]})
    world.shop.change("products", mug, {"images": []})
    await world.catalogue()
    assert (world.written(), len(names(world, "MUG"))) == ([], 2)


async def test_one_that_is_refused_or_lost_holds_nothing_else(
    world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    if world.sandbox_erp is None:
        pytest.skip("a real one refuses nothing on demand")
    monkeypatch.setattr(step_tasks, "RETRY_SECONDS", (0.0,) * step_tasks.RETRIES)
    mug, vase = world.sell("MUG"), world.sell("VASE")
    for colour in (1, 2, 3):
        world.picture(mug, colour)
    world.picture(vase, 4)
    lost: tuple[Kind, ...] = ("reset-after", "500-after", "503")
    for kind in lost:
        world.sandbox_erp.faults.add(kind, "POST documents/upload")
    world.sandbox_erp.faults.add("503", "GET documents")
    state = await world.catalogue()
    assert (state.name, world.counts()) == ("Completed", {"rows_read": 2, "created": 2}), state.message
    assert (len(names(world, "MUG")), len(names(world, "VASE"))) == (3, 1)
    more = world.picture(mug, 5)
    world.sandbox_erp.faults.add("500", "POST documents/upload", times=2)
    state = await world.catalogue()
    assert list(world.left_behind().values()) == ["picture_erp_refused"]
    assert (state.is_completed(), len(names(world, "MUG"))) == (True, 3)
    await world.catalogue()
    assert (world.written(), list(world.left_behind().values())) == ([], ["picture_erp_refused"])
    for each in (mug, vase):
        world.shop.change("products", each, {"date_upd": "2027-01-02 03:04:05"})
    await world.catalogue()
    assert (world.left_behind(), names(world, "MUG")[-1], len(names(world, "VASE"))) == ({}, f"{more}.jpg", 1)


async def test_a_list_in_which_pictures_are_blank_removes_none(prefect_api: str, tmp_path: Path) -> None:
    with CatalogueWorld.at(tmp_path / "silent", php=7) as world:
        first = world.picture(world.sell("MUG"), 1)
        await world.catalogue()
        world.shop.faults.add(Fault("sql-failure-inside", method="GET", path="/api/products.*price", times=None))
        await world.catalogue()
        assert names(world, "MUG") == [f"{first}.jpg"]
