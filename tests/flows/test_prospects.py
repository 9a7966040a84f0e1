from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.flows.order_world import OrderWorld


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    """Prospects are on."""
    switched_on = {"order": {"enabled": True}, "customer": {"enabled": True}}
    (order_world.folder / "export.json").write_text(json.dumps(switched_on), encoding="utf-8")
    return order_world


@pytest.mark.prefect
async def test_prospects_are_off_as_shipped(order_world: OrderWorld) -> None:
    order_world.customer()
    state = await order_world.prospects()
    assert state.is_completed()
    assert "enabled" in (state.message or "")
    assert order_world.erp.customers() == {}


async def test_accounts_that_have_not_ordered_are_in_the_erp(world: OrderWorld) -> None:
    prospect = world.customer()
    world.address(prospect)
    world.place()
    state = await world.prospects()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "ignored": 1}
    [customer] = world.erp.customers().values()
    assert customer["CustomerId"] == f"WEB{prospect:010}"
    assert customer["AddressData"]["CountryId"] == "FRA"


@pytest.mark.prefect
async def test_a_second_run_sends_nothing_and_a_later_order_finds_the_account(world: OrderWorld) -> None:
    prospect = world.customer()
    await world.prospects()
    world.erp.requests.clear()
    await world.prospects()
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert {name for name in world.erp.requests if name != "wsdl"} == set()
    world.place(customer=prospect)
    await world.orders()
    assert len(world.erp.customers()) == 1


async def test_an_account_that_the_erp_knows_by_email_is_updated(world: OrderWorld) -> None:
    code = world.erp.insert_customer(email="zephyrine1@quatrebarbes.example", LastName="QUATREBARBES")
    world.customer()
    await world.prospects()
    assert world.counts() == {"rows_read": 1, "updated": 1}
    assert world.erp.customers()[code]["FirstName"] == "Zéphyrine"


async def test_an_account_without_association_is_held_with_its_remedy(world: OrderWorld) -> None:
    world.customer()
    odd = world.customer(id_gender=9)
    state = await world.prospects()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert [(each["key"], each["level"]) for each in world.incidents()] == [(str(odd), "error")]


@pytest.mark.parametrize("call", ["SearchCustomerIds", "GetCustomerDetail", "AddNewCustomer"])
async def test_a_lost_answer_creates_no_account_twice(world: OrderWorld, call: str) -> None:
    for _ in range(5):
        world.customer()
    world.erp.faults.add("reset-after", call, times=2)
    state = await world.prospects()
    assert state.name == "Completed", state.message
    assert len(world.erp.customers()) == 5


@pytest.mark.prefect
async def test_a_dry_run_sends_nothing_and_names_nobody(world: OrderWorld) -> None:
    prospect = world.customer()
    state = await world.prospects(dry_run=True)
    assert state.name == "Planned", state.message
    assert world.erp.customers() == {}
    assert world.report()["plan"][0]["changes"] == [["code", "", f"WEB{prospect:010}"]]


async def test_a_watermark_of_accounts_is_the_newest_change_in_the_shop_s_own_text(world: OrderWorld) -> None:
    world.shop.set_clock(-5 * 3600)
    world.customer()
    await world.prospects()
    world.customer()
    await world.prospects()
    assert world.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}
    assert "customers_by_sweep" not in world.report()["beyond_rows"]


async def test_a_watermark_of_accounts_in_the_shop_s_future_is_refused_and_reported(world: OrderWorld) -> None:
    world.customer()
    await world.prospects()
    with world.ledger() as ledger:
        ledger.set_watermark(world.folder.name, "cegid/production/customers", datetime.now(UTC) + timedelta(days=1))
    world.customer()
    await world.prospects()
    assert world.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}
    assert ["future" in incident["reason"] for incident in world.incidents()] == [True]


async def test_an_account_without_a_date_of_change_comes_by_the_sweep_and_is_counted(world: OrderWorld) -> None:
    world.customer()
    await world.prospects()
    world.customer(date_upd="0000-00-00 00:00:00")
    await world.prospects()
    assert len(world.erp.customers()) == 1
    await world.prospects(sweep=True)
    assert len(world.erp.customers()) == 2
    assert world.report()["beyond_rows"] == {"customers_by_sweep": 1}
    await world.prospects(sweep=True)
    assert world.report()["beyond_rows"] == {"customers_by_sweep": 0}


async def test_an_account_under_a_used_id_is_sent_as_the_new_one_that_it_is(world: OrderWorld) -> None:
    prospect = world.customer()
    await world.prospects()
    other = {"email": "gontran@bellefontaine.example", "lastname": "Bellefontaine", "firstname": "Gontran"}
    world.shop.change("customers", prospect, other | {"date_add": "2020-01-01 00:00:00"})
    await world.prospects()
    assert world.counts() == {"rows_read": 1, "created": 1}
    names = {code: each["LastName"] for code, each in world.erp.customers().items()}
    assert names == {f"WEB{prospect:010}": "Quatrebarbes", f"WEB{prospect:010}A": "Bellefontaine"}
