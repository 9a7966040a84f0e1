"""Quantities by reference through the module: the same ends as by the webservice, in fewer requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.shop import Fault
from deployments.sandbox.shop.module import stock_lines
from deployments.sandbox.shop.store import Store
from schemas.messages import message
from tests.flows.beginnings import Beginnings
from tests.flows.world import KEY_VARIABLE, World

PAGE = "passerelle_board"
"""The module's page in the back office, which tells of a run after it."""
LINES = "/api/stock_lines"


@pytest.fixture
async def stocked(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[World]:
    """A shop with the module, with 30 combinations and a simple product, all at 10, in the lane with hooks."""
    async with beginnings.copy(World, _stocked, tmp_path, module=True) as world:
        yield world


async def _stocked(world: World) -> World:
    world.write_settings(shop={"lane": "module"}, shop__limits={"settle_seconds": 0.0})
    world.drop_products(*world.dress(10), {"reference": "CEINTURE"})
    await world.products()
    world.drop_stock({row["reference"]: 10 for row in world.dress(10)} | {"CEINTURE": 10})
    await world.stock()
    world.shop.reset_counts()
    return world


def _told(world: World, code: str) -> list[dict[str, Any]]:
    remedy = message(code, "en", value="module", detail="stock_lines").remedy
    return [incident for incident in world.report()["incidents"] if incident["remedy"] == remedy]


async def test_quantities_go_by_reference_in_one_request(stocked: World) -> None:
    stocked.drop_stock({row["reference"]: 7 for row in stocked.dress(10)} | {"CEINTURE": -2})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 31, "updated": 31}
    assert {stocked.quantity(row["reference"]) for row in stocked.dress(10)} == {7}
    assert stocked.quantity("CEINTURE") == -2
    assert stocked.shop.writes == stocked.shop.count("PUT", LINES) + stocked.shop.count("PUT", PAGE)
    assert stocked.shop.count("GET", r"stock_availables\?filter\[id\]=") == 0
    assert stocked.report()["incidents"] == []


@pytest.fixture(params=["1.5", "1.4"])
def module_version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Modules before 1.5 do not tell what a row holds: it is read back by its id."""
    if request.param == "1.4":
        monkeypatch.setattr("connectors.prestashop.lines.held_lines", lambda *_: {})
    return str(request.param)


async def test_what_the_shop_makes_of_a_quantity_is_written_once_more_by_id(
    stocked: World, module_version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that listens for the change writes a quantity of its own at once."""
    belt = int(stocked.links("stock").filter(erp_key="CEINTURE")["shop_id"][0])

    def tell(store: Store, owner: tuple[int, int] | None) -> str:
        store["stock_availables"].update(belt, {"quantity": "3"})
        return held(store, owner)

    held = stock_lines._held
    monkeypatch.setattr(stock_lines, "_held", tell)
    stocked.drop_stock({"CEINTURE": 4})
    assert (await stocked.stock()).name == "Completed", module_version
    assert stocked.quantity("CEINTURE") == 4
    assert stocked.shop.count("PATCH", "stock_availables") == 1


async def test_a_second_run_writes_nothing(stocked: World) -> None:
    stocked.drop_stock({row["reference"]: 10 for row in stocked.dress(10)}, name="stock_z.csv")
    await stocked.stock()
    assert stocked.counts() == {"rows_read": 30, "unchanged": 30}
    assert stocked.shop.writes == 0


async def test_the_stock_of_the_product_stream_takes_the_lane_too(stocked: World) -> None:
    stocked.drop_products({"reference": "CEINTURE", "stocks": "3"})
    assert (await stocked.products()).name == "Completed"
    assert stocked.quantity("CEINTURE") == 3
    assert stocked.shop.count("PUT", LINES) == 1
    assert stocked.shop.count("PATCH", "stock_availables") == 0


