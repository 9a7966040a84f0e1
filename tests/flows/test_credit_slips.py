"""Credit slips of the shop are credit notes of Dolibarr, once, with the right sign.

With --erp-url and --erp-key on a real Dolibarr, which has a bank account WEB; otherwise on the sandbox.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from deployments.commands.orders import another, resend, same
from deployments.exits import Exit
from tests.flows.dolibarr_world import DolibarrWorld

WRITES = ("create", "pay", "validate", "update", "mark", "name a")


@pytest.fixture
async def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> AsyncIterator[DolibarrWorld]:
    """A shop whose first order, of two lines and shipping, is invoiced in Dolibarr; slips go from now on."""
    with DolibarrWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        streams = {"order": {"enabled": True}, "slip": {"enabled": True}}
        (opened.folder / "export.json").write_text(json.dumps(streams), encoding="utf-8")
        opened.place(("ROBE-S", 3, "29.90"), ("CEINTURE", 1, "12.50"), shipping="4.90")
        state = await opened.orders()
        assert state.name == "Completed", state.message
        await run(opened, "Completed")
        yield opened


async def run(world: DolibarrWorld, name: str = "Completed", **asked: object) -> None:
    state = await world.slips(**asked)
    assert state.name == name, state.message


def cents(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def written(world: DolibarrWorld) -> list[str]:
    return [name for name in world.report()["requests"] if name.removeprefix("dolibarr ").startswith(WRITES)]


async def test_a_partial_refund_with_shipping_is_a_credit_note_on_the_invoice(world: DolibarrWorld) -> None:
    slip = world.give_back(1, (1, 2, "59.80"), (2, 1, "5.00"), shipping="2.00")
    await run(world, dry_run=True, name="Planned")
    assert world.credit_notes_there() == []
    await run(world)
    assert world.counts() == {"rows_read": 1, "created": 1}
    (note,) = world.credit_notes_there()
    (invoice,) = (each for each in world.ours("/invoices") if str(each["type"]) == "0")
    assert (str(note["fk_facture_source"]), str(note["status"])) == (str(invoice["id"]), "1")
    assert note["ref"].startswith("AV")
    assert note["array_options"]["options_ps_uid"] == f"{world.prefix}.S{slip}"
    assert (note["socid"], note["ref_client"]) == (invoice["socid"], invoice["ref_client"])
    assert cents(note["total_ttc"]) == Decimal("-66.80")
    found = [(str(line["qty"]), cents(line["total_ttc"])) for line in note["lines"]]
    assert found == [("2", Decimal("-59.80")), ("1", Decimal("-5.00")), ("1", Decimal("-2.00"))]
    await run(world)
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert written(world) == []
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    await world.orders()
    await run(world, since="today")
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert written(world) == []


async def test_slips_of_one_order_give_it_back_whole_and_no_more(world: DolibarrWorld) -> None:
    world.give_back(1, (1, 1, "29.90"))
    world.give_back(1, (1, 2, "59.80"), (2, 1, "12.50"), shipping="4.90")
    await run(world)
    assert sum(cents(each["total_ttc"]) for each in world.credit_notes_there()) == Decimal("-107.10")
    more = world.give_back(1, (2, 1, "0.01"))
    await run(world, "CompletedWithRejects")
    (incident,) = world.incidents()
    assert incident["key"] == str(more)
    assert "0.01 back" in incident["reason"]
    assert "0.00 are left" in incident["reason"]
    assert len(world.credit_notes_there()) == 2


async def test_a_slip_follows_its_order_and_one_of_before_the_first_run_stays(world: DolibarrWorld) -> None:
    world.give_back(1, (2, 1, "12.50"), date_add="2026-01-01 08:00:00", date_upd="2026-01-01 08:00:00")
    order = world.place(("ROBE-S", 1, "29.90"))
    world.give_back(order, (1, 1, "29.90"))
    await run(world)
    assert world.counts() == {"rows_read": 1, "waiting": 1}
    await world.orders()
    await run(world)
    assert world.counts() == {"rows_read": 1, "created": 1}
    (note,) = world.credit_notes_there()
    assert cents(note["total_ttc"]) == Decimal("-29.90")
    await run(world, since="2026-01-01")
    assert world.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}


async def test_a_credit_note_made_by_hand_is_asked_about(world: DolibarrWorld) -> None:
    (invoice,) = world.ours("/invoices")
    by_hand = {"socid": invoice["socid"], "date": "2026-11-01", "type": 2, "fk_facture_source": int(invoice["id"])}
    line = {"qty": 1, "subprice": "-10", "tva_tx": "20", "desc": "Geste", "product_type": 0, "remise_percent": 0}
    note = world.make("/invoices", **by_hand, lines=[line])
    world.rest.post(f"/invoices/{note}/validate", json={"idwarehouse": 0, "notrigger": 0}).raise_for_status()
    first, second = world.give_back(1, (2, 1, "12.00")), world.give_back(1, (2, 1, "0.50"))
    await run(world, "CompletedWithRejects")
    assert all("was not sent from here" in each["reason"] for each in world.incidents())
    assert len(world.incidents()) == 2
    assert same(first, slips=True, shop=world.folder) is Exit.COMPLETED
    assert another(second, slips=True, shop=world.folder) is Exit.COMPLETED
    await run(world)
    (ours,) = world.credit_notes_there()
    assert cents(ours["total_ttc"]) == Decimal("-0.50")


async def test_an_amount_that_a_person_chose_is_held_until_somebody_says_that_it_is_there(world: DolibarrWorld) -> None:
    old = {"date_add": "2026-01-01 08:00:00", "date_upd": "2026-01-01 08:00:00"}
    slip, other = (world.give_back(1, (1, 1, "29.90"), amount="7.00", order_slip_type=2, **old) for _ in range(2))
    world.give_back(1, (2, 1, "12.50"))
    await run(world, "CompletedWithRejects", since="2026-01-01")
    assert ["7.00 was given back" in each["reason"] for each in world.incidents()] == [True, True]
    await run(world, "CompletedWithRejects")
    assert same(slip, other, slips=True, shop=world.folder) is Exit.COMPLETED
    await run(world)
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    await run(world)
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert len(world.credit_notes_there()) == 1


async def test_a_slip_that_is_to_be_sent_again_is_found_in_the_erp(world: DolibarrWorld) -> None:
    slip = world.give_back(1, (2, 1, "12.50"))
    await run(world)
    assert await resend(slip, slips=True, shop=world.folder) is Exit.COMPLETED
    await run(world)
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert written(world) == []
    assert len(world.credit_notes_there()) == 1


async def test_an_order_without_an_invoice_holds_its_slip(world: DolibarrWorld) -> None:
    world.write_settings(erp__dolibarr={"invoices": False})
    order = world.place(("ROBE-S", 1, "29.90"))
    await world.orders()
    world.give_back(order, (1, 1, "29.90"))
    await run(world, "CompletedWithRejects")
    assert ["no numbered invoice" in each["reason"] for each in world.incidents()] == [True]


async def test_what_a_slip_gives_back_is_no_change_of_its_order_where_slips_go(world: DolibarrWorld) -> None:
    world.give_back(1, (2, 1, "12.50"))
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.incidents() == []
