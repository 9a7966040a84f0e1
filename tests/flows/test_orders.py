from __future__ import annotations

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.order_world import ORDER, ORDERS, PASSWORD_VARIABLE, OrderWorld


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    return order_world


@pytest.mark.prefect
async def test_every_paid_order_is_in_the_erp_with_its_customer(world: OrderWorld) -> None:
    order = world.place(("ROBE-S", 2, "29.90"), ("CEINTURE", 1, "12.50"), shipping="4.90")
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "created": 1}
    document = world.document(order)
    assert world.erp.total(document) == Decimal("77.20")
    header = document["Header"]
    assert (header["Type"], header["StoreId"], header["WarehouseId"]) == ("CustomerOrder", "WEB", "CENTRAL")
    [customer] = world.erp.customers().values()
    assert customer["CustomerId"] == header["CustomerId"] == "WEB0000000001"
    assert customer["LastName"] == "Quatrebarbes"
    assert world.deliveries() == {str(order): "delivered"}


@pytest.mark.prefect
async def test_a_second_run_sends_nothing(world: OrderWorld) -> None:
    for _ in range(3):
        world.place()
    await world.orders()
    world.erp.requests.clear()
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    assert {name for name in world.erp.requests if name != "wsdl"} == set()
    assert world.shop.writes == 0


async def test_an_order_that_does_not_add_up_is_held_whole_and_the_others_go(world: OrderWorld) -> None:
    fine = world.place()
    wrong = world.place(("ROBE-S", 1, "20.00"), total_paid_tax_incl="19.99")
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert world.deliveries() == {str(fine): "delivered", str(wrong): "held"}
    [incident] = world.incidents()
    assert (incident["level"], incident["key"]) == ("error", str(wrong))
    assert "20.00" in incident["reason"]
    assert "19.99" in incident["reason"]
    assert incident["remedy"]


async def test_a_held_order_goes_once_its_cause_is_put_right(world: OrderWorld) -> None:
    order = world.place(module="ps_checkpayment", address={"id_country": 12})
    await world.orders()
    assert {incident["key"] for incident in world.incidents()} == {str(order)}
    assert len(world.incidents()) == 2
    more = '[[payments]]\nmodule = "ps_checkpayment"\nerp = "CHQ"\n'
    path = world.folder / "associations.toml"
    path.write_text(path.read_text().replace("FR = ", 'LU = "LUX"\nFR = ') + more)
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.document(order)["Payments"][0]["MethodId"] == "CHQ"
    with world.ledger() as ledger:
        assert ledger.incidents(shop=world.folder.name, open_only=True).is_empty()


async def test_an_order_with_fewer_lines_than_its_cart_is_held(world: OrderWorld) -> None:
    order = world.place(("A", 1, "10.00"), cart_lines=2)
    await world.orders()
    assert world.deliveries() == {str(order): "held"}
    world.write_settings(orders={"compare_cart": False})
    await world.orders()
    assert world.deliveries() == {str(order): "delivered"}


@pytest.mark.parametrize("cart_lines", [0, 1])
async def test_an_order_with_more_lines_than_its_cart_goes(world: OrderWorld, cart_lines: int) -> None:
    order = world.place(("A", 1, "10.00"), ("B", 1, "5.00"), cart_lines=cart_lines)
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.erp.total(world.document(order)) == Decimal("15.00")


async def test_an_unpaid_order_waits_and_goes_when_it_is_paid(world: OrderWorld) -> None:
    order = world.place(state=10)
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "waiting": 1}
    assert world.deliveries() == {str(order): "waiting"}
    assert world.documents() == []
    world.shop.change("orders", order, {"current_state": 2, "date_upd": "2020-01-01 00:00:00"})
    await world.orders()
    assert world.counts() == {"rows_read": 1, "created": 1}


async def test_a_cancelled_order_is_none_of_the_erps_business(world: OrderWorld) -> None:
    order, other = world.place(state=10), world.place(state=10)
    await world.orders()
    world.move(order, 6)
    world.move(other, 6)
    await world.orders()
    assert world.counts() == {"rows_read": 2, "ignored": 2}
    assert world.deliveries() == {}


