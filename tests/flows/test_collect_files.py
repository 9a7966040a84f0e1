from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.run.state import State
from tests.flows.collect_world import CollectWorld

pytestmark = pytest.mark.prefect


def message(state: State) -> str:
    """What the state says."""
    assert state.message is not None
    return state.message


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[CollectWorld]:
    """A shop without products, whose files come from a folder beside its own."""
    with CollectWorld.at(tmp_path / "boutique") as world:
        world.fetch_from_folder()
        yield world


async def test_files_come_to_their_streams_in_order_of_arrival(world: CollectWorld) -> None:
    world.send("stock_b.csv", minutes=1)
    world.send("stock_a.csv", "reference;quantity\nSAC1;4\n", minutes=2)
    world.send("product_1.csv", minutes=3)
    world.send("readme.txt")
    state = await world.collect()
    assert (state.name, state.message) == (
        "Completed",
        "4 files offered: 3 fetched, 1 of no stream; 0 acknowledged",
    )
    assert world.dropped() == ["stock/stock_b.csv", "stock/stock_a.csv", "product/product_1.csv"]
    assert world.counts() == {"rows_read": 4, "created": 3, "ignored": 1}


async def test_a_second_run_fetches_nothing(world: CollectWorld) -> None:
    world.send("stock.csv")
    await world.collect()
    before = {path: path.stat().st_mtime_ns for path in (world.folder / "streams").rglob("*")}
    state = await world.collect()
    assert state.message == "1 file offered: 1 known; 0 acknowledged"
    assert {
        path: path.stat().st_mtime_ns for path in (world.folder / "streams").rglob("*.csv")
    }.items() <= before.items()


async def test_a_file_is_acknowledged_once_its_import_has_ended_well_and_not_before(world: CollectWorld) -> None:
    sent = world.send("stock.csv")
    await world.collect()
    await world.acknowledge()
    assert sent.exists()
    assert (await world.stock()).name in {"Completed", "CompletedWithRejects"}
    assert sent.exists()
    assert message(await world.acknowledge()) == "0 files offered: none; 1 acknowledged"
    [kept] = world.remote.iterdir()
    assert kept.name.startswith("stock.csv.")
    assert kept.name.endswith(".done")
    assert message(await world.collect()) == "1 file offered: 1 of no stream; 0 acknowledged"
    assert world.dropped() == []


@pytest.mark.parametrize(("after", "left"), [("delete", 0), ("keep", 1)])
async def test_what_becomes_of_a_file_at_its_source_is_a_setting(world: CollectWorld, after: str, left: int) -> None:
    world.fetch_from_folder(after=after)
    world.send("stock.csv")
    await world.collect()
    await world.stock()
    assert message(await world.collect()).endswith("1 acknowledged")
    assert len(list(world.remote.iterdir())) == left
    state = await world.collect()
    assert state.message == (
        "1 file offered: 1 known; 0 acknowledged" if left else "0 files offered: none; 0 acknowledged"
    )
    assert world.dropped() == []


async def test_a_file_that_the_import_refuses_as_a_whole_stays_at_its_source(world: CollectWorld) -> None:
    sent = world.send("stock.csv", "reference\nSAC1\n")
    await world.collect()
    assert (await world.stock()).name == "Failed"
    assert message(await world.collect()) == "1 file offered: 1 known; 0 acknowledged"
    assert sent.exists()


async def test_a_new_version_under_the_same_name_is_a_new_file_and_is_never_deleted_unread(world: CollectWorld) -> None:
    world.fetch_from_folder(after="delete")
    world.send("stock.csv")
    await world.collect()
    await world.stock()
    sent = world.send("stock.csv", "reference;quantity\nSAC1;9\n", minutes=5)
    state = await world.acknowledge()
    assert message(state).endswith("1 acknowledged")
    assert sent.exists()
    assert message(await world.collect()) == "1 file offered: 1 fetched; 0 acknowledged"
    assert world.dropped() == ["stock/stock.csv"]


async def test_two_versions_of_one_name_both_wait_for_their_import(world: CollectWorld) -> None:
    world.send("stock.csv")
    await world.collect()
    world.send("stock.csv", "reference;quantity\nSAC1;9\n", minutes=5)
    await world.collect()
    assert world.dropped() == ["stock/stock.csv", "stock/stock.csv"]


async def test_a_dry_run_fetches_nothing_and_says_what_would_be(world: CollectWorld) -> None:
    world.send("stock.csv")
    state = await world.collect(dry_run=True)
    assert state.name == "Planned"
    assert world.report()["files"][0]["status"] == "to fetch"
    assert world.dropped() == []
    assert message(await world.collect()).startswith("1 file offered: 1 fetched")


async def test_since_fetches_again_what_the_source_still_has(world: CollectWorld) -> None:

    world.fetch_from_folder(after="keep")
    world.send("stock.csv")
    world.send("stock_old.csv", "reference;quantity\nSAC1;1\n", minutes=-3 * 1440)
    await world.collect()
    await world.stock()
    state = await world.collect(since="2026-11-20")
    assert state.message == "2 files offered: 1 fetched, 1 known; 2 acknowledged"
    assert world.dropped() == ["stock/stock.csv"]


