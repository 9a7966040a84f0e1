from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest

from connectors.ledger import Ledger, Link
from deployments.sandbox.shop import Fault
from deployments.sandbox.shop.faults import FaultKind
from tests.flows.beginnings import Beginnings
from tests.flows.lost import one_of
from tests.flows.world import World


@pytest.fixture
async def stocked(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[World]:
    """A shop with 30 combinations and a simple product, all at 10."""
    async with beginnings.copy(World, _stocked, tmp_path) as world:
        yield world


async def _stocked(world: World) -> None:
    world.drop_products(*world.dress(10), {"reference": "CEINTURE"})
    await world.products()
    world.drop_stock({row["reference"]: 10 for row in world.dress(10)} | {"CEINTURE": 10})
    await world.stock()


@pytest.mark.prefect
async def test_the_shops_quantities_equal_the_erps(stocked: World) -> None:
    stocked.drop_stock({"ROBE0001-M": 7, "CEINTURE": -2})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 2, "updated": 2}
    assert stocked.quantity("ROBE0001-M") == 7
    assert stocked.quantity("CEINTURE") == -2
    # To the millisecond: a page that says it took no time is not believed.
    assert stocked.report()["started_at"] < stocked.report()["ended_at"]


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(stocked: World) -> None:
    stocked.drop_stock({row["reference"]: 10 for row in stocked.dress(10)}, name="stock_z.csv")
    await stocked.stock()
    assert stocked.counts() == {"rows_read": 30, "unchanged": 30}
    assert stocked.shop.writes == 0


async def test_back_and_forth_is_three_changes(stocked: World) -> None:
    for quantity in (5, 6, 5):
        stocked.drop_stock({"CEINTURE": quantity})
        await stocked.stock()
        assert stocked.quantity("CEINTURE") == quantity


async def test_a_file_that_was_read_again_is_read_once_the_next_time_and_in_its_place(stocked: World) -> None:
    stocked.drop_stock({"CEINTURE": 7})
    await stocked.stock()
    read = []
    for _ in range(3):
        await stocked.stock(since="yesterday")
        read.append(stocked.counts()["rows_read"])
    assert read == [32, 32, 32]
    assert (stocked.quantity("CEINTURE"), stocked.counts().get("updated", 0)) == (7, 0)


async def test_unknown_references_and_parents_are_ignored(stocked: World) -> None:
    stocked.drop_stock({"NULLE-PART": 3, "ROBE0001": 50, "CEINTURE": 1})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 3, "updated": 1, "ignored": 2}
    assert len(stocked.report()["ignored_by_reason"]) == 2


async def test_later_files_and_later_lines_win(stocked: World) -> None:
    stocked.drop_stock({"CEINTURE": 1, "ROBE0001-M": 1})
    path = stocked.drop_stock({"CEINTURE": 2})
    path.write_text(path.read_text() + "CEINTURE;3\n")
    await stocked.stock()
    assert stocked.quantity("CEINTURE") == 3
    assert stocked.counts() == {"rows_read": 4, "updated": 2, "ignored": 2}


@pytest.mark.prefect
async def test_one_bad_row_does_not_stop_the_others_and_is_reported(stocked: World) -> None:
    stocked.drop_stock({"ROBE0001-M": "beaucoup", "CEINTURE": 8})
    state = await stocked.stock()
    assert state.name == "CompletedWithRejects"
    assert stocked.quantity("CEINTURE") == 8
    assert stocked.report()["rejects"][0]["value"] == "beaucoup"


async def test_busy_busy_fine_is_survived(stocked: World) -> None:
    stocked.shop.faults.add(Fault(kind="503", method="PATCH", path=r".*", times=2))
    stocked.drop_stock({"CEINTURE": 8})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.quantity("CEINTURE") == 8


@pytest.mark.parametrize("kind", one_of("reset-after", "500-before", "500-after", "reset-before"))
async def test_a_lost_answer_is_asked_for_again(stocked: World, kind: FaultKind) -> None:
    stocked.shop.faults.add(Fault(kind=kind, method="PATCH", path=r".*", times=1))
    stocked.drop_stock({row["reference"]: 4 for row in stocked.dress(10)})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert {stocked.quantity(row["reference"]) for row in stocked.dress(10)} == {4}


