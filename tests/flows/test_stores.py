from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.shop import Fault, FaultKind
from flows.import_stores import import_stores
from tests.flows.flat_world import FlatWorld
from tests.flows.lost import one_of


def store(code: str, **said: Any) -> dict[str, Any]:
    return {
        "erp_code": code,
        "name": f"Boutique {code}",
        "address1": "1 rue de la Paix",
        "postcode": "75002",
        "city": "Paris",
        "country": "FRA",
        "phone": "01 02 03 04 05",
        "email": "paris@example.com",
        "latitude": "48,8687",
        "longitude": "2.331",
        "active": "1",
        "monday_hours": "10h - 19h",
        "saturday_hours": "10h - 20h",
    } | said


COUNTRIES = '[countries]\nFR = "FRA"\nUS = "USA"\nAQ = "ATA"\n'


@pytest.fixture
def world(flat_world: FlatWorld) -> FlatWorld:
    (flat_world.folder / "associations.toml").write_text(COUNTRIES, encoding="utf-8")
    return flat_world


def stores(world: FlatWorld) -> dict[str, dict[str, Any]]:
    return {row["name"][1]: row for row in world.shop.rows("stores")}


@pytest.mark.prefect
async def test_the_page_of_stores_shows_the_erps(world: FlatWorld) -> None:
    world.drop("store", store("001"), store("002", city="Lyon", postcode="69001", active="0"))
    state = await world.run(import_stores)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "ignored": 1}
    [made] = world.shop.rows("stores")
    assert made["name"] == {1: "Boutique 001", 2: "Boutique 001"}
    assert made["address1"] == {1: "1 rue de la Paix", 2: "1 rue de la Paix"}
    assert (str(made["id_country"]), made["city"], made["phone"]) == ("8", "Paris", "01 02 03 04 05")
    assert (float(made["latitude"]), float(made["longitude"])) == (48.8687, 2.331)
    week = [["10h - 19h"], [""], [""], [""], [""], ["10h - 20h"], [""]]
    assert [json.loads(text) for text in made["hours"].values()] == [week, week]


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(world: FlatWorld) -> None:
    rows = [store(f"{i:03}") for i in range(5)]
    world.drop("store", *rows)
    await world.run(import_stores)
    world.shop.reset_counts()
    world.drop("store", *reversed(rows))
    state = await world.run(import_stores)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 5, "unchanged": 5}
    assert world.shop.writes == 0


async def test_only_what_changed_is_written_and_what_the_merchant_adds_survives(world: FlatWorld) -> None:
    world.drop("store", store("001"), store("002"))
    await world.run(import_stores)
    first = stores(world)["Boutique 001"]
    world.shop.change("stores", int(first["id"]), {"note": {1: "Nice", 2: "Joli"}, "fax": "0102"})
    world.drop("store", store("001", phone="0600000000"), store("002"))
    await world.run(import_stores)
    assert world.counts() == {"rows_read": 2, "updated": 1, "unchanged": 1}
    now = stores(world)["Boutique 001"]
    assert (now["phone"], now["fax"], now["note"]) == ("0600000000", "0102", {1: "Nice", 2: "Joli"})


@pytest.mark.prefect
async def test_one_bad_row_does_not_stop_the_others(world: FlatWorld) -> None:
    world.drop("store", store("001", latitude="nord"), store("002", country="XXX"), store("003", country="ATA"))
    world.drop("store", store("004", state="ZZ"), store("005"))
    state = await world.run(import_stores)
    assert state.name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 5, "created": 1, "rejected": 4}
    told = {(reject["column"], reject["value"]) for reject in world.report()["rejects"]}
    assert told == {("latitude", "nord"), ("country", "XXX"), ("country", "AQ"), ("state", "ZZ")}


async def test_a_state_is_found_by_its_iso_code_in_its_country(world: FlatWorld) -> None:
    number = world.shop.insert(
        "states", {"id_country": 21, "id_zone": 2, "iso_code": "FK", "name": "Franklin", "active": 1}
    )
    world.drop("store", store("001", country="USA", state="fk", city="Miami", postcode="33135"))
    state = await world.run(import_stores)
    assert state.name == "Completed", world.report()["rejects"]
    assert int(world.shop.rows("stores")[0]["id_state"]) == number


@pytest.mark.parametrize("kind", one_of("reset-after", "500-after", "500-before", "reset-before"))
async def test_a_lost_answer_makes_no_second_store(world: FlatWorld, kind: FaultKind) -> None:
    world.shop.faults.add(Fault(kind=kind, method="POST", path="/api/stores", times=2))
    world.drop("store", *(store(f"{i:03}") for i in range(6)))
    state = await world.run(import_stores)
    assert state.name == "Completed", state.message
    assert len(stores(world)) == len(world.shop.rows("stores")) == 6