async def test_orders_placed_before_the_first_day_never_go(world: OrderWorld) -> None:
    world.place(date_add="2024-12-31 23:59:59")
    recent = world.place(date_add="2025-01-01 00:00:01")
    settings = world.folder / "settings.toml"
    settings.write_text(settings.read_text() + "\n[orders]\nplaced_from = 2025-01-01\n")
    await world.orders()
    assert world.counts() == {"rows_read": 2, "created": 1, "ignored": 1}
    assert world.deliveries() == {str(recent): "delivered"}


async def test_a_sale_that_came_from_the_erp_never_goes_back_to_it(world: OrderWorld) -> None:
    world.place(module="passerelle")
    await world.orders()
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    assert world.documents() == []


async def test_the_watermark_set_back_a_month_duplicates_nothing(world: OrderWorld) -> None:
    for _ in range(4):
        world.place()
    await world.orders()
    with world.ledger() as ledger:
        reached = ledger.watermark(world.folder.name, ORDERS)
        assert reached is not None
        ledger.set_watermark(world.folder.name, ORDERS, reached - timedelta(days=31))
    late = world.place()
    await world.orders()
    assert world.counts() == {"rows_read": 5, "created": 1, "unchanged": 4}
    await world.orders(since="2020-01-01")
    assert world.counts() == {"rows_read": 5, "unchanged": 5}
    assert len(world.documents()) == 5
    assert world.document(late)


async def test_a_ledger_that_was_lost_duplicates_nothing(world: OrderWorld) -> None:
    for _ in range(3):
        world.place()
    await world.orders()
    for path in world.folder.glob("ledger.db*"):
        path.unlink()
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "unchanged": 3}
    assert len(world.documents()) == 3
    assert len(world.erp.customers()) == 3


@pytest.mark.prefect
async def test_a_dry_run_shows_the_documents_and_sends_nothing(world: OrderWorld) -> None:
    reduction = {1: {"reduction_percent": "20"}}
    order = world.place(("ROBE-S", 2, "40.00"), shipping="4.90", discounts="5.00", reductions=reduction)
    world.place(("ROBE-M", 1, "9.00"), total_products_wt="8.00")
    state = await world.orders(dry_run=True)
    assert state.name == "Planned", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    assert world.documents() == []
    assert world.deliveries() == {}
    assert {name for name in world.erp.requests if name != "wsdl"} == set()
    [planned] = world.report()["plan"]
    assert planned["key"] == str(order)
    said = [new for _, _, new in planned["changes"]]
    assert said[1:] == [
        "ROBE-S x 2 at 40.00 instead of 50.00 WEBREM",
        "PORT x 1 at 4.90",
        "REMISE x -1 at 5.00",
        "79.90 EUR",
        "VIR 79.90 EUR",
        "COLISSIMO",
    ]


async def test_a_customer_that_the_erp_knows_by_email_is_brought_up_to_date(world: OrderWorld) -> None:
    world.write_settings(erp={"existing_customers": "update"})
    known = {"LastName": "QUATREBARBES", "ActivityCode": "0001"}
    code = world.erp.insert_customer(email="ZEPHYRINE1@quatrebarbes.example", **known)
    first = world.place()
    await world.orders()
    assert world.document(first)["Header"]["CustomerId"] == code
    assert world.erp.customers()[code]["LastName"] == "Quatrebarbes"
    assert world.erp.customers()[code]["ActivityCode"] == "0001"
    customer = int(world.shop.row("orders", first)["id_customer"])
    world.shop.change("customers", customer, {"email": "autre@quatrebarbes.example"})
    world.place(customer=customer, address={"city": "Forbach"})
    await world.orders()
    assert list(world.erp.customers()) == [code]
    assert world.erp.customers()[code]["AddressData"]["City"] == "Forbach"


async def test_an_email_of_several_customers_holds_the_order_and_names_their_codes(world: OrderWorld) -> None:
    codes = [world.erp.insert_customer(email="zephyrine1@quatrebarbes.example") for _ in range(2)]
    order = world.place()
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 1, "refused": 1}
    [incident] = world.incidents()
    assert all(code in incident["reason"] for code in codes)
    assert world.deliveries() == {str(order): "held"}
    assert len(world.erp.customers()) == 2