@pytest.mark.prefect
async def test_a_refused_key_stops_the_run_at_once_with_a_remedy(stocked: World) -> None:
    stocked.shop.faults.add(Fault(kind="401", method="GET", path=r".*", times=1000))
    stocked.drop_stock({"CEINTURE": 8})
    state = await stocked.stock()
    assert state.is_failed()
    assert "Remedy" in (state.message or "")
    assert stocked.shop.writes == 0


async def test_what_was_confirmed_before_a_run_failed_is_told_as_updated(stocked: World) -> None:
    stocked.write_settings(shop__limits={"max_batch_by_resource": {"stock_availables": 3}})
    stocked.shop.faults.add(Fault(kind="401", method="PATCH", path=r".*", times=1000, skip=5))
    stocked.drop_stock({row["reference"]: 4 for row in stocked.dress(10)})
    state = await stocked.stock()
    assert state.is_failed()
    written = sum(stocked.quantity(row["reference"]) == 4 for row in stocked.dress(10))
    assert 0 < written < 30
    assert stocked.counts() == {"rows_read": 30, "updated": written, "waiting": 30 - written}


async def test_a_product_made_again_under_another_id_gets_its_stock(stocked: World) -> None:
    old = stocked.product("CEINTURE")
    async with httpx.AsyncClient(base_url=stocked.shop.url, auth=(stocked.shop.key, "")) as merchant:
        (await merchant.delete(f"/api/products/{old['id']}")).raise_for_status()
    stocked.shop.insert("products", {"reference": "CEINTURE", "name": {1: "Belt", 2: "Ceinture"}, "price": "5"})
    stocked.drop_stock({"CEINTURE": 8, "ROBE0001-M": 2})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.quantity("CEINTURE") == 8
    assert stocked.counts() == {"rows_read": 2, "updated": 2}


async def test_a_simple_product_that_was_given_combinations_is_a_sum_and_is_not_written(stocked: World) -> None:
    belt = int(stocked.product("CEINTURE")["id"])
    stocked.shop.insert("combinations", {"id_product": belt, "reference": "CEINTURE-90", "quantity": 4})
    stocked.drop_stock({"CEINTURE": 8, "ROBE0001-M": 2})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert stocked.counts() == {"rows_read": 2, "updated": 1, "ignored": 1}
    assert stocked.quantity("CEINTURE-90") == 4


async def test_a_reference_that_another_product_bears_by_now_takes_its_stock_there(stocked: World) -> None:
    """What the ledger has of the row of stock is of the first product, and of the product is of the second."""
    former = int(stocked.product("CEINTURE")["id"])
    stocked.shop.change("products", former, {"reference": "CEINTURE-VIEILLE"})
    new = stocked.shop.insert("products", {"reference": "CEINTURE", "name": {1: "Belt", 2: "Ceinture"}, "price": "5"})
    with Ledger.open(f"sqlite:///{stocked.folder / 'ledger.db'}", snapshots=None) as ledger:
        ledger.confirm(stocked.folder.name, "product", [Link("CEINTURE", new)], run_id=None)
    stocked.drop_stock({"CEINTURE": 8})
    state = await stocked.stock()
    assert state.name == "Completed", state.message
    assert (stocked.quantity("CEINTURE"), stocked.quantity("CEINTURE-VIEILLE")) == (8, 10)


async def test_the_rows_of_simple_products_that_the_ledger_knows_are_not_read_before_they_are_written(
    stocked: World,
) -> None:
    stocked.shop.reset_counts()
    stocked.drop_stock({"CEINTURE": 3})
    await stocked.stock()
    asked = [unquote(target) for method, target, _ in stocked.shop.requests if method == "GET"]
    of_rows = [target.partition("stock_availables?")[2] for target in asked if "stock_availables?" in target]
    has_some, *of_the_product, read_back = of_rows
    assert "sort=[id_product_attribute_DESC]&limit=1" in has_some
    assert of_the_product
    assert all("filter[id_product_attribute]=>[0]" in look for look in of_the_product)
    assert "filter[id]=" in read_back
    assert stocked.quantity("CEINTURE") == 3


