from __future__ import annotations

import asyncio
import json
import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deployments.sandbox.shop import Fault, FaultKind
from flows.import_customers import import_customers
from tasks.run.signed_plan import following_plan, plan_written_to
from tests.flows.flat_world import FlatWorld
from tests.flows.lost import one_of

PARIS = ZoneInfo("Europe/Paris")


def customer(code: str, **said: Any) -> dict[str, Any]:
    return {
        "code_erp": code,
        "customer_email": f"{code.lower()}@lab.test",
        "lastname": "Lefebvre",
        "firstname": "Clotilde",
        "closed": "0",
        "title_id": "MME",
        "siret": "73282932000074",
        "ape": "4771Z",
        "birthday_year": "1991",
        "birthday_month": "09",
        "birthday_day": "01",
        "optin_email": "BrandOnly",
        "default_group": "VIP",
    } | said


@pytest.fixture
def world(flat_world: FlatWorld) -> FlatWorld:
    vip = flat_world.shop.insert("groups", {"name": {1: "VIP", 2: "VIP"}, "price_display_method": 0})
    (flat_world.folder / "associations.toml").write_text(
        f"[titles]\nMME = 2\n[groups]\nVIP = {vip}\n", encoding="utf-8"
    )
    return flat_world


def account(world: FlatWorld, email: str) -> dict[str, Any]:
    [found] = [row for row in world.shop.rows("customers") if row["email"] == email]
    return found


def known(world: FlatWorld, email: str, **values: Any) -> int:
    given = {"lastname": "Martin", "firstname": "Anna", "passwd": "x" * 60, "active": 1, "groups": [3]}
    return world.shop.insert("customers", {"email": email, "id_default_group": 3} | given | values)


@pytest.mark.prefect
async def test_customers_have_an_account(world: FlatWorld) -> None:
    world.drop(
        "customer", customer("C1"), customer("C2", optin_email="ForPartners"), customer("C3", optin_email="None")
    )
    state = await world.run(import_customers)
    assert state.name == "Completed", world.report()["rejects"]
    assert world.counts() == {"rows_read": 3, "created": 3}
    first = account(world, "c1@lab.test")
    told = {name: str(first[name]) for name in ("lastname", "firstname", "siret", "ape", "birthday", "id_gender")}
    assert told == {
        "lastname": "Lefebvre",
        "firstname": "Clotilde",
        "siret": "73282932000074",
        "ape": "4771Z",
        "birthday": "1991-09-01",
        "id_gender": "2",
    }
    assert [int(first["id_default_group"])] == first["groups"]
    consents = {(row["email"], str(row["newsletter"]), str(row["optin"])) for row in world.shop.rows("customers")}
    assert consents == {("c1@lab.test", "1", "0"), ("c2@lab.test", "1", "1"), ("c3@lab.test", "0", "0")}
    assert len({row["passwd"] for row in world.shop.rows("customers")}) == 3
    assert world.shop.mails == []


async def test_an_account_without_a_code_is_in_the_group_of_customers(world: FlatWorld) -> None:
    world.drop("customer", customer("C1", default_group=""))
    assert (await world.run(import_customers)).name == "Completed"
    made = account(world, "c1@lab.test")
    assert (int(made["id_default_group"]), made["groups"]) == (3, [3])


@pytest.mark.parametrize("file", ["the same rows", "other rows", "none"])
async def test_accounts_of_no_group_are_mended(world: FlatWorld, file: str) -> None:
    rows = [customer("C1", default_group=""), customer("C2")]
    world.drop("customer", *rows)
    await world.run(import_customers)
    broken = {"id_default_group": "0", "groups": [0]}
    for email in ("c1@lab.test", "c2@lab.test"):
        world.shop.change("customers", account(world, email)["id"], broken)
    stranger = known(world, "other@lab.test", **broken)
    if file != "none":
        world.drop("customer", customer("C4"), *(rows if file == "the same rows" else ()))
    assert (await world.run(import_customers)).name == "Completed"
    first, second = account(world, "c1@lab.test"), account(world, "c2@lab.test")
    assert (str(first["id_default_group"]), first["groups"]) == ("3", [3])
    assert second["groups"] == [int(second["id_default_group"])]
    assert (second["groups"] == [3]) == (file != "the same rows")
    assert world.shop.row("customers", stranger)["groups"] == [0]
    world.shop.reset_counts()
    await world.run(import_customers)
    assert world.shop.writes == 0


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(world: FlatWorld) -> None:
    rows = [customer(f"C{i}") for i in range(5)]
    world.drop("customer", *rows)
    await world.run(import_customers)
    world.shop.reset_counts()
    world.drop("customer", *reversed(rows))
    state = await world.run(import_customers)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 5, "unchanged": 5}
    assert world.shop.writes == 0


