"""What a person changes in the shop after the ERP has taken an order."""

from __future__ import annotations

import pytest

from tests.flows.order_world import OrderWorld, shop_time

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


async def test_a_ledger_without_what_was_sent_tells_a_cancellation_all_the_same(world: OrderWorld) -> None:
    with world.ledger() as ledger:
        for kind in ("order_sent", "order_seen"):
            ledger.forget(world.folder.name, kind, ["1", "2"])
    later(world, 1, current_state=CANCELLED)
    assert len(await told(world)) == 1
