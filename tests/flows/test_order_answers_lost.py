"""Orders whose answer was lost: sent again only as they were, or found as they were sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from deployments.commands.orders import another, resend
from deployments.exits import Exit
from tests.flows.order_world import ORDER, OrderWorld
from tests.flows.used_ids import answered, reuse, told

CANCELLED = 6


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    return order_world


async def lost_answer(world: OrderWorld, order: int) -> None:
    """A run whose Create reaches the ERP late: its connection is dropped, and it is carried out when told."""
    world.erp.faults.add("late", "Create")
    world.erp.faults.add("reset-before", "Create", times=100)
    state = await world.orders()
    assert state.is_failed()
    world.erp.faults.clear()
    assert world.deliveries() == {str(order): "intent"}
    world.erp.late = world.erp.late[:1]


def older(world: OrderWorld, by: timedelta) -> None:
    """The ledger's doubts are older by so much."""
    engine = sa.create_engine(f"sqlite:///{world.folder / 'ledger.db'}")
    with engine.begin() as connection:
        micro = int(by.total_seconds() * 1_000_000)
        connection.execute(sa.text("update deliveries set doubt_at = doubt_at - :by"), {"by": micro})
    engine.dispose()


async def test_an_order_cancelled_after_a_lost_answer_stays_in_doubt_until_the_erp_shows_it(world: OrderWorld) -> None:
    order = world.place()
    await lost_answer(world, order)
    world.move(order, CANCELLED)
    await world.orders()
    assert told(world) == [(str(order), "order_in_doubt")]
    assert await resend(order, shop=world.folder) is Exit.USAGE
    older(world, timedelta(days=2))
    await world.orders()
    assert told(world) == [(str(order), "order_doubt_stays")]
    assert world.erp.carry_out_late() == 1
    await world.orders()
    assert (world.deliveries(), len(world.documents())) == ({str(order): "delivered"}, 1)


async def test_an_id_that_is_another_orders_now_is_not_sent_again_but_asked_for(world: OrderWorld) -> None:
    order = world.place()
    await world.orders()
    [old] = world.documents()
    reuse(world, order)
    for _ in range(2):
        assert await resend(order, shop=world.folder) is Exit.USAGE
    with world.ledger() as ledger:
        held, former = (of(world.folder.name, ORDER, str(order)) for of in (ledger.delivery, ledger.former))
    assert held is not None
    assert (held.state, held.last_code, held.answer) == ("held", "order_id_reused", "asked")
    assert former is not None
    assert former.erp_number == f"CustomerOrder/ECO/{old['Key']['Number']}"
    assert answered(another, world, order) is Exit.COMPLETED
    await world.orders()
    assert len(world.documents()) == 2


async def test_a_doubt_is_cleared_by_a_person_after_a_day(world: OrderWorld) -> None:
    order = world.place()
    await lost_answer(world, order)
    world.move(order, CANCELLED)
    await world.orders()
    older(world, timedelta(days=1, minutes=1))
    assert await resend(order, shop=world.folder) is Exit.COMPLETED
    await world.orders()
    assert (world.deliveries(), told(world)) == ({}, [])


@pytest.mark.parametrize(
    "changed", [{"order_prefix": "SHOP"}, {"document_type": "Receipt"}, {"customer_prefix": "NEW"}], ids=str
)
@pytest.mark.parametrize("late", [False, True])
async def test_settings_that_change_after_a_lost_answer_change_nothing_of_what_is_sent(
    world: OrderWorld, changed: dict[str, str], late: bool
) -> None:
    order = world.place()
    await lost_answer(world, order)
    tables = {"erp__cegid" if "document_type" in changed else "erp": changed}
    world.write_settings(**tables)
    if late:
        world.erp.carry_out_late()
    state = await world.orders()
    assert state.name == "Completed", state.message
    world.erp.carry_out_late()
    [document] = world.documents()
    assert (document["Header"]["InternalReference"], document["Key"]["Type"]) == (f"WEB{order}", "CustomerOrder")
    assert len(world.erp.customers()) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_a_customer_whose_email_changes_after_a_lost_answer_has_one_document(
    world: OrderWorld, late: bool
) -> None:
    order = world.place()
    await lost_answer(world, order)
    customer = int(world.shop.row("orders", order)["id_customer"])
    world.shop.change("customers", customer, {"email": "autre@quatrebarbes.example"})
    if late:
        world.erp.carry_out_late()
    await world.orders()
    world.erp.carry_out_late()
    assert len(world.documents()) == 1
    assert len(world.erp.customers()) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_an_order_given_to_another_customer_after_a_lost_answer_waits_for_what_was_sent(
    world: OrderWorld, late: bool
) -> None:
    order = world.place()
    await lost_answer(world, order)
    world.shop.change("orders", order, {"id_customer": world.customer()})
    if late:
        world.erp.carry_out_late()
    await world.orders()
    world.erp.carry_out_late()
    await world.orders()
    assert len(world.documents()) == 1
    assert world.deliveries() == {str(order): "delivered"}


async def test_an_order_whose_lines_change_after_a_lost_answer_is_found_as_it_was_sent(world: OrderWorld) -> None:
    order = world.place()
    await lost_answer(world, order)
    world.shop.change("order_details", 1, {"product_quantity": 3, "total_price_tax_incl": "89.70"})
    figures = {"total_paid_tax_incl": "89.70", "total_products_wt": "89.70"}
    world.shop.change("orders", order, figures)
    for payment in world.shop.rows("order_payments"):
        world.shop.change("order_payments", int(payment["id"]), {"amount": "89.70"})
    await world.orders()
    assert told(world) == [(str(order), "order_in_doubt")]
    world.erp.carry_out_late()
    await world.orders()
    assert told(world) == [(str(order), "order_changed_in_doubt")]
    assert len(world.documents()) == 1
    await world.orders()
    with world.ledger() as ledger:
        still_open = ledger.incidents(shop=world.folder.name, open_only=True)
    assert still_open["code"].to_list() == ["order_changed_in_doubt"]


async def test_an_order_that_the_erp_refused_is_in_no_doubt_and_goes_as_it_is_then(world: OrderWorld) -> None:
    order = world.place()
    world.erp.faults.add("fault-en", "Create", code="CBR00042", reason="blocked")
    await world.orders()
    world.write_settings(erp={"order_prefix": "SHOP"})
    await world.orders()
    [document] = world.documents()
    assert document["Header"]["InternalReference"] == f"SHOP{order}"
