"""Orders that the ERP has from a former connector: taken over, never sent a second time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from flows.adopt_orders import adopt_orders
from tasks.run.state import State
from tests.flows.order_world import ORDER, OrderWorld
from tests.flows.running import final_state

FIRST = "2020-01-01"


def forget(world: OrderWorld) -> None:
    """What another connector has sent is not in our ledger."""
    for path in world.folder.glob("ledger.db*"):
        path.unlink()


def as_sent_by_another(world: OrderWorld, order: int, **header: Any) -> None:
    """The document of an order, as a connector with another prefix has made it."""
    document = world.document(order)
    kept = world.erp._documents.by_key[tuple(document["Key"].values())]
    kept["Header"] |= {"InternalReference": f"OLD{order}"} | header
    keys = world.erp._documents._by_reference
    del keys["CustomerOrder", kept["Header"]["CustomerId"], f"WEB{order}"]


def document(world: OrderWorld, order: int) -> dict[str, Any]:
    """The document that the other connector has made of an order."""
    [found] = [each for each in world.documents() if each["Header"]["InternalReference"] == f"OLD{order}"]
    return found


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[OrderWorld]:
    """Two orders (1 and 2) that a former connector has sent, and one (3) that came since."""
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        for _ in range(2):
            world.place(("ROBE-S", 2, "29.90"), ("CEINTURE", 1, "12.50"), shipping="4.90")
        await world.orders()
        for order in (1, 2):
            as_sent_by_another(world, order)
        forget(world)
        world.place()
        yield world


async def adopt(world: OrderWorld, **asked: Any) -> State:
    return await final_state(adopt_orders, str(world.folder), **({"since": FIRST} | asked))


def numbers(world: OrderWorld) -> dict[str, str]:
    with world.ledger() as ledger:
        found = ledger.deliveries(world.folder.name, ORDER)
    return {key: number for key, number in found.select("key", "erp_number").iter_rows() if number}


async def test_what_the_erp_has_is_taken_over_and_never_sent_again(world: OrderWorld) -> None:
    state = await adopt(world)
    assert state.name == "Completed", [each["reason"] for each in world.incidents()]
    assert world.counts() == {"rows_read": 3, "unchanged": 2, "ignored": 1}
    assert world.report()["beyond_rows"] == {"orders_adopted": 2}
    assert set(numbers(world)) == {"1", "2"}
    assert world.erp.requests["Create"] == 2
    await world.orders()
    assert world.counts() == {"rows_read": 3, "created": 1, "unchanged": 2}
    assert len(world.documents()) == 3
    await world.orders(sweep=True)
    assert world.incidents() == []


async def test_a_dry_run_says_what_would_be_taken_over_and_notes_nothing(world: OrderWorld) -> None:
    state = await adopt(world, dry_run=True)
    assert state.name == "Planned", state.message
    assert [planned["key"] for planned in world.report()["plan"]] == ["1", "2"]
    assert numbers(world) == {}


async def test_a_document_that_differs_is_not_taken_over_and_said(world: OrderWorld) -> None:
    world.shop.change("orders", 1, {"total_paid_tax_incl": "60.00", "total_shipping_tax_incl": "-12.30"})
    state = await adopt(world)
    assert state.name == "CompletedWithRejects", state.message
    assert world.counts() == {"rows_read": 3, "unchanged": 1, "ignored": 1, "rejected": 1}
    [incident] = [each for each in world.incidents() if each["key"]]
    assert (incident["key"], incident["level"]) == ("1", "error")
    assert "60.00" in incident["reason"]
    assert set(numbers(world)) == {"2"}
    state = await adopt(world, accept_differences=True)
    assert state.name == "Completed", state.message
    assert set(numbers(world)) == {"1", "2"}


async def test_a_cancelled_document_is_never_taken_over(world: OrderWorld) -> None:
    world.erp.set_status(document(world, 1), cancel="Canceled")
    await adopt(world, accept_differences=True)
    assert set(numbers(world)) == {"2"}


async def test_orders_placed_before_the_day_are_left_alone(world: OrderWorld) -> None:
    world.shop.change("orders", 1, {"date_add": "2019-12-31 23:59:59"})
    await adopt(world)
    assert world.counts()["rows_read"] == 2


async def test_a_return_of_an_order_of_a_former_connector_is_tied_to_its_document(world: OrderWorld) -> None:
    world.ask_return(1, 1)
    state = await world.returns()
    assert state.name == "Completed", state.message
    [notice] = world.erp.documents("ReturnNotice")
    original = notice["Header"]["OmniChannel"]["OriginalDocument"]["Key"]
    assert original["Number"] == document(world, 1)["Key"]["Number"]
    assert set(numbers(world)) == {"1"}


async def test_a_return_of_an_order_whose_document_differs_is_held_and_says_why(world: OrderWorld) -> None:
    world.shop.change("orders", 1, {"total_paid_tax_incl": "60.00", "total_shipping_tax_incl": "-12.30"})
    world.ask_return(1, 1)
    state = await world.returns()
    assert state.name == "CompletedWithRejects", state.message
    assert world.erp.documents("ReturnNotice") == []
    assert ["60.00" in each["reason"] for each in world.incidents()].count(True) == 1
    assert any("orders adopt" in each["remedy"] for each in world.incidents())


def first_day(world: OrderWorld, day: str) -> None:
    settings = world.folder / "settings.toml"
    settings.write_text(settings.read_text() + f"\n[orders]\nplaced_from = {day}\n")


def resend(world: OrderWorld, order: int) -> None:
    with world.ledger() as ledger:
        ledger.clear(world.folder.name, ORDER, [str(order)])
        ledger.wait(world.folder.name, ORDER, str(order), code="order_resent", run_id=None)


async def test_an_order_of_before_the_first_day_that_is_resent_is_known_again_where_the_erp_has_it(
    order_world: OrderWorld,
) -> None:
    world = order_world
    order = world.place(date_add="2024-06-01 10:00:00")
    await world.orders()
    number = numbers(world)
    first_day(world, "2025-01-01")
    resend(world, order)
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "unchanged": 1}
    assert numbers(world) == number
    assert len(world.documents()) == 1


async def test_an_order_of_before_the_first_day_that_is_resent_and_nowhere_is_not_sent_and_says_why(
    order_world: OrderWorld,
) -> None:
    world = order_world
    order = world.place(date_add="2024-06-01 10:00:00")
    first_day(world, "2025-01-01")
    resend(world, order)
    state = await world.orders()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    [incident] = world.incidents()
    assert "2025-01-01" in incident["reason"]
    assert "placed_from" in incident["remedy"]
    assert world.documents() == []
    assert world.deliveries() == {}
    await world.orders()
    assert world.incidents() == []
