"""What a person changes in the shop after the ERP has taken an order."""

from __future__ import annotations

import pytest

from tests.flows.order_world import ORDER, OrderWorld, shop_time

CANCELLED, REFUNDED, PREPARED = 6, 7, 3


@pytest.fixture
async def world(order_world: OrderWorld) -> OrderWorld:
    """Two orders that the ERP has: 1 and 2."""
    for _ in range(2):
        order_world.place()
    state = await order_world.orders()
    assert state.name == "Completed", state.message
    return order_world


async def told(world: OrderWorld) -> list[str]:
    """Runs export_orders; the reasons of its incidents."""
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert len(world.documents()) == 2
    return [each["reason"] for each in world.incidents()]


def later(world: OrderWorld, order: int, day: int = 1, **values: object) -> None:
    """A change of a person, at a time of its own: the shop tells dates to the second."""
    world.shop.change("orders", order, {"date_upd": shop_time(minutes=day)} | values)


def open_incidents(world: OrderWorld) -> list[tuple[str, str]]:
    with world.ledger() as ledger:
        found = ledger.incidents(shop=world.folder.name, open_only=True)
    return list(found.select("key", "code").iter_rows())


@pytest.mark.parametrize(("state", "name"), [(CANCELLED, "Canceled"), (REFUNDED, "Refunded")])
async def test_an_order_that_is_cancelled_or_refunded_is_told_once_with_its_document(
    world: OrderWorld, state: int, name: str
) -> None:
    number = str(world.document(1)["Key"]["Number"])
    later(world, 1, current_state=state)
    [reason] = await told(world)
    assert name in reason
    assert number in reason
    [incident] = world.incidents()
    assert (incident["level"], incident["key"]) == ("error", "1")
    assert await told(world) == []
    assert open_incidents(world) == [("1", "order_cancelled_after")]


async def test_an_order_that_comes_back_to_its_state_closes_what_was_told(world: OrderWorld) -> None:
    later(world, 1, current_state=CANCELLED)
    await told(world)
    later(world, 1, 2, current_state=2)
    assert await told(world) == []
    assert open_incidents(world) == []


async def test_a_line_that_is_edited_is_told_once(world: OrderWorld) -> None:
    world.shop.change("order_details", 1, {"product_quantity": 3, "total_price_tax_incl": "89.70"})
    later(world, 1, total_paid_tax_incl="89.70", total_products_wt="89.70")
    [reason] = await told(world)
    assert "lines or amounts" in reason
    later(world, 1, 2)
    assert await told(world) == []


async def test_another_address_is_told_once(world: OrderWorld) -> None:
    other = world.address(int(world.shop.row("orders", 1)["id_customer"]), city="Sarreguemines")
    later(world, 1, id_address_delivery=other)
    [reason] = await told(world)
    assert "delivery address" in reason
    assert "Sarreguemines" not in str(world.report())


async def test_a_state_that_the_erp_itself_gave_is_not_told(world: OrderWorld) -> None:
    world.ship(1, cancel="Canceled")
    world.ship(2, follow_up="Validated")
    await world.statuses()
    assert [world.state(order) for order in (1, 2)] == [CANCELLED, PREPARED]
    assert await told(world) == []


async def test_a_note_of_the_merchant_is_nothing_to_tell(world: OrderWorld) -> None:
    later(world, 1, note="à rappeler")
    assert await told(world) == []


async def test_an_order_that_nobody_touched_is_not_read_again(world: OrderWorld) -> None:
    world.shop.reset_counts()
    await told(world)
    assert world.shop.count(path="/api/order_details") == 0


async def test_a_dry_run_tells_and_remembers_nothing(world: OrderWorld) -> None:
    later(world, 1, current_state=CANCELLED)
    await world.orders(dry_run=True)
    assert len(world.incidents()) == 1
    assert len(await told(world)) == 1


def forget_what_was_sent(world: OrderWorld, *keys: str) -> None:
    with world.ledger() as ledger:
        for kind in (f"{ORDER}_sent", f"{ORDER}_seen"):
            assert set(keys) <= set(ledger.links(world.folder.name, kind)["erp_key"])
            ledger.forget(world.folder.name, kind, keys)


