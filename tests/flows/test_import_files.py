from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName
from prefect.client.schemas.sorting import FlowRunSort

from connectors.files.folder import files_of_no_stream
from flows.import_files import import_files
from flows.import_stores import import_stores
from schemas.flows import FLOWS
from schemas.run_parts import chain_of
from tasks.run.chain import Chain, carried_out_as_one
from tasks.run.part_of import as_part
from tasks.run.run import Asked
from tasks.run.shop_folder import open_shop_folder
from tasks.run.state import State, completed
from tasks.run.step_tasks import through_prefect
from tests.flows.collect_world import CollectWorld
from tests.flows.flat_world import BY_FILE, FlatWorld

pytestmark = pytest.mark.prefect


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[CollectWorld]:
    """A shop without products, whose files come from a folder beside its own."""
    with CollectWorld.at(tmp_path / "boutique") as world:
        world.fetch_from_folder(after="delete")
        yield world


@pytest.fixture(autouse=True)
def _prefects_sockets() -> Iterator[None]:
    """Those that flows within a flow leave are collected here, where their warning is awaited, and not at the end."""
    yield
    gc.collect()


async def chained(world: CollectWorld, **asked: Any) -> State:
    return await through_prefect(import_files, str(world.folder), **asked)


def send_products(world: CollectWorld, name: str = "product.csv", minutes: int = 0, **row: str) -> Path:
    """A product file at the source, written like those that are dropped by hand."""
    dropped = world.drop_products({"reference": "SAC1", "name": "Sac"} | row)
    sent = world.send(name, dropped.read_text(encoding="utf-8"), minutes)
    dropped.unlink()
    return sent


async def test_what_the_erp_sent_is_in_the_shop_and_gone_from_its_source(world: CollectWorld) -> None:
    # The stock comes first, and is still imported after the products it is of.
    world.send("stock.csv", minutes=-5)
    send_products(world)
    state = await chained(world)
    assert (state.name, list(world.remote.iterdir()), world.dropped()) == ("Completed", [], [])
    assert world.quantity("SAC1") == 3


async def test_a_second_chain_writes_nothing(world: CollectWorld) -> None:
    send_products(world)
    await chained(world)
    world.shop.reset_counts()
    state = await chained(world)
    assert (state.name, world.shop.writes) == ("Completed", 0)
    assert "product" not in (state.message or "")


async def test_what_stands_on_a_stream_that_failed_waits_and_the_message_says_so(world: CollectWorld) -> None:
    sent = world.send("product.csv", "one column\nX\n")
    stock = world.send("stock.csv")
    state = await chained(world)
    assert state.name == "Failed"
    assert "product: Failed" in (state.message or "")
    assert "stock: its files wait, because of product" in (state.message or "")
    assert sent.exists()
    assert stock.exists()
    assert world.dropped() == ["stock/stock.csv"]


async def test_a_source_that_is_away_does_not_keep_dropped_files_from_being_imported(world: CollectWorld) -> None:
    world.fetch_from_folder(folder=str(world.remote / "nowhere"))
    world.drop_products({"reference": "SAC1"})
    state = await chained(world)
    assert state.name == "Failed"
    assert "files: Failed" in (state.message or "")
    assert world.product("SAC1")


async def test_a_dry_run_plans_what_is_here_and_moves_nothing(world: CollectWorld) -> None:
    sent = send_products(world)
    world.drop_products({"reference": "SAC2"})
    state = await chained(world, dry_run=True)
    assert (state.name, world.shop.writes) == ("Planned", 0)
    assert sent.exists()


async def test_a_folder_that_is_not_a_shop_is_told(tmp_path: Path, prefect_api: str) -> None:
    state = await import_files(str(tmp_path / "nowhere"), return_state=True)
    assert state.name == "Failed"
    assert "passerelle init" in (state.message or "")


async def test_statuses_of_returns_that_come_by_file_are_imported_too(tmp_path: Path, prefect_api: str) -> None:
    with FlatWorld.at(tmp_path / "boutique", module=True) as world:
        world.specify(orderReturnStatus=BY_FILE)
        world.shop.insert("order_returns", {"id_customer": 1, "id_order": 1, "state": 1})
        world.drop_returns(("1", "ReturnValidated"))
        state = await import_files(str(world.folder), return_state=True)
        assert state.name == "Completed", state.message
        assert "orderReturnStatus: Completed" in (state.message or "")
        assert [int(row["state"]) for row in world.shop.rows("order_returns")] == [2]


async def test_a_stream_that_is_switched_off_is_left_out(world: CollectWorld) -> None:
    world.write_specs(stock={"enabled": False})
    world.drop_products({"reference": "SAC1"})
    world.drop_stock({"SAC1": 3})
    state = await chained(world)
    assert state.name == "Completed", state.message
    assert "stock" not in (state.message or "")


async def test_a_run_of_a_stream_that_is_switched_off_says_so_and_is_no_failure(world: CollectWorld) -> None:
    world.write_specs(stock={"enabled": False})
    state = await world.stock()
    assert (state.name, world.shop.writes) == ("Completed", 0)
    assert state.message == (
        'The stream stock is switched off in import.json ("enabled": false): nothing was done. '
        'If it is to run, set its "enabled" to true.'
    )


