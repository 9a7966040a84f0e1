"""An id is not an identity: ids that a shop gives anew, documents that are not ours, answers that come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.ledger.tables import LEDGER
from deployments.commands.orders import another, resend, same
from deployments.exits import Exit
from tests.flows.order_world import OrderWorld
from tests.flows.used_ids import answered, reasons, reuse, told

CANCELLED = 6


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    return order_world


async def test_an_order_under_a_used_id_is_held_with_a_question_and_sent_once_it_is_another(world: OrderWorld) -> None:
    order = world.place(("ROBE-S", 2, "29.90"))
    await world.orders()
    [old] = world.documents()
    reuse(world, order)
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 1, "rejected": 1}
    assert told(world) == [(str(order), "order_id_reused")]
    assert f"CustomerOrder/ECO/{old['Key']['Number']}" in reasons(world)
    await world.orders()
    assert told(world) == [(str(order), "order_id_reused")]
    assert len(world.documents()) == 1
    assert answered(another, world, order) is Exit.COMPLETED
    state = await world.orders()
    assert state.name == "Completed", state.message
    first, second = world.documents()
    assert first == old
    assert second["Header"]["InternalReference"].startswith(f"WEB{order}.20")
    assert second["Header"]["CustomerId"] != old["Header"]["CustomerId"]
    assert told(world) == []
    world.erp.requests.clear()
    await world.orders()
    assert world.counts()["unchanged"] == 1
    assert {name for name in world.erp.requests if name != "wsdl"} == set()


async def test_a_used_id_is_seen_by_a_run_with_since_too(world: OrderWorld) -> None:
    order = world.place()
    await world.orders()
    reuse(world, order)
    await world.orders(since="2020-01-01")
    assert told(world) == [(str(order), "order_id_reused")]


async def test_an_order_whose_date_was_edited_is_the_same_when_a_person_says_so(world: OrderWorld) -> None:
    order = world.place()
    await world.orders()
    world.shop.change("orders", order, {"date_add": "2020-01-01 00:00:00", "date_upd": "2035-01-01 00:00:00"})
    await world.orders()
    assert told(world) == [(str(order), "order_id_reused")]
    assert answered(same, world, order) is Exit.COMPLETED
    await world.orders()
    assert (world.deliveries(), len(world.documents())) == ({str(order): "delivered"}, 1)
    assert world.counts() == {"rows_read": 1, "unchanged": 1}


async def test_the_state_of_a_former_order_does_not_go_to_the_one_that_has_its_id_now(world: OrderWorld) -> None:
    order = world.place()
    await world.orders()
    [old] = world.documents()
    reuse(world, order)
    world.erp.set_status(old, shipping="Totally")
    await world.statuses()
    assert world.state(order) == 2


async def test_an_order_that_is_off_sale_under_a_used_id_does_not_cancel_the_document_of_the_former(
    world: OrderWorld,
) -> None:
    world.write_settings(orders={"cancel_states": [CANCELLED]})
    order = world.place()
    await world.orders()
    reuse(world, order, state=CANCELLED)
    await world.orders(sweep=True)
    [document] = world.documents()
    assert document["Status"] == "InProgress"
    assert "order_cancelled_after" not in dict(told(world)).values()


async def test_a_delivery_of_an_earlier_version_is_given_its_identity_where_that_is_proven(world: OrderWorld) -> None:
    sure, reused = world.place(), world.place()
    await world.orders()
    forget_identities(world)
    world.shop.change("orders", sure, {"date_upd": "2035-01-01 00:00:00"})
    reuse(world, reused)
    await world.orders()
    assert told(world) == [(str(reused), "order_id_reused")]
    reuse(world, sure)
    await world.orders()
    assert told(world) == [(str(sure), "order_id_reused"), (str(reused), "order_id_reused")]
    assert len(world.documents()) == 2


async def test_a_delivery_of_an_earlier_version_dated_later_is_proven_by_the_erps_document(world: OrderWorld) -> None:
    late = f"{datetime.now(UTC) + timedelta(hours=30):%Y-%m-%d %H:%M:%S}"
    order = world.place(date_add=late)
    await world.orders()
    forget_identities(world)
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert (told(world), world.counts()) == ([], {"rows_read": 1, "unchanged": 1})
    reuse(world, order)
    await world.orders()
    assert told(world) == [(str(order), "order_id_reused")]


def forget_identities(world: OrderWorld) -> None:
    engine = sa.create_engine(f"sqlite:///{world.folder / 'ledger.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("update deliveries set identity = null, intended = null"))
    engine.dispose()


def lose_ledger(world: OrderWorld) -> None:
    for path in world.folder.glob("ledger.db*"):
        path.unlink()


async def test_a_lost_ledger_and_an_id_used_again_with_an_equal_total_adopts_nothing(world: OrderWorld) -> None:
    order = world.place(("ROBE-S", 2, "29.90"))
    await world.orders()
    lose_ledger(world)
    customer = int(world.shop.row("orders", order)["id_customer"])
    reuse(world, order, customer=customer)
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert told(world) == [(str(order), "order_document_differs")]
    assert "reference" in reasons(world)
    answered(another, world, order)
    await world.orders()
    assert len(world.documents()) == 2
    assert world.deliveries() == {str(order): "delivered"}


async def test_a_lost_ledger_and_another_type_of_document_makes_no_second_one(world: OrderWorld) -> None:
    order = world.place()
    await world.orders()
    lose_ledger(world)
    world.write_settings(erp__cegid={"document_type": "Receipt"})
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert (world.deliveries(), len(world.documents())) == ({str(order): "delivered"}, 1)


async def test_a_ledger_made_anew_by_a_clock_that_was_behind_is_no_reason_for_a_second_one(world: OrderWorld) -> None:
    order = world.place()
    await world.orders()
    lose_ledger(world)
    with world.ledger() as ledger:
        began_at = ledger.began_at() - timedelta(hours=26)
    with sa.create_engine(f"sqlite:///{world.folder / 'ledger.db'}").begin() as connection:
        connection.execute(sa.update(LEDGER).values(created_at=began_at))
    world.write_settings(erp__cegid={"document_type": "Receipt"})
    await world.orders()
    assert (world.deliveries(), len(world.documents())) == ({str(order): "delivered"}, 1)


@pytest.mark.parametrize(
    ("differs", "said"),
    [
        ({"Lines": [("JUPE", 2, "29.90")]}, "lines JUPE ROBE-S"),
        ({"Date": "2020-01-01T00:00:00"}, "date 2020-01-01"),
        ({"Lines": [("ROBE-S", 3, "29.90")]}, "total 89.70"),
        ({"CustomerId": "OTHER"}, "customer OTHER"),
        ({"cancelled": True}, "cancelled"),
    ],
    ids=lambda given: "" if isinstance(given, dict) else str(given),
)
async def test_a_document_under_our_reference_that_differs_is_not_taken_for_ours(
    world: OrderWorld, differs: dict[str, Any], said: str
) -> None:
    order = world.place(("ROBE-S", 2, "29.90"))
    await world.orders()
    [document] = world.documents()
    world.erp.insert_customer("OTHER", email="other@example.com")
    lose_ledger(world)
    kept = world.erp._documents.by_key[tuple(document["Key"].values())]
    if "Lines" in differs:
        kept["Lines"] = [
            {"ItemIdentifier": {"Reference": item}, "Quantity": quantity, "NetUnitPrice": price}
            for item, quantity, price in differs["Lines"]
        ]
    kept["Header"] |= {name: value for name, value in differs.items() if name in ("Date", "CustomerId")}
    if "cancelled" in differs:
        world.erp.cancel(document)
    state = await world.orders()
    assert state.name == "CompletedWithRejects", state.message
    assert told(world) == [(str(order), "order_document_differs")]
    assert said in reasons(world)
    assert len(world.documents()) == 1
    answered(same, world, order)
    await world.orders()
    assert world.deliveries() == {str(order): "delivered"}
    assert len(world.documents()) == 1


async def test_two_shops_with_one_prefix_do_not_take_each_others_documents(world: OrderWorld) -> None:
    code = world.erp.insert_customer(email="zephyrine1@quatrebarbes.example")
    header = {"CustomerId": code, "InternalReference": "WEB1", "ExternalReference": "OFANOTHER"}
    world.erp.insert_document(header | {"Date": "2026-11-21T00:00:00"}, ("ROBE-S", 2, "29.90"))
    order = world.place(("ROBE-S", 2, "29.90"))
    await world.orders()
    assert told(world) == [(str(order), "order_document_differs")]
    answered(another, world, order)
    await world.orders()
    assert [each["Header"]["ExternalReference"] for each in world.documents()] == ["OFANOTHER", "REF000001"]


async def test_a_document_typed_by_hand_under_the_shops_reference_is_no_reason_for_a_second_one(
    world: OrderWorld,
) -> None:
    code = world.erp.insert_customer(email="zephyrine1@quatrebarbes.example")
    order = world.place(("ROBE-S", 2, "29.90"))
    header = {"CustomerId": code, "InternalReference": "TILL-7", "ExternalReference": "REF000001"}
    world.erp.insert_document(header | {"Date": "2026-11-20T00:00:00"}, ("ROBE-S", 2, "29.90"))
    await world.orders()
    assert told(world) == [(str(order), "order_document_by_hand")]
    assert len(world.documents()) == 1
    answered(same, world, order)
    await world.orders()
    assert (len(world.documents()), world.deliveries()) == (1, {str(order): "delivered"})


async def test_a_document_typed_by_hand_that_is_the_order_to_the_last_line_is_its_document(world: OrderWorld) -> None:
    code = world.erp.insert_customer(email="zephyrine1@quatrebarbes.example")
    order = world.place(("ROBE-S", 2, "29.90"), date_add="2026-11-20 10:00:00")
    header = {"CustomerId": code, "InternalReference": "TILL-7", "ExternalReference": "REF000001"}
    world.erp.insert_document(header | {"Date": "2026-11-20T00:00:00"}, ("ROBE-S", 2, "29.90"))
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert (len(world.documents()), world.deliveries()) == (1, {str(order): "delivered"})


async def test_an_answer_to_what_nobody_asked_sends_no_order_twice(
    world: OrderWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    order = world.place(("ROBE-S", 2, "29.90"))
    await world.orders()
    assert await resend(order, shop=world.folder) is Exit.COMPLETED
    for answer in (another, same):
        assert answered(answer, world, order) is Exit.USAGE
    told = capsys.readouterr().out
    assert (f"Nothing is asked about {order}" in told, "0 answered" in told) == (True, False)
    await world.orders()
    assert len(world.documents()) == 1
    assert world.counts()["unchanged"] == 1


async def test_an_order_that_is_held_for_a_code_it_lacks_is_not_answered_for(world: OrderWorld) -> None:
    order = world.place(("ROBE-S", 2, "29.90"))
    associations = world.folder / "associations.toml"
    associations.write_text(associations.read_text("utf-8").replace("FR =", "IT ="), encoding="utf-8")
    await world.orders()
    [(key, code)] = told(world)
    assert key == str(order)
    assert answered(another, world, order) is Exit.USAGE
    await world.orders()
    assert told(world) == [(key, code)]
