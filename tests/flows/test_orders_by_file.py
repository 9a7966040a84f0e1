from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from flows.import_customers import import_customers
from tests.flows.files_world import FilesWorld
from tests.flows.order_world import PERSON
from tests.flows.running import final_state


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[FilesWorld]:
    with FilesWorld.at(tmp_path / "boutique", module=True) as world:
        yield world


async def test_the_orders_of_a_run_are_one_file_with_a_row_per_line(world: FilesWorld) -> None:
    first = world.place(("ROBE-S", 2, "29.90"), ("JUPE", 1, "15.00"), shipping="5.90")
    second = world.place()
    assert (await world.orders()).name == "Completed", world.report()["incidents"]
    [rows] = world.taken()
    assert [(row["DO_Ref"], row["AR_Ref"], row["DL_Qte"], row["DL_PUTTC"]) for row in rows] == [
        (f"WEB{first}", "ROBE-S", "2", "29,9000"),
        (f"WEB{first}", "JUPE", "1", "15,0000"),
        (f"WEB{first}", "PORT", "1", "5,9000"),
        (f"WEB{second}", "ROBE-S", "2", "29,9000"),
    ]
    assert rows[0]["LI_Intitule"] == f"{PERSON['firstname']} {PERSON['lastname']}"
    assert (rows[0]["DO_Souche"], rows[0]["DO_Expedit"], rows[0]["N_Reglement"]) == ("WEB", "COLISSIMO", "VIR")
    assert world.counts() == {"rows_read": 2, "created": 2}


async def test_a_second_run_writes_nothing(world: FilesWorld) -> None:
    world.place()
    await world.orders()
    world.taken()
    assert (await world.orders(sweep=True)).name == "Completed"
    assert world.taken() == []


async def test_a_dry_run_shows_the_rows_and_writes_none(world: FilesWorld) -> None:
    order = world.place()
    assert (await world.orders(dry_run=True)).name == "Planned"
    assert world.taken() == []
    assert not (world.folder / "outbox").exists()
    shown = "".join(path.read_text(encoding="utf-8") for path in (world.folder / "reports").glob("*plan*"))
    assert f"WEB{order}" in shown
    assert PERSON["lastname"] not in shown


async def test_an_erp_that_is_away_costs_no_order_and_none_goes_twice(world: FilesWorld) -> None:
    world.to_erp.symlink_to(world.folder / "not-mounted")
    first = world.place()
    state = await world.orders()
    assert state.name == "Failed"
    assert "cannot be written" in str(state.message)
    world.to_erp.unlink()
    second = world.place()
    assert (await world.orders()).name == "Completed"
    assert [{row["DO_Ref"] for row in rows} for rows in world.taken()] == [{f"WEB{first}"}, {f"WEB{second}"}]


async def test_what_is_cut_is_told_and_what_must_not_be_cut_holds_its_order_only(world: FilesWorld) -> None:
    cut = world.place(address={"city": "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson"})
    held = world.place(("R" * 25, 1, "10.00"))
    await world.orders()
    told = {(each["key"], each["reason"].partition(":")[0]) for each in world.incidents()}
    assert (str(cut), "Column LI_Ville holds 35 characters") in told
    assert str(held) in {key for key, _ in told}
    assert [{row["DO_Ref"] for row in rows} for rows in world.taken()] == [{f"WEB{cut}"}]


async def test_an_account_for_all_orders(world: FilesWorld) -> None:
    world.write_settings(erp__files={"account": "CLIENTWEB"})
    world.place()
    await world.orders()
    assert [row["DO_Tiers"] for row in world.taken()[0]] == ["CLIENTWEB"]


async def test_an_account_that_a_file_of_the_erp_has_named_by_its_email_is_the_one_of_its_orders(
    world: FilesWorld,
) -> None:
    theirs, reused, other = (world.customer(f"client{number}@quatrebarbes.example") for number in range(3))
    rows = [
        {
            "code_erp": f"C{number}",
            "customer_email": f"Client{number}@quatrebarbes.example",
            "lastname": "Quatrebarbes",
            "firstname": "Z",
        }
        for number in range(2)
    ]
    path = world.folder / "import.json"
    columns = {name: {"index": at} for at, name in enumerate(rows[0])}
    stream = {"enabled": True, "type": "local", "data": columns | {"code_erp": {"index": 0, "object_key": True}}}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"customer": stream}), encoding="utf-8")
    world._drop("customer", columns, rows, None)
    state = await final_state(import_customers, str(world.folder))
    assert state.name == "Completed", state.message
    # The account that has this id now is another person's.
    world.shop.change("customers", reused, {"email": "somebody@else.example"})
    for customer in (theirs, reused, other):
        world.place(customer=customer)
    await world.orders()
    [rows] = world.taken()
    assert [row["DO_Tiers"] for row in rows] == ["C0", f"WEB{reused:010}", f"WEB{other:010}"]
    world.place(customer=theirs)
    await world.orders()
    assert [row["DO_Tiers"] for row in world.taken()[0]] == ["C0"]


async def test_the_test_access_writes_where_no_erp_looks(world: FilesWorld) -> None:
    world.write_settings(erp={"access": "test"})
    world.place()
    await world.orders()
    assert world.taken() == []
    assert len(list((world.folder / "to-erp-test").iterdir())) == 1


async def test_a_return_is_a_document_of_its_own(world: FilesWorld) -> None:
    order = world.place(("ROBE-S", 2, "29.90"))
    await world.orders()
    world.taken()
    asked = world.ask_return(order, 1)
    assert (await world.returns()).name == "Completed", world.report()["incidents"]
    [rows] = world.taken()
    assert [(row["DO_Type"], row["DO_Ref"], row["DO_Coord01"], row["AR_Ref"], row["DL_Qte"]) for row in rows] == [
        ("4", f"WEBR{asked}", f"WEB{order}", "ROBE-S", "1")
    ]


async def test_nothing_of_a_person_lies_beside_the_files(world: FilesWorld) -> None:
    world.place()
    await world.orders()
    kept = [path for path in (world.folder / "outbox").rglob("*") if path.is_file()]
    assert kept
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)
    named = [path.name for path in kept if PERSON["lastname"].encode() in path.read_bytes()]
    assert all(name.endswith(".txt") for name in named)


async def test_accounts_without_an_order_need_a_template_and_go_once(world: FilesWorld) -> None:
    world.customer()
    world.write_export(customer={"enabled": True, "type": "webservice"})
    assert "customer" in str((await world.prospects()).message)
    code = {"index": 0, "field": "customer.code", "object_key": True}
    email = {"index": 1, "field": "customer.email"}
    world.write_export(
        customer={"enabled": True, "type": "local", "fileExtension": "txt", "data": {"code": code, "email": email}}
    )
    assert (await world.prospects()).name == "Completed", world.report()["incidents"]
    [rows] = world.taken()
    assert "zephyrine1@quatrebarbes.example" in {row["email"] for row in rows}
    await world.prospects()
    assert world.taken() == []