async def test_an_account_of_the_same_email_is_adopted_with_its_password_and_groups(world: FlatWorld) -> None:
    number = known(world, "C1@Lab.test")
    before = account(world, "C1@Lab.test")
    world.drop("customer", customer("C1"))
    state = await world.run(import_customers)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "updated": 1}
    [now] = world.shop.rows("customers")
    assert (int(now["id"]), now["passwd"], now["lastname"]) == (number, before["passwd"], "Lefebvre")
    assert 3 in now["groups"]
    assert int(now["id_default_group"]) in now["groups"]


async def test_guests_are_left_alone(world: FlatWorld) -> None:
    known(world, "c1@lab.test", is_guest=1)
    world.drop("customer", customer("C1"))
    await world.run(import_customers)
    assert world.counts() == {"rows_read": 1, "created": 1}
    assert sorted(str(row["is_guest"]) for row in world.shop.rows("customers")) == ["0", "1"]


async def test_two_codes_never_share_an_account(world: FlatWorld) -> None:
    world.drop("customer", customer("C1"), customer("C2", customer_email="C1@lab.test"))
    state = await world.run(import_customers)
    assert state.name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    world.drop("customer", customer("C3", customer_email="c1@lab.test"))
    await world.run(import_customers)
    assert world.counts() == {"rows_read": 1, "rejected": 1}
    assert len(world.shop.rows("customers")) == 1


async def test_a_closed_customer_cannot_log_in_and_an_unknown_one_is_not_made(world: FlatWorld) -> None:
    world.drop("customer", customer("C1"))
    await world.run(import_customers)
    world.drop("customer", customer("C1", closed="1"), customer("C2", closed="1"))
    await world.run(import_customers)
    assert world.counts() == {"rows_read": 2, "deactivated": 1, "ignored": 1}
    assert str(account(world, "c1@lab.test")["active"]) == "0"
    world.drop("customer", customer("C1"))
    await world.run(import_customers)
    assert str(account(world, "c1@lab.test")["active"]) == "1"


async def test_those_who_left_a_complete_file_are_closed_never_deleted(world: FlatWorld) -> None:
    world.specify(customer={"absentRows": "deactivate"})
    world.drop("customer", customer("C1"), customer("C2"))
    await world.run(import_customers)
    world.drop("customer", customer("C2"))
    await world.run(import_customers)
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert world.report()["beyond_rows"] == {"customers_gone": 1}
    assert str(account(world, "c1@lab.test")["active"]) == "0"


async def test_the_newest_email_wins_on_the_erps_side(world: FlatWorld) -> None:
    world.drop("customer", customer("C1"))
    await world.run(import_customers)
    long_ago = "2001-01-01 00:00:00"
    world.drop("customer", customer("C1", customer_email="new@lab.test", last_modification_date=long_ago))
    state = await world.run(import_customers)
    assert state.name == "Completed", state.message
    assert account(world, "new@lab.test")["lastname"] == "Lefebvre"


async def test_the_newest_email_wins_on_the_shops_side(world: FlatWorld) -> None:
    world.drop("customer", customer("C1"))
    await world.run(import_customers)
    number = int(account(world, "c1@lab.test")["id"])
    later = datetime.now(PARIS) + timedelta(hours=1)
    world.shop.change("customers", number, {"email": "mine@lab.test", "date_upd": f"{later:%Y-%m-%d %H:%M:%S}"})
    earlier = f"{later - timedelta(minutes=30):%Y-%m-%d %H:%M:%S}"
    world.drop("customer", customer("C1", lastname="Moreau", last_modification_date=earlier))
    await world.run(import_customers)
    assert account(world, "mine@lab.test")["lastname"] == "Moreau"
    assert "C1" in [incident["key"] for incident in world.report()["incidents"]]
    newer = f"{datetime.now(PARIS) + timedelta(hours=3):%Y-%m-%d %H:%M:%S}"
    world.drop("customer", customer("C1", last_modification_date=newer))
    await world.run(import_customers)
    assert int(account(world, "c1@lab.test")["id"]) == number


@pytest.mark.prefect
async def test_one_bad_row_does_not_stop_the_others_and_no_value_is_told(world: FlatWorld) -> None:
    world.drop(
        "customer",
        customer("C1", customer_email="pas une adresse"),
        customer("C2", lastname="R2D2"),
        customer("C3", title_id="DR"),
        customer("C4", default_group="OR"),
        customer("C5", lastname=""),
        customer("C6", birthday_month="2", birthday_day="31"),
    )
    state = await world.run(import_customers)
    assert state.name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 6, "created": 1, "rejected": 5}
    told = {(reject["column"], reject["value"]) for reject in world.report()["rejects"]}
    assert {("customer_email", "***"), ("lastname", "***"), ("title_id", "DR"), ("default_group", "OR")} <= told
    assert account(world, "c6@lab.test")["birthday"] in {"", "0000-00-00"}
    [file] = world.report()["files"]
    assert "R2D2" in (world.folder / file["rejects_file"]).read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("kind", one_of("reset-after", "500-after", "500-before", "reset-before"))