async def test_a_ledger_without_what_was_sent_tells_a_cancellation_all_the_same(world: OrderWorld) -> None:
    forget_what_was_sent(world, "1", "2")
    later(world, 1, current_state=CANCELLED)
    assert len(await told(world)) == 1


def now_and(**later: float) -> dict[str, str]:
    return {"date_upd": shop_time(**(later or {"minutes": 1}))}


def slip(world: OrderWorld, order: int, amount: str, shipping: str = "0") -> int:
    """A credit slip of the back office: the order itself stays as it was, its date too (facts U1)."""
    sums = {"total_products_tax_incl": amount, "total_shipping_tax_incl": shipping, "amount": amount}
    return world.shop.insert("order_slip", {"id_order": order, "id_customer": 1, **sums} | now_and())


async def test_a_credit_slip_is_told_once_with_its_amount_and_the_document_s_total(world: OrderWorld) -> None:
    slip(world, 1, "12.00", "4.90")
    [reason] = await told(world)
    assert all(text in reason for text in ("16.90", "59.80", str(world.document(1)["Key"]["Number"])))
    assert await told(world) == []
    slip(world, 1, "10.00")
    [reason] = await told(world)
    assert ("26.90" in reason, open_incidents(world)[0]) == (True, ("1", "order_refunded_after"))


async def test_a_credit_slip_of_before_the_hand_over_is_told_by_the_daily_look(order_world: OrderWorld) -> None:
    order_world.place()
    slip(order_world, 1, "12.00")
    await order_world.orders()
    await order_world.orders(sweep=True)
    assert ["12.00" in each["reason"] for each in order_world.incidents()] == [True]


async def test_an_address_that_is_edited_in_place_is_told_once(world: OrderWorld) -> None:
    address = int(world.shop.row("orders", 1)["id_address_delivery"])
    world.shop.change("addresses", address, {"city": "Sarreguemines"} | now_and())
    reasons = await told(world)
    assert ["address" in reason for reason in reasons] == [True, True]
    assert "Sarreguemines" not in str(world.report())
    assert await told(world) == []


async def test_an_address_that_no_order_bears_is_looked_at_for_nothing(world: OrderWorld) -> None:
    world.address(1, **now_and())
    world.shop.reset_counts()
    assert await told(world) == []
    assert world.shop.count(path="/api/order_details") == 0


async def test_payments_that_change_are_told_with_their_figures(world: OrderWorld) -> None:
    row = {"order_reference": world.shop.row("orders", 1)["reference"], "id_currency": 1, "amount": "10.00"}
    world.shop.insert("order_payments", row | {"payment_method": "Virement", "date_add": shop_time(minutes=1)})
    [reason] = await told(world)
    assert all(text in reason for text in ("59.80", "69.80"))


async def test_edited_lines_are_told_with_old_and_new_figures(world: OrderWorld) -> None:
    world.shop.change("order_details", 1, {"product_quantity": 3, "total_price_tax_incl": "89.70"})
    later(world, 1, total_paid_tax_incl="89.70", total_products_wt="89.70")
    [reason] = await told(world)
    assert all(text in reason for text in ("59.80 for 2 pieces", "89.70 for 3", "59.80 is paid"))


async def test_a_line_that_moves_no_date_is_told_by_the_daily_look(world: OrderWorld) -> None:
    world.shop.change("order_details", 1, {"product_quantity": 3, "total_price_tax_incl": "89.70"})
    assert await told(world) == []
    await world.orders(sweep=True)
    assert len(world.incidents()) == 1
    await world.orders(sweep=True)
    assert world.incidents() == []


async def test_an_order_that_was_deleted_after_it_was_handed_over_is_told_once(world: OrderWorld) -> None:
    world.delete("orders", 1)
    reasons = []
    for sweep in (True, False, False, False, True):
        await world.orders(sweep=sweep)
        reasons += [each["reason"] for each in world.incidents() if each["level"] == "error"]
    assert ["deleted" in reason for reason in reasons] == [True]
    assert len(world.documents()) == 2