async def test_a_source_that_is_away_does_not_stop_the_others_and_is_told(world: CollectWorld) -> None:
    share = {"stable_seconds": 0.0}
    world.fetch_from(
        "folder",
        share | {"name": "away", "folder": str(world.remote / "nowhere")},
        share | {"name": "share", "folder": str(world.remote)},
    )
    world.send("stock.csv")
    state = await world.collect()
    assert state.name == "Failed"
    assert "away: folder, list" in message(state)
    assert "mounted" in message(state)
    assert world.dropped() == ["stock/stock.csv"]
    assert ("error", "source_failed") in world.incidents()


async def test_without_sources_the_run_says_so(world: CollectWorld) -> None:
    world.write_settings()
    state = await world.collect()
    assert state.name == "Completed"
    assert world.incidents() == [("info", "no_source")]


async def test_a_stream_that_does_not_exist_is_a_fault_of_the_settings(world: CollectWorld) -> None:
    world.fetch_from_folder(streams=["stocks"])
    state = await world.collect()
    assert state.name == "Failed"
    assert "there is no stream stocks" in message(state)


async def test_a_source_may_give_the_files_of_one_stream_under_any_name(world: CollectWorld) -> None:
    world.fetch_from_folder(streams=["stock"])
    world.send("export 2026.csv")
    await world.collect()
    assert world.dropped() == ["stock/export 2026.csv"]
    assert (await world.stock()).name in {"Completed", "CompletedWithRejects"}
    assert world.dropped() == []


async def test_a_file_waits_for_its_marker_and_both_are_acknowledged(world: CollectWorld) -> None:
    world.fetch_from_folder(complete="marker", after="delete")
    world.send("stock.csv")
    state = await world.collect()
    assert state.message == "1 file offered: 1 waiting; 0 acknowledged"
    assert world.incidents() == [("retry", "file_marker_missing")]
    world.send("stock.csv.ok", "")
    await world.collect()
    await world.stock()
    await world.acknowledge()
    assert list(world.remote.iterdir()) == []


async def test_where_imports_wait_for_markers_a_fetched_file_has_one(world: CollectWorld) -> None:
    source = {"name": "share", "folder": str(world.remote), "stable_seconds": 0.0}
    world.fetch_from("folder", source, files={"complete": "marker"})
    world.send("stock.csv")
    await world.collect()
    assert (await world.stock()).name in {"Completed", "CompletedWithRejects"}
    assert not any(path.is_file() for path in (world.folder / "streams").rglob("*"))


async def test_a_file_that_still_grows_is_left_for_the_next_run(world: CollectWorld) -> None:
    import asyncio  # noqa: PLC0415

    world.fetch_from_folder(stable_seconds=0.5)
    path = world.send("stock.csv")

    async def grow() -> None:
        for _ in range(50):
            with path.open("a") as file:
                file.write("SAC2;1\n")
            await asyncio.sleep(0.02)

    growing = asyncio.create_task(grow())
    state = await world.collect()
    await growing
    assert state.message == "1 file offered: 1 waiting; 0 acknowledged"
    assert world.incidents() == [("retry", "file_still_written")]
    assert message(await world.collect()).startswith("1 file offered: 1 fetched")


async def test_a_file_larger_than_agreed_is_told_and_not_fetched(world: CollectWorld) -> None:
    world.fetch_from_folder(max_bytes=10)
    world.send("stock.csv")
    state = await world.collect()
    assert (state.name, world.dropped()) == ("CompletedWithRejects", [])
    assert world.incidents() == [("error", "fetch_too_large")]


async def test_a_file_that_may_not_be_read_does_not_stop_the_others(world: CollectWorld) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    world.send("stock_1.csv").chmod(0)
    world.send("stock_2.csv", minutes=1)
    state = await world.collect()
    assert (state.name, world.dropped()) == ("CompletedWithRejects", ["stock/stock_2.csv"])


async def test_a_link_at_the_source_is_not_followed(world: CollectWorld, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("secret", encoding="utf-8")
    (world.remote / "stock.csv").symlink_to(secret)
    assert message(await world.collect()) == "0 files offered: none; 0 acknowledged"


async def test_a_stream_folder_that_leads_out_of_the_drop_folder_takes_nothing(
    world: CollectWorld, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (world.folder / "streams" / "stock").symlink_to(outside)
    world.send("stock.csv")
    state = await world.collect()
    assert state.name == "Failed"
    assert "leads out of the drop folder" in message(state)
    assert list(outside.iterdir()) == []


async def test_the_report_speaks_of_files_in_the_language_of_the_shop(world: CollectWorld) -> None:
    source = {"name": "share", "folder": str(world.remote), "stable_seconds": 0.0}
    world.fetch_from("folder", source, shop={"language": "fr"})
    world.send("stock.csv")
    await world.collect()
    [page] = (world.folder / "reports").glob("2*.html")
    told = page.read_text(encoding="utf-8")
    assert "1 fichier proposé, 1 retrouvé" in told
    assert "lignes lues" not in told


async def test_a_french_shop_reads_in_french_what_was_fetched(world: CollectWorld) -> None:
    settings = world.folder / "settings.toml"
    settings.write_text(settings.read_text("utf-8").replace('language = "en"', 'language = "fr"'), encoding="utf-8")
    world.send("stock.csv")
    assert message(await world.collect()).startswith("Fichiers proposés par les sources\u00a0: 1 (récupérés\u00a0: 1)")
