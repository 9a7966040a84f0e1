"""A ledger that is not the one the reports speak of: a new one beside old reports, or an older copy, is told."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from tests.flows.world import World

LEDGER = ("ledger.db", "ledger.db-wal", "ledger.db-shm")


def told(world: World) -> list[tuple[str, str]]:
    return [(one["reason"], one["remedy"]) for one in world.report()["incidents"] if "ledger" in one["reason"]]


async def test_a_new_ledger_beside_old_reports_is_told_once(world: World) -> None:
    world.drop_products({"reference": "A"})
    await world.products()
    assert told(world) == []
    for name in LEDGER:
        (world.folder / name).unlink(missing_ok=True)
    world.drop_products({"reference": "A"}, {"reference": "B"})
    state = await world.products()
    [(reason, remedy)] = told(world)
    assert "There was no ledger any more" in reason
    assert "backup" in remedy
    assert state.name == "Completed", state.message
    await world.products()
    assert told(world) == []


async def test_an_older_copy_of_the_ledger_is_told_with_the_day_to_start_from(world: World, tmp_path: Path) -> None:
    world.drop_products({"reference": "A"})
    await world.products()
    kept = tmp_path / "backup.db"
    shutil.copy(world.folder / "ledger.db", kept)
    shutil.rmtree(world.folder / ".snapshots", ignore_errors=True)
    world.drop_products({"reference": "A"}, {"reference": "B"})
    await world.products()
    for name in LEDGER:
        (world.folder / name).unlink(missing_ok=True)
    shutil.copy(kept, world.folder / "ledger.db")
    await world.products()
    [(reason, remedy)] = told(world)
    assert "older copy" in reason
    assert f"`since` set to {datetime.now(UTC).date().isoformat()}" in remedy


async def test_a_damaged_ledger_ends_a_run_with_its_remedy_and_without_a_traceback(world: World) -> None:
    world.write_settings(shop={"language": "fr"})
    (world.folder / "ledger.db").write_bytes(b"not a ledger" * 1000)
    state = await world.products()
    assert state.name == "Failed"
    assert "sauvegarde" in (state.message or "")
    assert "Traceback" not in (state.message or "")