async def test_guests_of_one_email_are_one_customer(world: OrderWorld) -> None:
    for _ in range(6):
        world.place(customer=world.customer("zephyrine@quatrebarbes.example", is_guest=1))
    await world.orders()
    assert world.counts() == {"rows_read": 6, "created": 6}
    assert len(world.erp.customers()) == 1


async def test_orders_of_a_split_cart_share_a_reference_and_go_one_by_one(world: OrderWorld) -> None:
    customer = world.customer()
    one = world.place(("A", 1, "10.00"), customer=customer, reference="SHARED", payments=[])
    two = world.place(("B", 1, "20.00"), customer=customer, reference="SHARED", payments=[{"amount": "30.00"}])
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert [world.document(order)["Payments"][0]["Amount"] for order in (one, two)] == [10, 20]
    assert len(world.documents()) == 2


async def test_orders_of_a_split_cart_that_were_each_set_to_paid_by_hand_go(world: OrderWorld) -> None:
    # PrestaShop 8.2.0 and 9.1.4: of a bank wire of 30.00 they note 20.00, whichever of the two is set to paid first.
    customer = world.customer()
    world.place(("A", 1, "10.00"), customer=customer, reference="SHARED", payments=[])
    world.place(("B", 1, "20.00"), customer=customer, reference="SHARED", payments=[{"amount": "20.00"}])
    await world.orders()
    assert world.counts() == {"rows_read": 2, "created": 2}
    assert [document["Payments"][0]["Amount"] for document in world.documents()] == [10, 20]


async def test_the_shipping_of_a_split_cart_goes_once_where_the_shop_says_it_in_both_orders(world: OrderWorld) -> None:
    # PrestaShop 9.1.4: both orders say 8.40, and the total of one of them is its article alone.
    customer = world.customer()
    own: dict[str, Any] = {"total_paid": "10.00", "total_paid_tax_incl": "10.00"}
    world.place(("A", 1, "10.00"), customer=customer, reference="SHARED", shipping="8.40", payments=[], **own)
    paid = [{"amount": "28.40"}]
    world.place(("B", 1, "20.00"), customer=customer, reference="SHARED", shipping="8.40", payments=paid)
    world.place(("A", 1, "10.00"), shipping="8.40", payments=[{"amount": "10.00"}], **own)
    await world.orders()
    assert world.counts() == {"rows_read": 3, "created": 2, "rejected": 1}
    assert [world.erp.total(document) for document in world.documents()] == [Decimal("10.00"), Decimal("28.40")]


async def test_an_order_that_was_in_error_and_then_paid_is_held_with_both_figures(world: OrderWorld) -> None:
    paid = [{"amount": "1.00"}, {"amount": "913.60"}]
    order = world.place(("ROBE-S", 1, "913.60"), payments=paid)
    world.place(("ROBE-S", 1, "913.60"), payments=[{"amount": "1.00"}, {"amount": "912.60"}])
    await world.orders()
    assert world.counts() == {"rows_read": 2, "created": 1, "rejected": 1}
    [incident] = world.incidents()
    assert (incident["key"], incident["level"]) == (str(order), "error")
    assert "914.60" in incident["reason"]
    assert "913.60" in incident["reason"]
    assert incident["remedy"]


async def test_an_order_that_is_paid_in_part_is_held_and_goes_once_the_rest_is_there(world: OrderWorld) -> None:
    order = world.place(("ROBE-S", 1, "20.00"), payments=[{"amount": "5.00"}])
    await world.orders()
    [incident] = world.incidents()
    assert ("5.00" in incident["reason"], "20.00" in incident["reason"]) == (True, True)
    rest = {"order_reference": world.shop.row("orders", order)["reference"], "id_currency": 1, "amount": "15.00"}
    world.shop.insert("order_payments", rest | {"payment_method": "Virement"})
    await world.orders()
    assert world.deliveries() == {str(order): "delivered"}


