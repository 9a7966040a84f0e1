from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.flows.files_world import FilesWorld

PAID, IN_PREPARATION, SHIPPED, CANCELLED = 2, 3, 4, 6


@pytest.fixture
async def world(prefect_api: None, tmp_path: Path) -> AsyncIterator[FilesWorld]:
    with FilesWorld.at(tmp_path / "boutique") as world:
        yield world


async def sent(world: FilesWorld, count: int = 1) -> list[int]:
    orders = [world.place() for _ in range(count)]
    await world.orders()
    world.shop.reset_counts()
    return orders


def state(world: FilesWorld, order: int) -> int:
    return int(world.shop.row("orders", order)["current_state"])


def tracking(world: FilesWorld, order: int) -> str:
    return next(
        str(row["tracking_number"]) for row in world.shop.rows("order_carriers") if int(row["id_order"]) == order
    )


def told(order: int, type_word: str, number: str = "D1", **more: Any) -> dict[str, Any]:
    return {"order_reference": f"WEB{order}", "document_type": type_word, "document_number": number, **more}


async def test_an_order_follows_its_documents_and_only_forward(world: FilesWorld) -> None:
    prepared, shipped, ordered, cancelled = await sent(world, 4)
    world.drop_documents(
        told(prepared, "2"), told(shipped, "3"), told(ordered, "1"), told(ordered, "1"), told(cancelled, "XX")
    )
    assert (await world.statuses()).name == "Completed", world.report()["rejects"]
    assert world.counts() == {"rows_read": 5, "updated": 2, "unchanged": 3}
    assert [state(world, each) for each in (prepared, shipped, ordered)] == [IN_PREPARATION, SHIPPED, PAID]
    world.drop_documents(told(shipped, "2", "PL9"))
    await world.statuses()
    assert state(world, shipped) == SHIPPED
    assert world.counts() == {"rows_read": 1, "ignored": 1}