async def test_a_lost_answer_makes_no_second_account(world: FlatWorld, kind: FaultKind) -> None:
    world.shop.faults.add(Fault(kind=kind, method="POST", path="/api/customers", times=2))
    world.drop("customer", *(customer(f"C{i}") for i in range(6)))
    state = await world.run(import_customers)
    assert state.name == "Completed", state.message
    assert len({row["email"] for row in world.shop.rows("customers")}) == len(world.shop.rows("customers")) == 6


async def test_d18_an_account_made_while_ours_was_on_its_way_is_adopted(world: FlatWorld) -> None:
    world.shop.faults.add(Fault(kind="latency", method="POST", path="/api/customers", times=1, seconds=3.0))
    world.drop("customer", customer("C1"))
    running = asyncio.create_task(world.run(import_customers))
    while world.shop.count("GET", "/api/customers") < 2:  # noqa: ASYNC110 - the shop lives in another thread
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    number = known(world, "c1@lab.test")
    state = await running
    assert state.name == "Completed", world.report()["rejects"]
    [now] = world.shop.rows("customers")
    assert (int(now["id"]), now["lastname"]) == (number, "Lefebvre")
    assert 3 in now["groups"]


async def test_a_lost_ledger_costs_reads_and_no_writes(world: FlatWorld) -> None:
    world.drop("customer", customer("C1"), customer("C2"))
    await world.run(import_customers)
    for left in world.folder.glob("ledger.db*"):
        left.unlink()
    world.shop.reset_counts()
    world.drop("customer", customer("C1"), customer("C2"))
    await world.run(import_customers)
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert world.shop.writes == 0


@pytest.mark.prefect
async def test_a_guard_stops_a_file_that_closes_everybody(world: FlatWorld) -> None:
    rows = [customer(f"C{i}") for i in range(30)]
    world.drop("customer", *rows)
    await world.run(import_customers)
    world.shop.reset_counts()
    world.drop("customer", *({**row, "closed": "1"} for row in rows))
    assert (await world.run(import_customers)).name == "StoppedByGuard"
    assert world.shop.writes == 0


async def test_a_shop_restored_from_a_backup_is_repaired_by_since(world: FlatWorld) -> None:
    world.drop("customer", customer("C1"))
    await world.run(import_customers)
    number = int(account(world, "c1@lab.test")["id"])
    world.shop.change("customers", number, {"firstname": "Autre"})
    state = await world.run(import_customers, since="yesterday")
    assert state.name == "Completed", state.message
    assert account(world, "c1@lab.test")["firstname"] == "Clotilde"


@pytest.mark.prefect
async def test_a_dry_run_names_fields_and_no_values(world: FlatWorld) -> None:
    world.drop("customer", customer("C1"))
    state = await world.run(import_customers, dry_run=True)
    assert (state.name, world.shop.writes) == ("Planned", 0)
    [planned] = world.report()["plan"]
    assert planned["key"] == "C1"
    assert ["email", "", ""] in planned["changes"]


async def test_a_signed_plan_shows_no_value_and_holds_each(world: FlatWorld, tmp_path: Path) -> None:
    async def plan() -> str:
        with plan_written_to(tmp_path / "plan.json"):
            await world.run(import_customers, dry_run=True)
        return (tmp_path / "plan.json").read_text(encoding="utf-8")

    async def carried_out(text: str) -> str:
        with following_plan(text):
            return (await world.run(import_customers)).name or ""

    world.drop("customer", customer("C1"))
    await world.run(import_customers)
    world.drop("customer", customer("C1", firstname="Anne"))
    text = await plan()
    assert "Anne" not in text
    number = account(world, "c1@lab.test")["id"]
    world.shop.change("customers", number, {"firstname": "Claire"})
    assert await carried_out(text) == "Failed"
    assert await carried_out(await plan()) == "Completed"
    assert account(world, "c1@lab.test")["firstname"] == "Anne"


@pytest.mark.prefect
async def test_nothing_personal_stays(world: FlatWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bad = customer("C2", customer_email="clotilde.lefebvre", lastname="Lefebvre9")
    refused = customer("C3", firstname="Clotilde")
    world.drop("customer", customer("C1"), bad, refused)
    with plan_written_to(world.folder / "plan.json"):
        await world.run(import_customers, dry_run=True)
    await world.run(import_customers)
    world.drop("customer", customer("C1", firstname="Clotilde Anne"))
    await world.run(import_customers)
    personal = (b"lefebvre", b"clotilde", b"@lab.test", b"1991-09-01", b"73282932000074")
    found = {
        (name, word) for name, content in world.files_at_rest().items() for word in personal if word in content.lower()
    }
    assert found == set()
    assert json.loads(world.files_at_rest()["plan.json"])["plan"]["changes"]
    assert "import_customers" in caplog.text
    logged = "\n".join(record.getMessage() for record in caplog.records).lower().encode()
    assert [word for word in (*personal, b"%40lab.test") if word in logged] == []
