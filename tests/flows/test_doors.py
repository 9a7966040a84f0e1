"""What runs write is their owner's alone; names from the drop folder cannot disturb a terminal, a log or a stream."""

from __future__ import annotations

import csv
import json
import os

import pytest

from connectors.files.private import open_to_others
from connectors.ledger import Ledger
from tasks.check.shop import check_shop
from tests.flows.order_world import OrderWorld
from tests.flows.world import World

WRITTEN = ("reports", "rejects", "archives", ".work", ".snapshots", "ledger.db")
FOUL = "product\x1b[2J\n\u202e 1.csv"


@pytest.fixture(autouse=True)
def _lax_machine() -> None:
    """Whatever the machine's rule, and whoever started us."""
    os.umask(0o022)


async def test_what_a_run_writes_is_its_owner_s_alone(world: World) -> None:
    world.drop_products({"reference": "A"}, {"reference": "B", "price": "no price"})
    for path in (world.folder / "streams").rglob("*.csv"):
        path.chmod(0o644)
    state = await world.products()
    assert state.name == "CompletedWithRejects"
    written = [world.folder / name for name in WRITTEN]
    assert all(path.exists() for path in written)
    assert [path for each in written for path in open_to_others(each)] == []
    assert [path for path in world.folder.rglob("*.csv") if path.stat().st_mode & 0o077] == []


async def test_unverified_certificates_are_told_at_every_run(world: World) -> None:
    settings = world.folder / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[shop]\n", "[shop]\nverify_tls = false\n", 1), encoding="utf-8")
    for _ in range(2):
        await world.products()
        told = [one for one in world.report()["incidents"] if "verify_tls" in one["reason"]]
        assert [one["level"] for one in told] == ["error"]
        assert "verify_tls = true" in told[0]["remedy"]


@pytest.mark.parametrize(
    "name", ["product" + "x" * 244 + ".csv", "product" + "é" * 122 + ".csv", FOUL, os.fsdecode(b"product\xe9t\xe9.csv")]
)
async def test_no_file_name_holds_up_its_stream(world: World, name: str) -> None:
    path = world.drop_products({"reference": "A"}, {"reference": "B", "price": "no price"})
    foul = path.with_name(name)
    path.rename(foul)
    state = await world.products()
    assert state.name == "CompletedWithRejects", state.message
    assert not foul.exists()
    [told] = world.report()["files"]
    assert told["status"] == "done"
    assert told["name"].isprintable()
    assert (world.folder / told["archived_as"]).is_file()
    assert (world.folder / told["rejects_file"]).is_file()
    assert all(len(os.fsencode(path.name)) <= 255 for path in world.folder.rglob("*"))
    said = json.dumps(world.report(), ensure_ascii=False) + (state.message or "")
    assert "\x1b" not in said
    assert "\u202e" not in said
    world.drop_products({"reference": "A"})
    again = await world.products()
    assert again.name == "Completed", again.message


@pytest.mark.prefect
async def test_a_foul_name_that_is_refused_or_of_no_stream_is_cleaned_as_well(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    streams = world.folder / "streams"
    (streams / FOUL).write_bytes(b"\x00\x01\x02" * 100)
    (streams / f"nobody {FOUL}").write_bytes(b"a;b\n")
    state = await world.products()
    said = json.dumps(world.report(), ensure_ascii=False) + (state.message or "") + caplog.text
    assert not {"\x1b", "\u202e"} & set(said)


async def test_what_a_killed_run_left_in_work_is_purged_by_the_next_run_of_any_flow(world: World) -> None:
    left = world.folder / ".work" / "import_customers" / "0a1b"
    left.mkdir(parents=True)
    (left / "rows.parquet").write_bytes(b"somebody@example.com")
    compiled = world.folder / ".work" / "page"
    compiled.mkdir()
    (compiled / "__jinja2.cache").write_bytes(b"code")
    held = world.folder / ".work" / "import_stores" / "2c3d"
    held.mkdir(parents=True)
    with (
        Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger,
        ledger.lease(world.folder.name, "import_stores"),
    ):
        world.drop_products({"reference": "A"})
        await world.products()
    assert not left.exists()
    assert not compiled.exists()
    assert held.exists()
    assert any("work" in one["reason"] for one in world.report()["incidents"])


async def test_a_spreadsheet_runs_no_cell_of_a_plan_and_numbers_stay_numbers(world: World) -> None:
    world.drop_products(
        {"reference": "@SUM(A1)", "description": "=cmd|'/C calc'!A0"}, {"reference": "-A1", "weight": "1.5"}
    )
    state = await world.products(dry_run=True)
    assert state.name == "Planned", state.message
    with (world.folder / world.report()["plan_file"]).open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=";") for cell in row]
    assert {"'@SUM(A1)", "'-A1"} <= set(cells)
    assert [cell for cell in cells if cell[:1] in tuple("=@\t\r")] == []
    assert "10.00" in cells or "10.000000" in cells


async def test_a_check_leaves_nothing_open_that_it_would_warn_of(order_world: OrderWorld) -> None:
    os.umask(0o022)
    for _ in range(2):
        findings = await check_shop(order_world.folder)
        assert [finding.reason for finding in findings if finding.subject in {"files", "certificate"}] == []
