"""What a run replaced stands in the shop again, but for what people changed since; and it stays until files differ."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.ledger import Ledger
from deployments.cli import answer
from deployments.sandbox.shop.faults import Fault
from flows.import_customers import import_customers
from flows.import_specific_prices import import_specific_prices
from flows.undo import undo
from tasks.run import step_tasks
from tasks.run.state import State
from tests.flows.beginnings import Beginnings
from tests.flows.discounts import discount
from tests.flows.flat_world import FlatWorld
from tests.flows.running import final_state
from tests.flows.test_check_stock import by_hand, sell
from tests.flows.test_customers import account, customer
from tests.flows.world import World


@pytest.fixture
async def sold(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop that sells six combinations and a belt, whose quantities are the ERP's."""
    async with beginnings.copy(FlatWorld, _sold, tmp_path) as world:
        yield world


async def _sold(world: FlatWorld) -> None:
    world.drop_products(*world.dress(2), BELT)
    await world.products()
    world.drop_stock({"CEINTURE": 5, "ROBE0001-M": 4})
    await world.stock()


BELT = {"reference": "CEINTURE", "price": "100", "name": "Ceinture", "ean13": "2000000000008"}


def last_run(world: World) -> str:
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        return str(ledger.runs(world.folder.name, limit=1)["run_id"][0])


async def undone(world: World, run: str = "", **asked: Any) -> State:
    return await final_state(undo, str(world.folder), run=run or last_run(world), **asked)


def rows_of(world: World) -> dict[str, list[dict[str, Any]]]:
    """All that the shop has of its articles, without the dates of change."""
    kinds = ("products", "combinations", "stock_availables", "specific_prices", "customers")
    return {
        kind: sorted(
            ({k: v for k, v in row.items() if k not in {"date_upd", "date_add"}} for row in world.shop.rows(kind)),
            key=lambda row: int(row["id"]),
        )
        for kind in kinds
    }


async def test_quantities_are_put_back_and_stay_until_the_file_says_something_else(sold: FlatWorld) -> None:
    before = rows_of(sold)
    sold.drop_stock({"CEINTURE": 0, "ROBE0001-M": 90})
    await sold.stock()
    run = last_run(sold)
    state = await undone(sold, run, dry_run=True)
    assert (state.name, sold.quantity("CEINTURE")) == ("Planned", 0)
    state = await undone(sold, run)
    assert state.name == "Completed", state.message
    assert rows_of(sold) == before
    assert sold.counts() == {"rows_read": 2, "updated": 2}
    sold.shop.reset_counts()
    again = await undone(sold, run)
    assert (again.name, sold.shop.writes, sold.counts()) == ("Completed", 0, {"rows_read": 2, "unchanged": 2})
    sold.drop_stock({"CEINTURE": 0, "ROBE0001-M": 90})
    await sold.stock()
    assert (sold.shop.writes, sold.counts()) == (0, {"rows_read": 2, "ignored": 2})
    sold.drop_stock({"CEINTURE": 1, "ROBE0001-M": 90})
    await sold.stock()
    assert (sold.quantity("CEINTURE"), sold.quantity("ROBE0001-M")) == (1, 4)
    sold.drop_stock({"CEINTURE": 0, "ROBE0001-M": 90})
    await sold.stock()
    assert (sold.quantity("CEINTURE"), sold.quantity("ROBE0001-M")) == (0, 4)


async def test_a_quantity_comes_back_less_what_was_sold_and_one_counted_by_hand_is_left(sold: FlatWorld) -> None:
    sold.drop_stock({"CEINTURE": 50, "ROBE0001-M": 90})
    await sold.stock()
    sell(sold, "CEINTURE", 2)
    by_hand(sold, "ROBE0001-M", 33)
    state = await undone(sold)
    assert state.name == "Completed", state.message
    assert (sold.quantity("CEINTURE"), sold.quantity("ROBE0001-M")) == (3, 33)
    assert sold.counts() == {"rows_read": 2, "updated": 1, "ignored": 1}
    [left] = [each for each in sold.report()["incidents"] if each["level"] == "error"]
    assert (left["key"], "90 / 33" in left["reason"]) == ("ROBE0001-M", True)