async def test_orders_of_a_split_cart_that_were_paid_twice_are_held(world: OrderWorld) -> None:
    customer = world.customer()
    world.place(("A", 1, "10.00"), customer=customer, reference="SHARED", payments=[{"amount": "1.00"}])
    world.place(("B", 1, "20.00"), customer=customer, reference="SHARED", payments=[{"amount": "30.00"}])
    await world.orders()
    assert world.counts() == {"rows_read": 2, "rejected": 2}
    assert all("31.00" in each["reason"] and "30.00" in each["reason"] for each in world.incidents())


async def test_what_the_erp_refuses_is_held_in_its_own_words_without_a_name(world: OrderWorld) -> None:
    order = world.place()
    world.erp.faults.add("fault-fr", "Create", reason="Le client Zéphyrine QUATREBARBES est bloqué", code="CBR00042")
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 1, "refused": 1}
    assert "est bloqué" in world.incidents()[0]["reason"]
    assert "quatrebarbes" not in world.incidents()[0]["reason"].lower()
    await world.orders()
    assert world.deliveries() == {str(order): "delivered"}


@pytest.mark.prefect
async def test_refused_credentials_stop_the_run_at_once_with_a_remedy(world: OrderWorld) -> None:
    world.place()
    os.environ[PASSWORD_VARIABLE] = "wrong"
    state = await world.orders()
    assert state.is_failed()
    assert "Remedy" in (state.message or "")
    assert world.documents() == []


async def test_receipts_carry_no_carrier(world: OrderWorld) -> None:
    world.write_settings(erp__cegid={"document_type": "Receipt"})
    order = world.place(id_carrier=1)
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.document(order)["Header"]["Type"] == "Receipt"
    assert "OmniChannel" not in world.document(order)["Header"]


async def test_what_went_to_the_test_access_still_goes_to_production(world: OrderWorld) -> None:
    world.write_settings(erp={"access": "test"})
    world.place()
    await world.orders()
    assert world.report()["parameters"]["erp"] == "cegid test"
    assert world.counts() == {"rows_read": 1, "created": 1}
    assert world.deliveries() == {}
    world.write_settings()
    await world.orders()
    assert set(world.deliveries().values()) == {"delivered"}


async def test_without_an_access_nothing_starts_and_the_remedy_is_told(world: OrderWorld) -> None:
    world.write_settings(erp={"kind": "none"})
    state = await world.orders()
    assert state.is_failed()
    assert "[erp]" in (state.message or "")


async def test_an_order_sent_without_an_answer_and_cancelled_since_is_found_or_in_doubt(
    world: OrderWorld,
) -> None:
    arrived, lost = world.place(), world.place()
    await world.orders()
    gone = world.document(lost)["Key"]
    world.erp._documents.by_key.pop(tuple(gone.values()))
    with world.ledger() as ledger:
        for order in (arrived, lost):
            ledger.clear(world.folder.name, ORDER, [str(order)])
            ledger.intend(world.folder.name, ORDER, str(order), run_id=None)
            world.move(order, 6)
    await world.orders()
    assert world.counts() == {"rows_read": 2, "waiting": 1, "unchanged": 1}
    assert world.deliveries() == {str(arrived): "delivered", str(lost): "waiting"}
    assert len(world.documents()) == 1


async def test_an_order_in_a_state_that_is_held_waits_for_a_person_and_is_told_once(world: OrderWorld) -> None:
    world.write_settings(orders={"hold_states": [7]})
    order = world.place(("SAC1", 1, "10.00"), state=7)
    state = await world.orders()
    assert (state.name, world.counts()) == ("Completed", {"rows_read": 1, "waiting": 1})
    [told] = [one for one in world.report()["incidents"] if one["level"] == "error"]
    assert "waits for a person" in told["reason"]
    await world.orders()
    assert world.counts() == {"rows_read": 1, "waiting": 1}
    assert [one for one in world.report()["incidents"] if one["level"] == "error"] == []
    world.shop.change("orders", order, {"current_state": 2, "date_upd": "2020-01-01 00:00:00"})
    await world.orders()
    assert world.counts() == {"rows_read": 1, "created": 1}