async def test_later_files_and_later_lines_win(stocked: World) -> None:
    stocked.drop_stock({"CEINTURE": 1, "ROBE0001-M": 1})
    path = stocked.drop_stock({"CEINTURE": 2})
    path.write_text(path.read_text() + "CEINTURE;3\n")
    await stocked.stock()
    assert stocked.quantity("CEINTURE") == 3
    assert stocked.counts() == {"rows_read": 4, "updated": 2, "ignored": 2}


async def test_unknown_references_and_parents_are_ignored(stocked: World) -> None:
    stocked.drop_stock({"NULLE-PART": 3, "ROBE0001": 50, "CEINTURE": 1})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.counts() == {"rows_read": 3, "updated": 1, "ignored": 2}
    assert stocked.quantity("CEINTURE") == 1


async def test_what_the_module_no_longer_knows_by_its_reference_goes_by_id(stocked: World) -> None:
    belt = stocked.product("CEINTURE")
    stocked.shop.change("products", int(belt["id"]), {"reference": "GURTEL"})
    stocked.drop_stock({"CEINTURE": 4, "ROBE0001-M": 2})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.counts() == {"rows_read": 2, "updated": 2}
    assert (stocked.quantity("GURTEL"), stocked.quantity("ROBE0001-M")) == (4, 2)


async def test_a_reference_that_two_products_carry_goes_by_id(stocked: World) -> None:
    stocked.shop.insert("products", {"reference": "CEINTURE", "name": {1: "Belt", 2: "Ceinture"}, "price": "5"})
    mine = int(stocked.links("stock").filter(erp_key="CEINTURE")["shop_id"][0])
    stocked.drop_stock({"CEINTURE": 4})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.counts() == {"rows_read": 1, "updated": 1}
    assert int(stocked.shop.row("stock_availables", mine)["quantity"]) == 4


@pytest.mark.usefixtures("module_version")
async def test_a_reference_that_the_merchant_gave_to_another_product_is_looked_up(stocked: World) -> None:
    belt = stocked.product("CEINTURE")
    stocked.shop.change("products", int(belt["id"]), {"reference": "GURTEL"})
    stocked.shop.insert("products", {"reference": "CEINTURE", "name": {1: "Belt", 2: "Ceinture"}, "price": "5"})
    stocked.drop_stock({"CEINTURE": 4, "ROBE0001-M": 2})
    assert (await stocked.stock()).name == "Completed"
    assert (stocked.quantity("CEINTURE"), stocked.quantity("GURTEL")) == (4, 10)
    stocked.shop.reset_counts()
    stocked.drop_stock({"CEINTURE": 4, "ROBE0001-M": 2}, name="stock_z.csv")
    await stocked.stock()
    assert stocked.counts() == {"rows_read": 2, "unchanged": 2}
    assert stocked.shop.writes == 0


async def test_a_stock_kept_by_warehouses_is_refused_with_what_to_do(stocked: World) -> None:
    mine = int(stocked.links("stock").filter(erp_key="CEINTURE")["shop_id"][0])
    stocked.shop.change("stock_availables", mine, {"depends_on_stock": 1})
    stocked.drop_stock({"CEINTURE": 4, "ROBE0001-M": 2})
    assert (await stocked.stock()).name == "CompletedWithRejects"
    assert stocked.counts() == {"rows_read": 2, "updated": 1, "refused": 1}
    assert "managed by warehouses" in stocked.report()["rejects"][0]["reason"]


@pytest.mark.parametrize("kind", ["500-after", "reset-after", "php-warnings-500"])
async def test_a_disturbed_request_is_sent_again(stocked: World, kind: Any) -> None:
    stocked.shop.faults.add(Fault(kind=kind, method="PUT", path=LINES, times=2))
    stocked.drop_stock({row["reference"]: 4 for row in stocked.dress(10)})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 30, "updated": 30}
    assert {stocked.quantity(row["reference"]) for row in stocked.dress(10)} == {4}


