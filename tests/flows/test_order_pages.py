from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.shop import Fault
from tests.flows.files_world import FilesWorld
from tests.flows.order_world import OrderWorld

PAID, SHIPPED = 2, 4
ALL = {"send_document_number": True, "send_delivery_date": True, "send_delivery_details": True}


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[FilesWorld]:
    with FilesWorld.at(tmp_path / "boutique", module=True) as world:
        world.write_settings(orders=ALL, erp__files={"tracking_from": "parcel_number"})
        yield world


async def sent(world: FilesWorld, count: int = 1) -> list[int]:
    orders = [world.place() for _ in range(count)]
    await world.orders()
    world.shop.reset_counts()
    return orders


def told(order: int, type_word: str, number: str = "D1", **more: Any) -> dict[str, Any]:
    return {"order_reference": f"WEB{order}", "document_type": type_word, "document_number": number, **more}


def delivered(order: int, number: str, item: str, parcel: str, **more: Any) -> dict[str, Any]:
    day = {"document_date": "30/11/2026", "delivery_date": "04/12/2026"}
    return told(order, "3", number, item_reference=item, quantity_delivered="2", parcel_number=parcel, **day, **more)


def page(world: OrderWorld, order: int) -> dict[str, Any]:
    """What the order's page shows."""
    return next((row for row in world.shop.rows("erp_documents") if row["id"] == order), {})


