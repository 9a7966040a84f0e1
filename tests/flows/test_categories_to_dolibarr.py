"""The shop's categories are in Dolibarr, once, and go with the shop's.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.sandbox.dolibarr import SandboxDolibarr
from tasks.run import step_tasks
from tests.flows.catalogue_world import CatalogueWorld


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        yield opened


async def test_products_stay_in_a_category_that_is_held_or_no_longer_told(world: CatalogueWorld) -> None:
    robes = world.category(f"Robes {world.prefix}")
    longues = world.category("Longues", robes)
    world.sell("MUG", categories=[2, robes, longues])
    await world.catalogue()
    assert world.inside("MUG") == ["Longues", f"Robes {world.prefix}"]
    world.shop.change("categories", robes, {"name": {1: "<b></b>", 2: "<b></b>"}})
    state = await world.catalogue()
    assert state.name == "CompletedWithRejects", state.message
    assert world.left_behind() == {f"c{robes}": "category_name_empty", f"c{longues}": "category_parent_held"}
    assert world.inside("MUG") == ["Longues", f"Robes {world.prefix}"]
    world.write_settings(catalogue={"categories": "none"})
    await world.catalogue()
    assert world.inside("MUG") == ["Longues", f"Robes {world.prefix}"]


async def test_a_category_whose_id_is_anothers_now_is_held_and_the_one_there_stays(world: CatalogueWorld) -> None:
    robes = world.category(f"Robes {world.prefix}", date_add="2026-01-02 03:04:05")
    world.sell("MUG", categories=[2, robes])
    await world.catalogue()
    world.shop.change("categories", robes, {"name": {1: f"Robe {world.prefix}", 2: f"Robe {world.prefix}"}})
    await world.catalogue()
    assert world.inside("MUG") == [f"Robe {world.prefix}"]
    world.shop.remove("categories", robes)
    assert world.category("Chaussures", id=robes, date_add="2026-03-04 05:06:07") == robes
    state = await world.catalogue()
    assert state.name == "CompletedWithRejects", state.message
    assert world.left_behind() == {f"c{robes}": "category_id_reused"}
    assert world.inside("MUG") == [f"Robe {world.prefix}"]


async def test_a_category_whose_answer_was_lost_is_there_once_and_the_run_goes_on(
    world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    if world.sandbox_erp is None:
        pytest.skip("a real one loses no answer on demand")
    monkeypatch.setattr(step_tasks, "RETRY_SECONDS", (0.0,) * step_tasks.RETRIES)
    robes = world.category(f"Robes {world.prefix}")
    longues = world.category("Longues", robes)
    world.sell("MUG", categories=[2, robes, longues])
    world.sandbox_erp.faults.add("reset-after", "POST categories")
    world.sandbox_erp.faults.add("500-after", "POST categories")
    world.sandbox_erp.faults.add("503", "GET categories")
    state = await world.catalogue()
    assert (state.name, world.counts()) == ("Completed", {"rows_read": 3, "created": 3}), state.message
    assert len(world.ours("/categories")) == 2
    assert world.inside("MUG") == ["Longues", f"Robes {world.prefix}"]
    await world.catalogue(sweep=True)
    assert (world.counts(), world.written()) == ({"rows_read": 3, "unchanged": 3}, [])


async def test_categories_that_the_shop_has_deleted_go_once_nothing_is_in_them(
    prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    made = CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig)
    if made.sandbox_erp is not None:
        made.sandbox_erp = SandboxDolibarr(version="22.0.1", key="one-key", admin_key="one-key")
    with made as world:
        robes = world.category(f"Robes {world.prefix}")
        longues, courtes = world.category("Longues", robes), world.category("Courtes", robes)
        sacs = world.category(f"Sacs {world.prefix}")
        mug = world.sell("MUG", categories=[2, robes, longues])
        await world.catalogue()
        of_label = {each["label"].partition(" ")[0]: each["id"] for each in world.ours("/categories")}
        theirs = world.make("/products", ref=world.called("THEIRS"), label="x")
        world.rest.post(f"/categories/{of_label['Sacs']}/objects/product/{theirs}").raise_for_status()
        world.shop.change("products", mug, {"categories": [2]})
        for id_ in (robes, longues, courtes, sacs):
            world.shop.remove("categories", id_)
        await world.catalogue()
        assert (len(world.ours("/categories")), world.inside("MUG")) == (4, [])
        world.category(f"Autre {world.prefix}")
        world.write_settings(catalogue={"deleted_categories": "delete"})
        plan = await world.catalogue(dry_run=True)
        assert (plan.is_completed(), len(world.ours("/categories"))) == (True, 4)
        state = await world.catalogue()
        assert state.is_completed(), state.message
        if made.sandbox_erp is None and world.rest.get("/status").json()["success"]["dolibarr_version"].startswith(
            "23"
        ):
            assert set(world.left_behind("retry").values()) == {"category_not_deleted"}
        else:
            assert world.report()["beyond_rows"] == {"categories_closed": 3}
            assert world.left_behind("retry") == {f"c{sacs}": "category_not_deleted"}
            assert {each["label"].partition(" ")[0] for each in world.ours("/categories")} == {"Sacs", "Autre"}
        await world.catalogue()
        assert world.written() == []