async def test_orders_are_followed_for_so_many_days(world: OrderWorld) -> None:
    world.write_settings(orders={"followed_days": 0})
    slip(world, 1, "12.00")
    world.shop.reset_counts()
    assert await told(world) == []
    assert world.shop.count(path="/api/(order_slip|addresses)") == 0
    world.write_settings(orders={"followed_days": 10})
    assert len(await told(world)) == 1


async def test_an_order_cancelled_while_it_was_in_doubt_is_told_once_the_erp_is_known_to_have_it(
    world: OrderWorld,
) -> None:
    forget_what_was_sent(world, "1")
    with world.ledger() as ledger:
        ledger.clear(world.folder.name, ORDER, ["1"])
        ledger.intend(world.folder.name, ORDER, "1", run_id=None)
    world.move(1, CANCELLED)
    await world.orders()
    await world.orders()
    assert open_incidents(world) == [("1", "order_cancelled_after")]


async def cancelled(world: OrderWorld) -> list[str]:
    """Order 1 is cancelled in the shop; the levels of what a run says of it."""
    later(world, 1, current_state=CANCELLED)
    await told(world)
    return [each["level"] for each in world.incidents()]


async def test_a_cancelled_order_leaves_its_document_alone_as_shipped(world: OrderWorld) -> None:
    assert await cancelled(world) == ["error"]
    assert world.erp.requests["Cancel"] == 0
    assert world.document(1)["Active"]


async def test_a_cancelled_order_cancels_its_document_once_where_the_setting_says_so(world: OrderWorld) -> None:
    world.write_settings(orders={"cancel_states": [CANCELLED]})
    assert await cancelled(world) == ["info"]
    assert world.document(1)["Header"]["OmniChannel"]["CancelStatus"] == "Canceled"
    assert "Canceled" not in str(world.document(2)["Header"]["OmniChannel"])
    world.erp.requests.clear()
    await world.orders(sweep=True)
    later(world, 1, 2, note="x")
    assert await told(world) == []
    assert world.erp.requests["Cancel"] == 0
    await world.statuses()
    await world.orders(sweep=True)
    assert world.incidents() == []


@pytest.mark.parametrize(
    "status", [{"follow_up": "InPreparation"}, {"shipping": "Totally"}, {"shipping": "InProgress"}]
)
async def test_a_document_that_is_under_way_is_not_cancelled_and_a_person_is_asked(
    world: OrderWorld, status: dict[str, str]
) -> None:
    world.write_settings(orders={"cancel_states": [CANCELLED]})
    world.ship(1, **status)
    assert await cancelled(world) == ["error"]
    assert world.erp.requests["Cancel"] == 0


@pytest.mark.parametrize("fault", ["reset-after", "reset-before"])
async def test_a_lost_answer_to_a_cancellation_ends_with_a_cancelled_document(world: OrderWorld, fault: str) -> None:
    world.write_settings(orders={"cancel_states": [CANCELLED]})
    world.erp.faults.add(fault, "Cancel", times=99)  # type: ignore[arg-type]
    assert await cancelled(world) == ["retry"]
    world.erp.faults.clear()
    await world.orders()
    assert world.document(1)["Header"]["OmniChannel"]["CancelStatus"] == "Canceled"


async def test_an_erp_that_refuses_a_cancellation_is_quoted(world: OrderWorld) -> None:
    world.write_settings(orders={"cancel_states": [CANCELLED]})
    world.erp.faults.add("fault-fr", "Cancel", reason="Document verrouillé", code="CBR00042")
    assert await cancelled(world) == ["error"]
    assert "verrouillé" in world.incidents()[0]["reason"]


async def test_an_order_that_is_sold_again_after_its_document_was_cancelled_is_an_incident(world: OrderWorld) -> None:
    world.write_settings(orders={"cancel_states": [CANCELLED]})
    await cancelled(world)
    later(world, 1, 2, current_state=2)
    [reason] = await told(world)
    assert "sold again" in reason


async def test_a_dry_run_cancels_nothing(world: OrderWorld) -> None:
    world.write_settings(orders={"cancel_states": [CANCELLED]})
    later(world, 1, current_state=CANCELLED)
    await world.orders(dry_run=True)
    assert world.erp.requests["Cancel"] == 0
    assert len(world.incidents()) == 1
