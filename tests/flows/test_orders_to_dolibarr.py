"""Orders and customers of a shop are in Dolibarr, once, and what becomes of them there is shown in the shop.

With --erp-url and --erp-key on a real Dolibarr, which has a bank account WEB; otherwise on the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tasks.check.shop import check_shop
from tests.flows.dolibarr_world import ASSOCIATIONS, DolibarrWorld

CUSTOMER = "Quatrebarbes Zéphyrine"
SUBJECTS = {"dolibarr", "rights", "guard", "rounding", "VAT", "payments", "prefixes", "service items", "currencies"}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[DolibarrWorld]:
    with DolibarrWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        yield opened


async def test_a_paid_order_becomes_customer_order_invoice_and_payment(world: DolibarrWorld) -> None:
    id_ = world.place(("ROBE-S", 2, "29.90"), ("CEINTURE", 1, "12.50"), shipping="4.90")
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "created": 1}
    (made,) = world.orders_there()
    assert (made["status"], made["billed"], made["ref_client"]) == ("1", "1", f"{world.prefix}1".upper())
    assert made["array_options"]["options_ps_uid"] == f"{world.prefix}{id_}"
    assert Decimal(made["total_ttc"]) == Decimal("77.20")
    assert world.invoices_there() == [("2", Decimal("77.20"), [Decimal("77.20")])]
    (party,) = world.ours("/thirdparties")
    assert (party["name"], party["town"], party["typent_code"]) == (CUSTOMER, "Hundling", "TE_PRIVATE")


async def test_a_second_run_writes_nothing_not_even_without_its_ledger(world: DolibarrWorld) -> None:
    for _ in range(3):
        world.place()
    await world.orders()
    there = world.orders_there(), world.invoices_there()
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    assert (world.orders_there(), world.invoices_there()) == there
    written = ("create", "pay", "validate", "update", "mark", "name a")
    assert not [name for name in world.report()["requests"] if name.removeprefix("dolibarr ").startswith(written)]
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert (world.orders_there(), world.invoices_there()) == there


async def test_what_cannot_go_is_held_whole_and_the_others_go(world: DolibarrWorld) -> None:
    fine = world.place()
    world.place(module="ps_checkpayment")
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert [each["array_options"]["options_ps_uid"] for each in world.orders_there()] == [f"{world.prefix}{fine}"]
    (incident,) = world.incidents()
    assert "ps_checkpayment" in incident["reason"]


async def test_a_shipment_moves_the_order_of_the_shop_with_its_tracking_number(world: DolibarrWorld) -> None:
    reference = f"{world.prefix}-ROBE"
    house = world.product_there(reference, 10)
    id_ = world.place((reference, 2, "29.90"))
    await world.orders()
    (made,) = world.orders_there()
    shipment = world.ship_there(made, house, "TR-1")
    state = await world.statuses()
    assert state.name == "Completed", state.message
    assert world.state(id_) == 4
    (carrier,) = (row for row in world.shop.rows("order_carriers") if int(row["id_order"]) == id_)
    assert carrier["tracking_number"] == "TR-1"
    world.rest.post(f"/shipments/{shipment}/close", json={"notrigger": 0}).raise_for_status()
    await world.statuses()
    assert world.state(id_) == 5


async def test_accounts_without_an_order_are_third_parties_too(world: DolibarrWorld) -> None:
    (world.folder / "export.json").write_text('{"customer": {"enabled": true}}', encoding="utf-8")
    world.address(world.customer())
    state = await world.prospects()
    assert state.name == "Completed", state.message
    (party,) = world.ours("/thirdparties")
    assert (party["name"], party["country_code"], party["client"]) == (CUSTOMER, "FR", "1")
    await world.prospects()
    assert len(world.ours("/thirdparties")) == 1


async def test_a_plan_writes_nothing_and_names_nobody(world: DolibarrWorld) -> None:
    world.place()
    state = await world.orders(dry_run=True)
    assert state.is_completed(), state.message
    assert world.orders_there() == world.ours("/thirdparties") == []


async def test_a_check_says_what_is_in_order_and_what_an_association_lacks(world: DolibarrWorld) -> None:
    world.place()
    ready = [each for each in await check_shop(world.folder) if each.subject in SUBJECTS]
    assert [f"{each.subject}: {each.reason}" for each in ready if each.verdict == "error"] == []
    assert {"dolibarr", "rights", "guard", "prefixes", "service items"} <= {each.subject for each in ready}
    wrong = ASSOCIATIONS.replace('"VIR"', '"VIR/NOWHERE"')
    (world.folder / "associations.toml").write_text(wrong, encoding="utf-8")
    errors = [each for each in await check_shop(world.folder) if each.verdict == "error" and each.subject in SUBJECTS]
    assert [(each.subject, "NOWHERE" in each.reason) for each in errors] == [("payments", True)]
    for language in ("en", "fr"):
        assert all(each.title(language) for each in ready)
