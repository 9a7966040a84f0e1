"""Credit slips of the shop are written into files of the ERP, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows.files_world import FilesWorld
from tests.flows.order_world import PERSON, OrderWorld


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[FilesWorld]:
    """A shop whose first order was written for the ERP; slips go from now on."""
    with FilesWorld.at(tmp_path / "boutique", module=True) as world:
        world.place(("ROBE-S", 3, "29.90"), ("CEINTURE", 1, "12.50"), shipping="4.90")
        await world.orders()
        world.taken()
        assert (await world.slips()).name == "Completed"
        yield world


async def test_a_slip_is_one_file_with_what_it_gives_back(world: FilesWorld) -> None:
    slip = world.give_back(1, (1, 2, "59.80"), (2, 1, "5.00"), shipping="2.00")
    assert (await world.slips(dry_run=True)).name == "Planned"
    shown = "".join(path.read_text(encoding="utf-8") for path in (world.folder / "reports").glob("*plan*"))
    assert f"WEB.S{slip}" in shown
    assert PERSON["lastname"] not in shown
    assert world.taken() == []
    state = await world.slips()
    assert (state.name, world.counts()) == ("Completed", {"rows_read": 1, "created": 1})
    [rows] = world.taken()
    assert [(row["DO_Type"], row["DO_Ref"], row["AR_Ref"], row["DL_Qte"], row["DL_PUTTC"]) for row in rows] == [
        ("5", f"WEB.S{slip}", "ROBE-S", "2", "29,9000"),
        ("5", f"WEB.S{slip}", "CEINTURE", "1", "5,0000"),
        ("5", f"WEB.S{slip}", "PORT", "1", "2,0000"),
    ]
    assert rows[0]["DO_Coord01"] == "WEB1"
    assert (await world.slips()).name == "Completed"
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert world.taken() == []


@pytest.mark.slow
async def test_an_erp_that_is_away_costs_no_slip_and_none_goes_twice(world: FilesWorld) -> None:
    elsewhere = world.to_erp.rename(world.folder / "elsewhere")
    world.to_erp.symlink_to(world.folder / "not-mounted")
    world.give_back(1, (2, 1, "12.50"))
    assert (await world.slips()).name == "Failed"
    world.to_erp.unlink()
    elsewhere.rename(world.to_erp)
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    assert (await world.orders()).name == "Completed"
    world.taken()
    assert (await world.slips(since="today")).name == "Completed"
    assert (await world.slips(since="today")).name == "Completed"
    assert len(world.taken()) == 1


async def test_an_erp_that_takes_no_slips_says_so(prefect_api: None, tmp_path: Path) -> None:
    with OrderWorld.at(tmp_path / "boutique") as world:
        (world.folder / "export.json").write_text('{"slip": {"enabled": true}}', encoding="utf-8")
        state = await world.slips()
        assert state.name == "Failed"
        assert "export_credit_slips is not possible with an ERP of kind cegid" in str(state.message)