async def test_what_two_undos_put_back_one_after_the_other_stays(sold: FlatWorld) -> None:
    sold.drop_stock({"CEINTURE": 50})
    await sold.stock()
    older = last_run(sold)
    sold.drop_stock({"CEINTURE": 60})
    await sold.stock()
    newer = last_run(sold)
    for run, there in ((newer, 50), (older, 5)):
        assert (await undone(sold, run)).name == "Completed"
        assert sold.quantity("CEINTURE") == there
    of_older = last_run(sold)
    sold.drop_stock({"CEINTURE": 60})
    await sold.stock()
    assert (sold.quantity("CEINTURE"), sold.counts()) == (5, {"rows_read": 1, "ignored": 1})
    assert (await undone(sold, of_older)).name == "Completed"
    assert sold.quantity("CEINTURE") == 50
    sold.drop_stock({"CEINTURE": 60})
    await sold.stock()
    assert (sold.quantity("CEINTURE"), sold.counts()) == (50, {"rows_read": 1, "ignored": 1})
    sold.drop_stock({"CEINTURE": 61})
    await sold.stock()
    assert sold.quantity("CEINTURE") == 61


async def test_a_piece_that_is_sold_while_an_undo_is_under_way_is_not_put_back_on_sale(sold: FlatWorld) -> None:
    sold.drop_stock({"CEINTURE": 50, "ROBE0001-M": 90})
    await sold.stock()
    run = last_run(sold)
    sell(sold, "ROBE0001-M", 1)
    sold.shop.faults.meanwhile(lambda: sell(sold, "CEINTURE", 2), method="GET", path="order_details")
    state = await undone(sold, run)
    assert state.name == "Completed", state.message
    assert (sold.quantity("CEINTURE"), sold.quantity("ROBE0001-M")) == (48, 3)
    assert sold.counts() == {"rows_read": 2, "updated": 1, "ignored": 1}
    [left] = [each for each in sold.report()["incidents"] if each["level"] == "error"]
    assert (left["key"], "50 / 48" in left["reason"]) == ("CEINTURE", True)
    links = sold.links("stock")
    assert not links.filter(links["erp_key"] == "CEINTURE")["in_doubt"].any()
    assert (await undone(sold, run)).name == "Completed"
    assert (sold.quantity("CEINTURE"), sold.quantity("ROBE0001-M")) == (3, 3)


async def test_quantities_that_a_first_try_put_back_are_not_taken_for_sold_by_the_second(
    sold: FlatWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step_tasks, "RETRY_SECONDS", (0.0,) * step_tasks.RETRIES)
    sold.write_settings(shop__limits={"patience_seconds": 0.05, "settle_seconds": 0.0})
    sold.drop_stock({"CEINTURE": 50, "ROBE0001-M": 90})
    await sold.stock()
    # The plan and the write read them first; what was written is not read back.
    sold.shop.faults.add(Fault("503", method="GET", path="stock_availables", skip=2, times=2))
    state = await undone(sold)
    assert state.name == "Completed", state.message
    assert (sold.quantity("CEINTURE"), sold.quantity("ROBE0001-M")) == (5, 4)
    assert sold.counts() == {"rows_read": 2, "updated": 2}


@pytest.mark.slow
async def test_without_hold_the_next_run_writes_the_file_again(sold: FlatWorld) -> None:
    sold.drop_stock({"CEINTURE": 1})
    await sold.stock()
    await undone(sold, hold=False)
    assert sold.quantity("CEINTURE") == 5
    sold.drop_stock({"CEINTURE": 1})
    await sold.stock()
    assert sold.quantity("CEINTURE") == 1


async def test_products_are_as_before_and_an_undo_can_be_undone(sold: FlatWorld) -> None:
    before = rows_of(sold)
    dearer = [row | {"price": "99.90", "name": "Other", "nameFR": "Autre"} for row in sold.dress(2)]
    changed = BELT | {"price": "80", "active": "0"}
    sold.drop_products(*dearer, changed, {"reference": "GANT", "price": "15"})
    state = await sold.products()
    assert state.name == "Completed", state.message
    wrong, run = rows_of(sold), last_run(sold)
    state = await undone(sold, run, accept_guard=True)
    assert state.name == "Completed", state.message
    assert sold.product("GANT")["active"] == "0"
    glove = int(sold.product("GANT")["id"])
    assert {kind: [row for row in rows if not _is_of(row, glove)] for kind, rows in rows_of(sold).items()} == before
    sold.shop.reset_counts()
    sold.drop_products(*dearer, changed, {"reference": "GANT", "price": "15"})
    await sold.products()
    assert (sold.shop.writes, sold.counts()) == (0, {"rows_read": 8, "ignored": 8})
    with Ledger.open(f"sqlite:///{sold.folder / 'ledger.db'}") as ledger:
        runs = ledger.runs(sold.folder.name)
    state = await undone(sold, str(runs.filter(runs["flow"] == "undo")["run_id"][0]), accept_guard=True)
    assert state.name == "Completed", state.message
    assert rows_of(sold) == wrong
    sold.shop.reset_counts()
    sold.drop_products(*dearer, changed, {"reference": "GANT", "price": "15"})
    await sold.products()
    assert (sold.shop.writes, sold.counts()) == (0, {"rows_read": 8, "unchanged": 8})