async def test_one_list_shows_that_a_shop_has_no_combination_at_all(prefect_api: str, tmp_path: Path) -> None:
    with World.at(tmp_path / "shop") as world:
        world.drop_products({"reference": "CEINTURE"})
        await world.products()
        world.drop_stock({"CEINTURE": 3})
        await world.stock()
        world.shop.reset_counts()
        world.drop_stock({"CEINTURE": 4})
        await world.stock()
        asked = [unquote(target) for method, target, _ in world.shop.requests if method == "GET"]
        has_some, read_back = [target.partition("stock_availables?")[2] for target in asked if "stock_av" in target]
        assert "sort=[id_product_attribute_DESC]&limit=1" in has_some
        assert "filter[id]=" in read_back
        assert world.quantity("CEINTURE") == 4


@pytest.mark.prefect
async def test_a_guard_stops_a_file_that_would_empty_the_shop(stocked: World) -> None:
    path = stocked.drop_stock({row["reference"]: 0 for row in stocked.dress(10)})
    state = await stocked.stock()
    assert state.name == "StoppedByGuard"
    assert path.exists()
    assert stocked.shop.writes == 0
    assert stocked.counts() == {"rows_read": 30, "waiting": 30}
    report = stocked.report()
    assert {tuple(map(tuple, change["changes"])) for change in report["plan"]} == {(("quantity", "10", "0"),)}
    assert report["plan_total"] == 30
    page = max((stocked.folder / "reports").glob("2*.html")).read_text("utf-8")
    assert "What was stopped" in page
    assert "will be tried again" not in page
    assert (await stocked.stock(accept_guard=True)).name == "Completed"


@pytest.mark.prefect
async def test_a_guard_stops_a_file_with_far_fewer_rows(stocked: World) -> None:
    stocked.write_settings(guards={"min_rows_share": 0.5})
    stocked.drop_stock({row["reference"]: 11 for row in stocked.dress(10)[:2]})
    state = await stocked.stock()
    assert state.name == "StoppedByGuard", state.message


async def test_a_shop_restored_from_a_backup_is_repaired_by_since(stocked: World) -> None:
    for row in stocked.shop.rows("stock_availables"):
        stocked.shop.change("stock_availables", int(row["id"]), {"quantity": 99})
    assert (await stocked.stock(since="yesterday")).name == "Completed"
    assert stocked.quantity("CEINTURE") == 10


@pytest.mark.prefect
@pytest.mark.parametrize(("language", "said"), [("en", "is already at work"), ("fr", "est déjà au travail")])
async def test_two_runs_of_one_shop_do_not_overlap(stocked: World, language: str, said: str) -> None:
    stocked.write_settings(shop={"language": language})
    stocked.shop.faults.add(Fault(kind="latency", method="PATCH", path=r".*", times=1, seconds=4.0))
    stocked.drop_stock({"CEINTURE": 8})
    first = asyncio.create_task(stocked.stock())
    while not stocked.shop.faults.struck:  # noqa: ASYNC110 - the shop runs in threads, which set no event of this loop
        await asyncio.sleep(0.01)
    second = await stocked.stock()
    assert (second.name, (await first).name) == ("AlreadyRunning", "Completed")
    assert f"import_stock {said}" in (second.message or "")
    assert str(os.getpid()) in (second.message or "")


@pytest.mark.prefect
async def test_a_dry_run_writes_nothing(stocked: World) -> None:
    path = stocked.drop_stock({"CEINTURE": 8})
    state = await stocked.stock(dry_run=True)
    assert state.name == "Planned"
    assert stocked.shop.writes == 0
    assert path.exists()
    assert stocked.report()["plan"][0]["changes"] == [["quantity", "10", "8"]]