async def test_lines_that_the_module_breaks_on_for_good_go_by_id(stocked: World) -> None:
    stocked.shop.faults.add(Fault(kind="500-before", method="PUT", path=LINES, times=None))
    stocked.drop_stock({"CEINTURE": 8, "ROBE0001-M": 2})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.counts() == {"rows_read": 2, "updated": 2}
    assert (stocked.quantity("CEINTURE"), stocked.quantity("ROBE0001-M")) == (8, 2)


async def test_a_quantity_written_and_not_confirmed_is_set_again_when_the_erp_takes_it_back(stocked: World) -> None:
    path = stocked.drop_stock({"CEINTURE": 7})
    stocked.shop.faults.add(Fault("reset-after", method="PUT", path=LINES))
    stocked.shop.faults.add(Fault("401", method="PUT", path=LINES))
    assert (await stocked.stock()).name == "Failed"
    assert stocked.quantity("CEINTURE") == 7
    path.unlink()
    stocked.drop_stock({"CEINTURE": 10})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.quantity("CEINTURE") == 10
    assert stocked.counts() == {"rows_read": 1, "updated": 1}


async def test_a_guard_stops_a_file_that_would_empty_the_shop(stocked: World) -> None:
    stocked.drop_stock({row["reference"]: 0 for row in stocked.dress(10)})
    assert (await stocked.stock()).name == "StoppedByGuard"
    assert stocked.shop.writes == stocked.shop.count("PUT", PAGE) == 1


async def test_a_dry_run_writes_nothing(stocked: World) -> None:
    stocked.drop_stock({"CEINTURE": 8})
    assert (await stocked.stock(dry_run=True)).name == "Planned"
    assert stocked.shop.writes == 0


async def test_without_hooks_the_report_warns(stocked: World) -> None:
    stocked.write_settings(shop={"lane": "module-plain"})
    stocked.drop_stock({"CEINTURE": 8})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.quantity("CEINTURE") == 8
    [incident] = _told(stocked, "lane_without_hooks")
    assert incident["level"] == "info"
    assert "module-plain" in incident["reason"]


async def test_a_shop_without_the_module_falls_back_to_the_webservice(make_world: Callable[..., World]) -> None:
    world = await _stocked(make_world())
    world.drop_stock({"CEINTURE": 8})
    assert (await world.stock()).name == "Completed"
    assert world.quantity("CEINTURE") == 8
    assert world.shop.count("PATCH", "stock_availables") == 1
    [incident] = _told(world, "lane_not_offered")
    assert incident["level"] == "info"


async def test_a_key_without_the_right_falls_back_to_the_webservice(
    stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "LANE1LANE1LANE1LANE1LANE1LANE1LA"
    methods = ("GET", "POST", "PUT", "PATCH", "DELETE")
    core = ("configurations", "languages", "products", "combinations", "stock_availables", "shops", "shop_groups")
    stocked.shop.add_key(key, dict.fromkeys(core, methods) | {"stock_lines": ("POST",)})
    monkeypatch.setenv(KEY_VARIABLE, key)
    stocked.drop_stock({"CEINTURE": 8})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.quantity("CEINTURE") == 8
    assert _told(stocked, "lane_not_offered")


async def test_a_stream_that_names_products_by_another_field_falls_back(make_world: Callable[..., World]) -> None:
    world = make_world(module=True)
    world.write_settings(shop={"lane": "module"})
    by_ean = {"ean13": {"index": 0, "object_key": True}, "quantity": {"index": 1}}
    world.write_specs(stock={"data": by_ean})
    world.shop.insert("products", {"reference": "SAC", "ean13": "2000000000015", "name": {1: "Bag", 2: "Sac"}})
    world.drop_stock({"2000000000015": 4})
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert world.quantity("SAC") == 4
    assert world.shop.count("PUT", LINES) == 0
    remedy = message("lane_needs_references", "en").remedy
    assert [one["remedy"] for one in world.report()["incidents"]] == [remedy]