async def test_a_stream_that_is_not_there_at_all_is_a_fault(world: CollectWorld) -> None:
    state = await import_stores(str(world.folder), return_state=True)
    assert state.name == "Failed"
    assert "the stream is not there" in (state.message or "")


async def test_a_file_that_no_stream_takes_is_named(world: CollectWorld) -> None:
    drop = world.folder / "streams"
    (drop / "product").mkdir()
    for name in ("articles.csv", "product/catalogue.xlsx", "product_1.csv", ".hidden.csv", "product.csv.part"):
        (drop / name).write_text("x", encoding="utf-8")
    folder = open_shop_folder(world.folder)
    assert files_of_no_stream(folder.drop, tuple(folder.imports.streams.values())) == [
        "articles.csv",
        "product/catalogue.xlsx",
    ]
    state = await chained(world, dry_run=True)
    assert "articles.csv lies in the drop folder and belongs to no stream" in (state.message or "")


async def test_the_chain_is_one_run_of_the_ledger_with_the_rows_of_its_parts(world: CollectWorld) -> None:
    world.drop_products({"reference": "SAC1"}, {"reference": "SAC2"})
    world.drop_stock({"SAC1": 3})
    await chained(world)
    with open_shop_folder(world.folder).open_ledger() as ledger:
        runs = {run["flow"]: run for run in ledger.runs("boutique").iter_rows(named=True)}
    whole = runs["import_files"]
    assert (whole["state"], whole["rows_read"]) == ("Completed", 3)
    assert json.loads(whole["counts"])["created"] == 2
    assert "product: Completed" in whole["message"]
    assert {chain_of(runs[name]) for name in runs.keys() - {"import_files"}} == {whole["run_id"]}


async def test_the_chain_has_one_report_with_what_those_of_its_parts_say_and_runs_are_named_by_shop(
    world: CollectWorld,
) -> None:
    world.drop_products({"reference": "SAC1"}, {"reference": "SAC2", "price": "much"})
    world.drop_stock({"SAC1": 3})
    await chained(world)
    (page,) = (world.folder / "reports").glob("*-import-files-*.html")
    told = json.loads(page.with_suffix(".json").read_text("utf-8"))
    assert [part["part"] for part in told["parts"]] == ["files", "product", "stock", "acknowledged"]
    assert [Path(part["page"]).suffix for part in told["parts"]] == [".html", ".html", ".html", ""]
    assert (told["state"], told["counts"]["rejected"], len(told["files"])) == ("CompletedWithRejects", 1, 2)
    assert [reject["key"] for reject in told["rejects"]] == ["SAC2"]
    assert "import-products" in page.read_text("utf-8")
    named = {"boutique import_files", "boutique import_products"}
    async with get_client() as client:
        runs = [
            run
            for name in named
            for run in await client.read_flow_runs(
                flow_run_filter=FlowRunFilter(name=FlowRunFilterName(any_=[name])), sort=FlowRunSort.START_TIME_DESC
            )
        ]
    assert {run.name for run in runs if run.parameters["shop"] == str(world.folder)} == named


async def test_what_else_ran_meanwhile_is_no_part_of_the_chain_however_often(world: CollectWorld) -> None:
    folder = open_shop_folder(world.folder)

    async def steps(chain: Chain) -> None:
        with folder.open_ledger() as ledger:
            for _ in range(60):
                ledger.finish_run(
                    ledger.start_run("boutique", "answer_requests", {}), "Completed", {"updated": 1}, "", None
                )
            for rows, parameters in ((3, as_part()), (40, {})):
                run_id = ledger.start_run("boutique", "import_stock", parameters)
                ledger.finish_run(run_id, "Completed", {"rows_read": rows}, "", None)
        chain.states["stock"] = completed("Completed")

    state = await carried_out_as_one(steps, Asked(FLOWS["import_files"], str(world.folder)), folder)
    assert state.name == "Completed"
    with folder.open_ledger() as ledger:
        [whole] = ledger.runs("boutique").filter(pl.col("flow") == "import_files").iter_rows(named=True)
    assert (whole["state"], json.loads(whole["counts"])) == ("Completed", {"rows_read": 3})


async def test_a_chain_beside_another_one_does_not_start(world: CollectWorld) -> None:
    world.drop_products({"reference": "SAC1"})
    with open_shop_folder(world.folder).open_ledger() as ledger, ledger.lease("boutique", "import_files"):
        state = await chained(world)
    assert (state.name, world.shop.rows("products")) == ("AlreadyRunning", [])


async def test_a_french_shop_reads_in_french_how_each_part_ended(world: CollectWorld) -> None:
    world.fetch_from_folder(after="keep")
    settings = world.folder / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace('language = "en"', 'language = "fr"'), encoding="utf-8")
    world.send("product.csv", "une colonne\nX\n")
    world.send("stock.csv")
    state = await chained(world)
    assert "produits\u00a0: Échec" in (state.message or "")
    assert "stock\u00a0: ses fichiers attendent, à cause de\u00a0: produits" in (state.message or "")