@pytest.mark.prefect
async def test_a_dry_run_writes_nothing_and_tells_every_change(world: FlatWorld) -> None:
    path = world.drop("store", store("001"))
    state = await world.run(import_stores, dry_run=True)
    assert (state.name, world.shop.writes, path.exists()) == ("Planned", 0, True)
    [planned] = world.report()["plan"]
    assert (planned["key"], planned["kind"], planned["action"]) == ("001", "store", "create")
    assert ["city", "", "Paris"] in planned["changes"]


async def test_a_store_that_the_shop_has_is_adopted(world: FlatWorld) -> None:
    names = {1: "BOUTIQUE 001", 2: "Boutique 001"}
    known = world.shop.insert(
        "stores",
        {
            "name": names,
            "address1": {1: "x", 2: "x"},
            "city": "paris",
            "postcode": "75002",
            "id_country": 8,
            "active": 1,
        },
    )
    world.drop("store", store("001"))
    await world.run(import_stores)
    assert world.counts() == {"rows_read": 1, "updated": 1}
    assert [int(row["id"]) for row in world.shop.rows("stores")] == [known]


async def test_a_lost_ledger_costs_reads_and_no_writes(world: FlatWorld) -> None:
    world.drop("store", store("001"), store("002"))
    await world.run(import_stores)
    for left in world.folder.glob("ledger.db*"):
        left.unlink()
    world.shop.reset_counts()
    world.drop("store", store("001"), store("002"))
    await world.run(import_stores)
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert world.shop.writes == 0


async def test_a_closed_store_and_one_that_left_a_complete_file_are_hidden(world: FlatWorld) -> None:
    world.specify(store={"absentRows": "deactivate"})
    world.drop("store", store("001"), store("002"), store("003"))
    await world.run(import_stores)
    world.drop("store", store("001"), store("002", active="0"))
    state = await world.run(import_stores)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 2, "unchanged": 1, "deactivated": 1}
    assert world.report()["beyond_rows"] == {"stores_gone": 1}
    assert {name: str(row["active"]) for name, row in stores(world).items()} == {
        "Boutique 001": "1",
        "Boutique 002": "0",
        "Boutique 003": "0",
    }
    world.shop.reset_counts()
    world.drop("store", store("002", active="0"), store("001"))
    await world.run(import_stores)
    assert world.shop.writes == 0
    world.drop("store", store("001"), store("002", active="0"), store("003"))
    await world.run(import_stores)
    assert str(stores(world)["Boutique 003"]["active"]) == "1"


@pytest.mark.prefect
async def test_a_guard_stops_a_file_that_closes_the_stores(world: FlatWorld) -> None:
    rows = [store(f"{i:03}") for i in range(30)]
    world.drop("store", *rows)
    await world.run(import_stores)
    world.shop.reset_counts()
    world.drop("store", *({**row, "active": "0"} for row in rows))
    assert (await world.run(import_stores)).name == "StoppedByGuard"
    assert world.shop.writes == 0
    assert (await world.run(import_stores, accept_guard=True)).name == "Completed"


async def test_a_shop_restored_from_a_backup_is_repaired_by_since(world: FlatWorld) -> None:
    world.drop("store", store("001"))
    await world.run(import_stores)
    [made] = world.shop.rows("stores")
    world.shop.change("stores", int(made["id"]), {"city": "Nantes"})
    state = await world.run(import_stores, since="yesterday")
    assert state.name == "Completed", state.message
    assert world.shop.rows("stores")[0]["city"] == "Paris"


async def test_two_rows_of_one_store_of_the_shop_are_not_both_believed(world: FlatWorld) -> None:
    world.drop("store", store("001"))
    await world.run(import_stores)
    world.drop("store", store("001"), store("009", name="Boutique 001"))
    state = await world.run(import_stores)
    assert state.name == "CompletedWithRejects"
    assert "001" in world.report()["rejects"][0]["reason"]
    assert len(world.shop.rows("stores")) == 1


@pytest.mark.usefixtures("prefect_api")
async def test_a_shop_without_patch_keeps_the_other_fields(tmp_path: Path) -> None:
    with FlatWorld.at(tmp_path / "old", profile="1.7.8") as world:
        (world.folder / "associations.toml").write_text(COUNTRIES, encoding="utf-8")
        world.drop("store", store("001"))
        await world.run(import_stores)
        world.drop("store", store("001", phone="0600000000"))
        state = await world.run(import_stores)
        assert state.name == "Completed", state.message
        [made] = world.shop.rows("stores")
        assert (made["phone"], made["city"], made["name"][2]) == ("0600000000", "Paris", "Boutique 001")