def _is_of(row: dict[str, Any], number: int) -> bool:
    return int(row.get("id_product", row["id"])) == number and ("id_product" in row or row.get("reference") == "GANT")


async def test_what_a_person_changed_since_is_left_with_the_prices_beside_it(sold: FlatWorld) -> None:
    sold.drop_products(*(row | {"price": "99.90"} for row in sold.dress(2)), BELT | {"price": "80"})
    await sold.products()
    dress = int(sold.product("ROBE0001")["id"])
    sold.shop.change("products", dress, {"price": "70.000000"})
    state = await undone(sold, accept_guard=True)
    assert state.name == "Completed", state.message
    assert float(sold.product("ROBE0001")["price"]) == 70
    assert float(sold.product("CEINTURE")["price"]) == 100
    assert float(sold.product("ROBE0000")["price"]) == 20.9


@pytest.mark.slow
async def test_a_closed_combination_is_on_sale_again(sold: FlatWorld) -> None:
    before = rows_of(sold)
    rows = [row | {"stocks": ""} for row in sold.dress(2)]
    closed = [row | {"active": "0"} if row["reference"] == "ROBE0001-M" else row for row in rows]
    sold.drop_products(*closed, BELT)
    await sold.products()
    assert sold.quantity("ROBE0001-M") == 0
    await undone(sold)
    assert rows_of(sold) == before
    sold.shop.reset_counts()
    sold.drop_products(*closed, BELT)
    await sold.products()
    assert (sold.shop.writes, sold.quantity("ROBE0001-M")) == (0, 4)
    sold.drop_stock({"ROBE0001-M": 6})
    await sold.stock()
    assert sold.quantity("ROBE0001-M") == 6


@pytest.mark.slow
async def test_discounts_that_a_run_changed_made_and_deleted_are_as_before(sold: FlatWorld) -> None:
    sold.specify(specificprice={"absentRows": "deactivate"})
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0001-M"))
    await sold.run(import_specific_prices)
    before = [{k: v for k, v in row.items() if k != "id"} for row in sold.shop.rows("specific_prices")]
    rows = (discount("CEINTURE", reduction="50"), discount("ROBE0000-M"))
    sold.drop("specificprice", *rows)
    state = await sold.run(import_specific_prices, accept_guard=True)
    assert sold.counts() == {"rows_read": 2, "updated": 1, "created": 1}, state.message
    state = await undone(sold, accept_guard=True)
    assert state.name == "Completed", state.message
    assert sold.counts() == {"rows_read": 3, "updated": 1, "created": 1, "deactivated": 1}
    now = [{k: v for k, v in row.items() if k != "id"} for row in sold.shop.rows("specific_prices")]
    assert sorted(now, key=str) == sorted(before, key=str)
    sold.shop.reset_counts()
    sold.drop("specificprice", *rows)
    await sold.run(import_specific_prices, accept_guard=True)
    assert (sold.shop.writes, sold.counts()) == (0, {"rows_read": 2, "ignored": 2})


async def test_a_discount_that_a_person_deleted_since_is_not_made_again_by_the_next_file(sold: FlatWorld) -> None:
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0000-M"))
    await sold.run(import_specific_prices)
    belt = next(row for row in sold.shop.rows("specific_prices") if row["id_product_attribute"] in {0, "0"})
    sold.shop.remove("specific_prices", int(belt["id"]))
    state = await undone(sold, accept_guard=True)
    assert state.name == "Completed", state.message
    assert sold.counts() == {"rows_read": 2, "unchanged": 1, "deactivated": 1}
    assert sold.shop.rows("specific_prices") == []
    sold.drop("specificprice", discount("CEINTURE"), discount("ROBE0000-M"))
    await sold.run(import_specific_prices)
    assert (sold.counts(), sold.shop.rows("specific_prices")) == ({"rows_read": 2, "ignored": 2}, [])


