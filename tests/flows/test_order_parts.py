"""What orders name and the shop no longer has, and what of them has no room in the ERP."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.messages import message
from tests.flows.order_world import OrderWorld

NOBODY = 9999
LONG_COMPANY = "Dupont & Fils S.A.S. à capital variable très très longue dénomination sociale"


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    return order_world


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("id_address_delivery", "order_delivery_address_missing"),
        ("id_address_invoice", "order_invoice_address_missing"),
        ("id_customer", "order_customer_missing"),
        ("id_currency", "order_currency_missing"),
        ("id_carrier", "order_carrier_missing"),
    ],
)
async def test_what_was_deleted_in_the_shop_is_told_as_such(world: OrderWorld, field: str, code: str) -> None:
    missing: dict[str, Any] = {field: NOBODY}
    order = world.place(**missing)
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert world.deliveries() == {str(order): "held"}
    [incident] = world.incidents()
    told = message(code, "en", key=str(order), value=str(NOBODY))
    assert (incident["reason"], incident["remedy"]) == (told.reason, told.remedy)


@pytest.mark.parametrize(
    ("address", "code"),
    [({"id_country": NOBODY}, "order_country_missing"), ({"id_state": 777}, "order_region_missing")],
)
async def test_so_is_what_an_address_names(world: OrderWorld, address: dict[str, int], code: str) -> None:
    order = world.place(address=address)
    await world.orders()
    told = message(code, "en", key=str(order), value=str(next(iter(address.values()))))
    assert [incident["reason"] for incident in world.incidents()] == [told.reason]


async def test_an_order_goes_once_its_address_is_back(world: OrderWorld) -> None:
    order = world.place(id_address_delivery=NOBODY)
    await world.orders()
    world.shop.change("orders", order, {"id_address_delivery": world.shop.row("orders", order)["id_address_invoice"]})
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.document(order)["DeliveryAddress"]["City"] == "Hundling"


async def test_the_street_of_a_long_address_goes_whole_and_what_was_cut_is_told(world: OrderWorld) -> None:
    world.write_settings(orders={"company_numbers": "ignore"})
    order = world.place(address={"company": LONG_COMPANY})
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.document(order)["DeliveryAddress"]["Line3"] == "17 impasse des Mirabelles"
    assert world.erp.customers()["WEB0000000001"]["AddressData"]["AddressLine3"] == "17 impasse des Mirabelles"
    [incident] = world.incidents()
    assert (incident["level"], incident["key"]) == ("info", str(order))
    assert "address_length = 70" in incident["remedy"]
    assert "Dupont" not in str(world.report())


async def test_an_order_whose_street_has_no_room_is_held(world: OrderWorld) -> None:
    order = world.place(address={"address1": "chemin des Mirabelles et des Quetsches " * 3})
    await world.orders()
    assert world.deliveries() == {str(order): "held"}
    world.write_settings(erp__cegid={"address_length": 70})
    await world.orders()
    assert world.deliveries() == {str(order): "delivered"}
