"""The ERP's customers are nobody's to overwrite: ids given anew, shared e-mails, names, consents."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.flows.order_world import PERSON, OrderWorld

VIP: dict[str, Any] = {
    "LastName": "Montaigne",
    "FirstName": "Hortense",
    "AddressData": {"AddressLine1": "1 place Vendôme", "City": "Paris", "ZipCode": "75001", "CountryId": "FRA"},
    "PhoneData": {"HomePhoneNumber": "0140000000"},
    "OptinEmail": "ForPartners",
}
SHARED = "hortense@montaigne.example"


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    return order_world


def codes_told(world: OrderWorld) -> set[str]:
    with world.ledger() as ledger:
        return set(ledger.incidents(shop=world.folder.name)["code"])


def another_person(world: OrderWorld, customer: int) -> None:
    """The shop was restored: the id belongs to somebody else's account, made two days later by any clock."""
    given = {"firstname": "Gontran", "lastname": "Bellefontaine", "email": "gontran@bellefontaine.example"}
    stamp = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d %H:%M:%S}"
    world.shop.change("customers", customer, given | {"date_add": stamp, "date_upd": stamp})


@pytest.mark.parametrize("policy", ["complete", "update", "leave"])
async def test_a_guest_who_types_the_email_of_another_customer_changes_nothing_of_her(
    world: OrderWorld, policy: str
) -> None:
    world.write_settings(erp={"existing_customers": policy})
    code = world.erp.insert_customer(email=SHARED, **VIP)
    before = world.erp.customers()[code]
    order = world.place(customer=world.customer(SHARED, is_guest=1, newsletter=0))
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.erp.customers() == {code: before}
    assert world.document(order)["Header"]["CustomerId"] == code
    assert "order_customer_name_differs" in codes_told(world)


async def test_an_order_under_another_name_is_held_where_the_settings_say_so(world: OrderWorld) -> None:
    world.write_settings(erp={"other_names": "hold"})
    world.erp.insert_customer(email=SHARED, **VIP)
    order = world.place(customer=world.customer(SHARED, is_guest=1))
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert (world.deliveries(), world.documents()) == ({str(order): "held"}, [])
    assert "order_customer_other_name" in codes_told(world)


@pytest.mark.parametrize(("policy", "phone", "city"), [
    ("complete", "0387000017", "Paris"), ("update", "0387000017", "Hundling"), ("leave", None, "Paris"),
])  # fmt: skip
async def test_an_existing_customer_of_the_same_name_gets_what_the_settings_say(
    world: OrderWorld, policy: str, phone: str | None, city: str
) -> None:
    world.write_settings(erp={"existing_customers": policy})
    known = VIP | {"LastName": "QUATREBARBES", "FirstName": "Zephyrine", "PhoneData": {}}
    code = world.erp.insert_customer(email=SHARED, **known)
    world.place(customer=world.customer(SHARED))
    await world.orders()
    kept = world.erp.customers()[code]
    assert ((kept.get("PhoneData") or {}).get("HomePhoneNumber"), kept["AddressData"]["City"]) == (phone, city)
    assert kept["LastName"] == ("Quatrebarbes" if policy == "update" else "QUATREBARBES")


@pytest.mark.parametrize("policy", ["complete", "update"])
async def test_a_consent_is_never_lowered(world: OrderWorld, policy: str) -> None:
    world.write_settings(erp={"existing_customers": policy})
    names = {"LastName": PERSON["lastname"], "FirstName": PERSON["firstname"]}
    more = world.erp.insert_customer(email="more@quatrebarbes.example", OptinEmail="ForPartners", **names)
    less = world.erp.insert_customer(email="less@quatrebarbes.example", OptinEmail="DoNotUse", **names)
    for email in ("more@quatrebarbes.example", "less@quatrebarbes.example"):
        world.place(customer=world.customer(email, newsletter=1))
    world.place(customer=world.customer("more@quatrebarbes.example", newsletter=0, is_guest=1))
    await world.orders()
    customers = world.erp.customers()
    assert customers[more]["OptinEmail"] == "ForPartners"
    assert customers[less]["OptinEmail"] == {"complete": "DoNotUse", "update": "BrandOnly"}[policy]