async def test_accounts_are_as_before_and_nothing_of_them_is_readable_at_rest(flat_world: FlatWorld) -> None:
    world = flat_world
    known = {"default_group": ""}
    (world.folder / "associations.toml").write_text("[titles]\nMME = 2\n", encoding="utf-8")
    world.drop("customer", customer("C1", **known))
    await world.run(import_customers)
    before = account(world, "c1@lab.test")
    world.drop("customer", customer("C1", firstname="Zygomatique", **known), customer("C2", **known))
    await world.run(import_customers)
    state = await undone(world)
    assert state.name == "Completed", state.message
    assert account(world, "c1@lab.test")["firstname"] == before["firstname"]
    assert account(world, "c2@lab.test")["active"] == "0"
    private = (b"Zygomatique", b"Clotilde", b"lab.test")
    assert [name for name, held in world.files_at_rest().items() if any(word in held for word in private)] == []


async def test_an_account_that_was_there_before_the_run_could_make_it_stays_open(flat_world: FlatWorld) -> None:
    world = flat_world
    (world.folder / "associations.toml").write_text("[titles]\nMME = 2\n", encoding="utf-8")
    rows = [customer(code, default_group="") for code in ("C1", "C2")]
    world.drop("customer", *rows)
    await world.run(import_customers)
    # As where somebody opens an account while the run is on its way to it: the run takes it over.
    theirs = account(world, "c1@lab.test")
    early = datetime.fromisoformat(theirs["date_add"]) - timedelta(minutes=10)
    world.shop.change("customers", int(theirs["id"]), {"date_add": early.isoformat(sep=" ")})
    assert (await undone(world, accept_guard=True)).name == "Completed"
    assert [account(world, f"{each}@lab.test")["active"] for each in ("c1", "c2")] == ["1", "0"]
    [question] = [each for each in world.report()["incidents"] if each["level"] == "error"]
    assert question["key"] == "C1"


async def test_an_undo_that_was_cut_off_is_finished_by_the_next(sold: FlatWorld) -> None:
    before = rows_of(sold)
    sold.drop_stock({"CEINTURE": 1, "ROBE0001-M": 90})
    await sold.stock()
    run = last_run(sold)
    # The key is taken away between the write and its read-back.
    sold.shop.faults.add(Fault("401", method="GET", path="stock_availables", skip=2))
    assert (await undone(sold, run)).name == "Failed"
    assert rows_of(sold) == before
    assert sold.links("stock")["in_doubt"].any()
    state = await undone(sold, run)
    assert state.name == "Completed", state.message
    assert rows_of(sold) == before
    assert sold.links("stock").filter(sold.links("stock")["in_doubt"]).is_empty()
    sold.shop.reset_counts()
    sold.drop_stock({"CEINTURE": 1, "ROBE0001-M": 90})
    await sold.stock()
    assert (sold.shop.writes, sold.counts()) == (0, {"rows_read": 2, "ignored": 2})


@pytest.mark.slow
def test_the_command_shows_the_plan_first_and_says_what_cannot_be_undone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = str(world.folder)
    world.drop_products({"reference": "A"})
    assert answer(["run", "import_products", shop]) == 0
    world.drop_products({"reference": "A", "price": "12"})
    assert answer(["run", "import_products", shop]) == 0
    run = last_run(world)[:8]
    capsys.readouterr()
    assert answer(["undo", run, "--shop", shop]) == 0
    printed = capsys.readouterr().out
    assert "switched off, not deleted" in printed
    assert "Held afterwards" in printed
    assert "12.00 → 10.00 (-17%)" in printed
    assert "--yes" in printed
    assert float(world.product("A")["price"]) == 12
    assert answer(["undo", run, "--shop", shop, "--yes"]) == 0
    assert float(world.product("A")["price"]) == 10
    assert answer(["undo", "ffffffffffff", "--shop", shop]) == 2
    assert answer(["run", "import_images", shop]) in {0, 1}
    capsys.readouterr()
    assert answer(["undo", last_run(world), "--shop", shop]) == 1
    assert "pictures" in capsys.readouterr().out


async def test_values_are_not_kept_where_the_settings_say_so(world: World) -> None:
    world.write_settings(undo={"keep_days": 0})
    world.drop_products({"reference": "A"})
    await world.products()
    state = await undone(world)
    assert state.name == "Failed"
    assert "keep_days" in str(state.message)