async def test_numbers_days_and_parcels_are_on_the_page_of_the_order(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.drop_documents(
        told(order, "1", "BC7", document_date="28/11/2026", delivery_date="01/01/1753"),
        delivered(order, "BL1", "ROBE-S", "6A1", line_text="Robe  d'été"),
        delivered(order, "BL2", "ROBE-M", "6A2"),
    )
    state = await world.statuses()
    assert state.name == "Completed", world.incidents()
    shown = page(world, order)
    assert shown["delivery_date"] == "2026-12-04"
    assert world.shop.row("orders", order)["delivery_date"] == "2026-12-04 00:00:00"
    assert [(each["type"], each["number"], each["date"]) for each in shown["documents"]] == [
        ("order", "BC7", "2026-11-28"),
        ("delivery", "BL1", "2026-11-30"),
        ("delivery", "BL2", "2026-11-30"),
    ]
    assert shown["documents"][1]["lines"] == [
        {"reference": "ROBE-S", "name": "Robe d'été", "quantity": "2", "parcel": "6A1"}
    ]
    assert world.counts() == {"rows_read": 3, "updated": 3}


async def test_a_second_run_writes_nothing_also_when_the_ledger_forgot_what_files_said(world: FilesWorld) -> None:
    [order] = await sent(world)
    rows = (delivered(order, "BL1", "ROBE-S", "6A1"), told(order, "6", "FA1"))
    world.drop_documents(*rows)
    await world.statuses()
    world.shop.reset_counts()
    world.drop_documents(*rows)
    assert (await world.statuses()).name == "Completed"
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert (await world.statuses(since="2026-01-01")).name == "Completed"
    assert world.shop.writes == 0


async def test_what_a_delta_file_does_not_name_stays(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.drop_documents(delivered(order, "BL1", "ROBE-S", "6A1"))
    await world.statuses()
    world.drop_documents(delivered(order, "BL2", "ROBE-M", "6A2"), told(order, "6", "FA1"))
    await world.statuses()
    assert [each["number"] for each in page(world, order)["documents"]] == ["BL1", "BL2", "FA1"]


@pytest.mark.parametrize(
    ("switch", "documents", "day"),
    [
        ("send_document_number", [("order", 0), ("delivery", 0)], ""),
        ("send_delivery_date", [], "2026-12-04"),
        ("send_delivery_details", [("delivery", 1)], ""),
    ],
)
async def test_each_switch_sends_its_own(
    world: FilesWorld, switch: str, documents: list[tuple[str, int]], day: str
) -> None:
    world.write_settings(orders={switch: True}, erp__files={"tracking_from": "parcel_number"})
    [order] = await sent(world)
    world.drop_documents(told(order, "1", "BC7"), delivered(order, "BL1", "ROBE-S", "6A1"))
    await world.statuses()
    shown = page(world, order)
    assert [(each["type"], len(each["lines"])) for each in shown["documents"]] == documents
    assert shown["delivery_date"] == day


async def test_switched_off_nothing_is_asked_or_written(world: FilesWorld) -> None:
    world.write_settings(orders=dict.fromkeys(ALL, False))
    [order] = await sent(world)
    world.drop_documents(delivered(order, "BL1", "ROBE-S", "6A1"))
    await world.statuses()
    assert page(world, order) == {}
    assert not [each for each in world.shop.requests if "erp_documents" in each[1]]


async def test_a_refused_page_stops_no_other_and_no_state(world: FilesWorld) -> None:
    bad, good = await sent(world, 2)
    world.drop_documents(delivered(bad, "BL1", "ROBE-S", "6A1"), delivered(good, "BL2", "ROBE-S", "6A2"))
    world.shop.faults.add(Fault("500-after", "PUT", "erp_documents", times=1))
    assert (await world.statuses()).name == "Completed"
    assert [len(page(world, each)["documents"]) for each in (bad, good)] == [1, 1]
    assert [int(world.shop.row("orders", each)["current_state"]) for each in (bad, good)] == [SHIPPED, SHIPPED]


async def test_a_day_that_no_order_can_have_is_told_and_not_shown(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.drop_documents(told(order, "3", "BL1", delivery_date="02/03/1753"))
    await world.statuses()
    assert page(world, order)["delivery_date"] == ""
    [incident] = world.incidents()
    assert "02/03/1753" in incident["reason"]


async def test_without_the_module_a_message_and_states_go_all_the_same(prefect_api: None, tmp_path: Path) -> None:
    with FilesWorld.at(tmp_path / "boutique") as world:
        world.write_settings(orders=ALL)
        [order] = await sent(world)
        world.drop_documents(delivered(order, "BL1", "ROBE-S", "6A1"))
        await world.statuses()
        assert int(world.shop.row("orders", order)["current_state"]) == SHIPPED
        [incident] = world.incidents()
        assert "erp_documents" in incident["remedy"]
        assert world.counts() == {"rows_read": 1, "updated": 1}


async def test_a_dry_run_shows_the_documents_and_writes_none(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.drop_documents(delivered(order, "BL1", "ROBE-S", "6A1"))
    assert (await world.statuses(dry_run=True)).name == "Planned"
    assert (page(world, order), world.shop.writes) == ({}, 0)


async def test_the_number_that_cegid_gave_is_on_the_page(prefect_api: None, tmp_path: Path) -> None:
    with OrderWorld.at(tmp_path / "boutique", module=True) as world:
        world.write_settings(orders={"send_document_number": True})
        order = world.place()
        await world.orders()
        await world.statuses()
        [shown] = page(world, order)["documents"]
        assert (shown["type"], shown["lines"]) == ("order", [])
        assert shown["number"]
        world.shop.reset_counts()
        await world.statuses()
        assert world.shop.writes == 0


def on_the_board(world: FilesWorld) -> dict[int, str]:
    return {row["id_order"]: row["state"] for row in world.shop.rows("passerelle_board") if row["part"] == "order"}


async def test_the_board_shows_an_order_as_sent_until_a_file_has_named_it_and_is_told_of_that_once(
    world: FilesWorld,
) -> None:
    order = world.place()
    await world.orders()
    assert on_the_board(world) == {order: "sent"}
    world.drop_documents({"order_reference": f"WEB{order}", "document_type": "1"})
    await world.statuses()
    assert world.deliveries() == {str(order): "delivered"}
    await world.orders()
    assert on_the_board(world) == {order: "delivered"}
    world.shop.reset_counts()
    await world.orders()
    sent_again = [request for request in world.shop.requests if request[0] != "GET"]
    assert sent_again == []