async def test_a_second_run_reads_the_file_and_asks_nothing_of_the_orders(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.write_settings(erp__files={"tracking_from": "header_1"})
    rows = (told(order, "3", header_1="6A1"), told(order, "3", header_1="6A1"))
    world.drop_documents(*rows)
    await world.statuses()
    assert tracking(world, order) == "6A1"
    world.shop.reset_counts()
    world.drop_documents(*rows)
    assert (await world.statuses()).name == "Completed"
    assert world.counts() == {"rows_read": 2, "unchanged": 2}
    assert world.shop.writes == 0


async def test_two_parcels_and_a_carrier_by_pattern(world: FilesWorld) -> None:
    path = world.folder / "associations.toml"
    path.write_text(path.read_text() + '[carriers_from_erp]\n"colis*" = 2\n')
    world.write_settings(erp__files={"tracking_from": "parcel_number"})
    [order] = await sent(world)
    world.drop_documents(
        told(order, "3", "BL1", parcel_number="6A1", carrier_code="Colissimo Access"),
        told(order, "3", "BL2", parcel_number="6A2", carrier_code="Colissimo Access"),
    )
    await world.statuses()
    assert tracking(world, order) == "6A1,6A2"
    assert state(world, order) == SHIPPED
    assert world.incidents() == []


async def test_a_state_when_a_parcel_has_its_number(world: FilesWorld) -> None:
    world.write_settings(erp__files={"tracking_from": "header_1"})
    settings = world.folder / "settings.toml"
    rule = '[[orders.status_rules]]\nmember = "Tracking"\nvalues = ["sent"]\nstate = 4\n'
    settings.write_text(settings.read_text() + rule)
    with_number, without = await sent(world, 2)
    world.drop_documents(told(with_number, "2", header_1="6A1"), told(without, "3"))
    await world.statuses()
    assert (state(world, with_number), state(world, without)) == (SHIPPED, PAID)


async def test_a_reference_that_the_shop_does_not_know_stops_nothing_else(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.drop_documents(told(999, "3"), {"order_reference": "BL-BOUTIQUE", "document_type": "3"}, told(order, "3"))
    assert (await world.statuses()).name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 3, "updated": 1, "refused": 2}
    assert {each["key"] for each in world.incidents()} == {"WEB999", "BL-BOUTIQUE"}
    assert all("which the shop does not have" in each["reason"] for each in world.incidents())
    assert state(world, order) == SHIPPED


async def test_our_own_reference_names_no_order_that_the_erp_was_never_given(world: FilesWorld) -> None:
    never_given = world.place(state=1)
    world.drop_documents(told(never_given, "3"))
    await world.statuses()
    assert (world.counts(), state(world, never_given)) == ({"rows_read": 1, "refused": 1}, 1)
    [told_once] = world.incidents()
    assert "or that was not handed over under it" in told_once["reason"]


async def test_two_orders_of_one_reference_are_left_alone(world: FilesWorld) -> None:
    twins = [world.place(reference="XKBKNABJK") for _ in range(2)]
    world.drop_documents({"order_reference": "XKBKNABJK", "document_type": "3"})
    await world.statuses()
    assert world.counts() == {"rows_read": 1, "refused": 1}
    [told_once] = world.incidents()
    assert "several orders have this reference: 1, 2" in told_once["reason"]
    assert [state(world, each) for each in twins] == [PAID, PAID]


async def test_a_type_without_a_word_is_told_and_the_number_of_a_parcel_goes_all_the_same(world: FilesWorld) -> None:
    world.write_settings(erp__files={"tracking_from": "header_1"})
    [order] = await sent(world)
    world.drop_documents(
        told(order, "LIVRE", header_1="6A1"), told(order, "1", header_1="6A1", delivery_date="01/01/1753")
    )
    await world.statuses()
    assert tracking(world, order) == "6A1"
    [told_once] = world.incidents()
    assert "“LIVRE”" in told_once["reason"]


async def test_an_order_is_sent_until_a_file_of_the_erp_names_it_and_then_delivered(world: FilesWorld) -> None:
    named, unnamed = await sent(world, 2)
    assert world.deliveries() == {str(named): "sent", str(unnamed): "sent"}
    world.drop_documents(told(named, "1"))
    await world.statuses(dry_run=True)
    assert world.deliveries()[str(named)] == "sent"
    await world.statuses()
    assert world.deliveries() == {str(named): "delivered", str(unnamed): "sent"}
    await world.orders()
    assert world.deliveries() == {str(named): "delivered", str(unnamed): "sent"}


async def test_an_order_that_no_file_names_becomes_an_incident_until_one_does(world: FilesWorld) -> None:
    old, new = await sent(world, 2)
    await world.statuses()
    assert world.incidents() == []
    days_ago = datetime.now(UTC) - timedelta(days=4)
    _delivered_at(world, old, days_ago)
    await world.statuses()
    [unconfirmed] = world.incidents()
    assert unconfirmed["key"] == str(old)
    assert "no file of the ERP has named it" in unconfirmed["reason"]
    await world.statuses()
    assert world.incidents() == [], "it is reported once, and stays open"
    world.drop_documents(told(old, "1"), told(new, "1"))
    await world.statuses()
    assert world.incidents() == []
    _delivered_at(world, new, days_ago)
    await world.statuses()
    assert world.incidents() == []


def _delivered_at(world: FilesWorld, order: int, instant: datetime) -> None:
    """As if the order had been sent then."""
    engine = sa.create_engine(f"sqlite:///{world.folder / 'ledger.db'}")
    microseconds = int(instant.timestamp() * 1_000_000)
    with engine.begin() as connection:
        connection.execute(
            sa.text("update deliveries set delivered_at = :at where key = :key"),
            {"at": microseconds, "key": str(order)},
        )
    engine.dispose()


async def test_a_dry_run_plans_and_confirms_nothing(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.drop_documents(told(order, "3"))
    world.write_settings(shop={"admin_url": "https://shop.example/adm"})
    assert (await world.statuses(dry_run=True)).name == "Planned"
    assert f"&id_order={order}&" in world.report()["pages"][str(order)]
    assert state(world, order) == PAID
    await world.statuses()
    assert state(world, order) == SHIPPED


async def test_more_delivered_than_ordered_is_told_and_the_order_moves_all_the_same(world: FilesWorld) -> None:
    [order] = await sent(world)
    world.drop_documents(told(order, "3", item_reference="ROBE-S", quantity_ordered="2", quantity_delivered="3"))
    await world.statuses()
    assert (world.counts(), state(world, order)) == ({"rows_read": 1, "updated": 1}, SHIPPED)
    [told_once] = world.incidents()
    assert "More was delivered than ordered" in told_once["reason"]
    assert "ROBE-S" in told_once["reason"]


@pytest.mark.parametrize(
    ("number", "reason"), [("6A<1>", "a sign that the shop refuses: <"), ("6" * 65, "longer than 64 characters")]
)
async def test_the_number_of_a_parcel_that_the_shop_would_refuse_is_not_sent_and_the_state_goes(
    world: FilesWorld, number: str, reason: str
) -> None:
    world.write_settings(erp__files={"tracking_from": "header_1"})
    [order, other] = await sent(world, 2)
    world.drop_documents(told(order, "3", header_1=number), told(other, "3", header_1="6A2"))
    await world.statuses()
    assert (tracking(world, order), tracking(world, other)) == ("", "6A2")
    assert (state(world, order), state(world, other)) == (SHIPPED, SHIPPED)
    [told_once] = world.incidents()
    assert reason in told_once["reason"]


async def test_half_a_document_costs_its_broken_line_only(world: FilesWorld) -> None:
    whole, cut = await sent(world, 2)
    path = world.drop_documents(told(whole, "3"), told(cut, "3", header_1="x" * 40))
    path.write_bytes(path.read_bytes()[:-50])
    await world.statuses()
    assert state(world, whole) == SHIPPED
    assert sum(count for name, count in world.counts().items() if name != "rows_read") == world.counts()["rows_read"]


async def test_an_order_named_by_two_references_and_in_two_files_is_one(world: FilesWorld) -> None:
    [order] = await sent(world)
    own = str(world.shop.row("orders", order)["reference"])
    world.drop_documents(told(order, "1"))
    world.drop_documents({"order_reference": own, "document_type": "3", "origin_number": "D1"})
    await world.statuses()
    assert world.counts() == {"rows_read": 2, "updated": 2}
    assert state(world, order) == SHIPPED