async def test_a_stock_row_of_a_group_that_does_not_share_is_no_row_of_the_shop(world: World) -> None:
    world.drop_products({"reference": "CEINTURE"})
    await world.products()
    [row] = world.shop.rows("stock_availables")
    world.shop.change("stock_availables", int(row["id"]), {"id_shop": 0, "id_shop_group": 1})
    world.drop_stock({"CEINTURE": 4})
    state = await world.stock()
    assert state.name == "CompletedWithRejects"
    assert "no stock row" in world.report()["rejects"][0]["reason"]


async def test_a_shop_alone_in_a_group_that_shares_its_stock_is_written_on_the_groups_row(world: World) -> None:
    world.shop.change("shop_groups", 1, {"share_stock": 1})
    world.drop_products(*world.dress(2), {"reference": "CEINTURE"})
    await world.products()
    world.drop_stock({"CEINTURE": 4, "ROBE0001-M": 3})
    assert (await world.stock()).name == "Completed"
    assert {(row["id_shop"], row["id_shop_group"]) for row in world.shop.rows("stock_availables")} == {("0", "1")}
    assert world.quantity("CEINTURE") == 4
    assert world.shop.count("PATCH", "stock_availables[?]id_shop=1") > 0


async def test_d12_a_shop_without_patch_keeps_its_stock_rows(make_world: Callable[..., World]) -> None:
    world = make_world(profile="1.7.8")
    world.drop_products(*world.dress(2), {"reference": "CEINTURE"})
    await world.products()
    world.drop_stock({"CEINTURE": 4, "ROBE0001-M": 3})
    assert (await world.stock()).name == "Completed"
    assert {int(row["id_shop"]) for row in world.shop.rows("stock_availables")} == {1}
    assert world.quantity("ROBE0001-M") == 3


async def test_the_same_file_again_sets_what_the_shop_could_not_take_the_first_time(world: World) -> None:
    quantities = {"CEINTURE": 4}
    world.drop_stock(quantities)
    await world.stock()
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    world.drop_products({"reference": "CEINTURE"})
    await world.products()
    world.drop_stock(quantities)
    await world.stock()
    assert world.counts() == {"rows_read": 1, "updated": 1}
    assert world.quantity("CEINTURE") == 4
    assert "says the same as the last one" in world.report()["incidents"][0]["reason"]


async def test_a_quantity_that_the_catalogue_overwrote_is_set_again_by_the_same_stock_file(world: World) -> None:
    world.drop_products({"reference": "CEINTURE", "stocks": "1"})
    await world.products()
    world.drop_stock({"CEINTURE": 4})
    await world.stock()
    world.drop_products({"reference": "CEINTURE", "stocks": "2"})
    await world.products()
    world.drop_stock({"CEINTURE": 4})
    await world.stock()
    assert world.quantity("CEINTURE") == 4


async def test_a_refused_file_is_named_where_it_is_told(world: World) -> None:
    (world.folder / "streams" / "stock_comma.csv").write_text("reference,quantity\nCEINTURE,4\n", encoding="utf-8")
    await world.stock()
    [incident] = world.report()["incidents"]
    assert incident["file"] == "stock_comma.csv"


async def test_several_warehouses_are_summed(stocked: World) -> None:
    columns = {"reference": {"index": 0, "object_key": True}, "quantity": {"index": 1}, "warehouse": {"index": 2}}
    stocked.write_specs(stock={"data": columns})
    stocked.write_settings(stock={"warehouses": ["CENTRAL", "PARIS"]})
    told = [("CEINTURE", 3, "CENTRAL"), ("CEINTURE", 4, "PARIS"), ("CEINTURE", 90, "LYON"), ("ROBE0001-M", 1, "PARIS")]
    rows = [dict(zip(columns, row, strict=True)) for row in told]
    stocked._drop("stock", tuple(columns), rows, "stock_z.csv")
    state = await stocked.stock()
    assert (state.name, stocked.quantity("CEINTURE"), stocked.quantity("ROBE0001-M")) == ("CompletedWithRejects", 7, 10)
    assert stocked.counts() == {"rows_read": 4, "updated": 1, "ignored": 2, "rejected": 1}
    stocked.write_settings()
    stocked._drop("stock", tuple(columns), rows, "stock_zz.csv")
    state = await stocked.stock()
    assert state.name == "Failed"
    assert "warehouses" in str(state.message)