async def test_a_customer_of_a_used_id_is_created_under_a_code_of_its_own(world: OrderWorld) -> None:
    customer = world.customer()
    world.place(customer=customer)
    await world.orders()
    [(code, before)] = world.erp.customers().items()
    another_person(world, customer)
    order = world.place(customer=customer)
    state = await world.orders()
    assert state.name == "Completed", state.message
    customers = world.erp.customers()
    assert customers[code] == before
    assert customers[f"{code}A"]["LastName"] == "Bellefontaine"
    assert world.document(order)["Header"]["CustomerId"] == f"{code}A"
    assert "order_customer_code_of_another" in codes_told(world)


async def test_a_ledger_of_an_earlier_version_knows_a_customer_by_its_email_or_name(world: OrderWorld) -> None:
    renamed, reused = world.customer(), world.customer()
    for customer in (renamed, reused):
        world.place(customer=customer)
    await world.orders()
    engine = sa.create_engine(f"sqlite:///{world.folder / 'ledger.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("update deliveries set identity = null"))
    engine.dispose()
    world.shop.change("customers", renamed, {"email": "autre@quatrebarbes.example"})
    another_person(world, reused)
    same, other = world.place(customer=renamed), world.place(customer=reused)
    await world.orders()
    assert world.document(same)["Header"]["CustomerId"] == f"WEB{renamed:010}"
    assert world.document(other)["Header"]["CustomerId"] == f"WEB{reused:010}A"
    assert len(world.erp.customers()) == 3


async def test_a_code_that_somebody_else_has_in_the_erp_is_not_overwritten(world: OrderWorld) -> None:
    """Another shop with the same prefix."""
    world.erp.insert_customer("WEB0000000001", email="stranger@example.com", **VIP)
    before = world.erp.customers()["WEB0000000001"]
    order = world.place()
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.erp.customers()["WEB0000000001"] == before
    assert world.document(order)["Header"]["CustomerId"] == "WEB0000000001A"


async def test_a_customer_created_without_an_answer_whose_email_changes_is_not_created_twice(world: OrderWorld) -> None:
    customer = world.customer()
    world.place(customer=customer)
    world.erp.faults.add("late", "AddNewCustomer")
    world.erp.faults.add("reset-before", "AddNewCustomer", times=100)
    state = await world.orders()
    assert state.is_failed()
    world.erp.faults.clear()
    world.erp.late = world.erp.late[:1]
    world.erp.carry_out_late()
    world.shop.change("customers", customer, {"email": "autre@quatrebarbes.example"})
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert list(world.erp.customers()) == ["WEB0000000001"]


@pytest.mark.parametrize("newer", ["shop", "erp"])
async def test_the_newer_email_wins(world: OrderWorld, newer: str) -> None:
    customer = world.customer("first@quatrebarbes.example")
    world.place(customer=customer)
    await world.orders()
    [code] = world.erp.customers()
    at = datetime.now(UTC) + timedelta(days=2 if newer == "shop" else -2)
    changed: dict[str, Any] = {"email": "second@quatrebarbes.example", "date_upd": f"{at:%Y-%m-%d %H:%M:%S}"}
    world.shop.change("customers", customer, changed)
    world.place(customer=customer)
    await world.orders()
    [email] = [each["EmailData"]["Email"] for each in world.erp.customers().values()]
    assert email == ("second@quatrebarbes.example" if newer == "shop" else "first@quatrebarbes.example")
    assert list(world.erp.customers()) == [code]
    assert ("order_customer_email_kept" in codes_told(world)) == (newer == "erp")


async def test_an_account_that_changes_in_the_shop_changes_the_record_that_was_made_for_it(world: OrderWorld) -> None:
    customer = world.customer()
    world.place(customer=customer)
    await world.orders()
    world.place(customer=customer, address={"city": "Forbach"})
    await world.orders()
    [record] = world.erp.customers().values()
    assert record["AddressData"]["City"] == "Forbach"


async def test_an_address_in_the_name_of_somebody_else_stays_out_of_the_customers_file(world: OrderWorld) -> None:
    customer = world.customer()
    world.place(customer=customer)
    await world.orders()
    before = world.erp.customers()
    gift = {"firstname": "Gontran", "lastname": "Bellefontaine", "city": "Forbach", "phone": "0387999999"}
    world.place(customer=customer, address=gift)
    await world.orders()
    [code] = before
    kept = world.erp.customers()[code]
    assert (kept["AddressData"], kept["PhoneData"]) == (before[code]["AddressData"], before[code]["PhoneData"])
