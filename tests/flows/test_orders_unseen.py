"""No paid order passes unseen, whatever clocks and dates say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deployments.sandbox.shop import Fault
from tasks.check.shop import check_shop
from tests.flows.order_world import ORDERS, OrderWorld, shop_time

HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def world(order_world: OrderWorld) -> OrderWorld:
    return order_world


def watermark(world: OrderWorld, name: str = ORDERS) -> datetime | None:
    with world.ledger() as ledger:
        return ledger.watermark(world.folder.name, name)


def set_watermark(world: OrderWorld, reached: datetime, name: str = ORDERS) -> None:
    with world.ledger() as ledger:
        ledger.set_watermark(world.folder.name, name, reached)


async def run(world: OrderWorld, **asked: object) -> dict[str, int]:
    """Runs export_orders; the counts of its report."""
    state = await world.orders(**asked)
    assert state.name == "Completed", state.message
    return world.counts()


async def test_a_shop_whose_clock_is_hours_behind_loses_no_order(world: OrderWorld) -> None:
    world.shop.set_clock(-5 * HOUR)
    world.place()
    await run(world)
    late = world.place()
    assert await run(world) == {"rows_read": 2, "created": 1, "unchanged": 1}
    assert world.document(late)
    assert "orders_by_sweep" not in world.report()["beyond_rows"]


async def test_texts_behind_the_clock_of_the_server_lose_no_order(world: OrderWorld) -> None:
    world.place(date_upd=shop_time(hours=-6))
    await run(world)
    late = world.place(date_upd=shop_time(hours=-6))
    await run(world)
    assert world.document(late)


async def test_our_clock_a_day_ahead_once_loses_no_order(world: OrderWorld) -> None:
    world.place()
    world.shop.set_clock(-DAY)
    await run(world)
    first = watermark(world)
    assert first is None or first < datetime.now(UTC) - timedelta(hours=20)
    world.shop.set_clock(0)
    late = world.place()
    await run(world)
    assert world.document(late)


async def test_a_watermark_in_the_shop_s_future_is_refused_and_reported(world: OrderWorld) -> None:
    world.place()
    await run(world)
    set_watermark(world, datetime.now(UTC) + timedelta(days=1))
    late = world.place()
    await run(world)
    assert world.document(late)
    [incident] = world.incidents()
    assert "future" in incident["reason"]
    reached = watermark(world)
    assert reached is not None
    assert reached < datetime.now(UTC) + timedelta(minutes=1)
    await run(world)
    assert world.incidents() == []


async def test_an_order_dated_in_the_future_does_not_hide_those_that_come_after_it(world: OrderWorld) -> None:
    world.place(date_upd="2035-01-01 00:00:00")
    await run(world)
    assert "future" in world.incidents()[0]["reason"]
    late = world.place()
    await run(world)
    assert world.document(late)
    assert world.incidents() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [("2026-10-25 02:40:00", "2026-10-25 02:05:00"), ("2026-03-29 01:59:00", "2026-03-29 03:00:30")],
    ids=["winter time begins", "summer time begins"],
)
async def test_the_change_of_daylight_saving_loses_no_order(world: OrderWorld, before: str, after: str) -> None:
    world.place(date_upd=before, date_add=before)
    await run(world)
    late = world.place(date_upd=after, date_add=after)
    await run(world)
    assert world.document(late)
    assert "orders_by_sweep" not in world.report()["beyond_rows"]


async def test_the_watermark_is_the_newest_change_in_the_shop_s_own_text(world: OrderWorld) -> None:
    world.place(date_upd="2026-07-01 12:00:00")
    world.place(date_upd="2026-07-01 13:30:00")
    await run(world)
    assert watermark(world) == datetime(2026, 7, 1, 11, 30, tzinfo=UTC)


async def test_an_order_without_a_date_of_change_comes_by_the_sweep_and_is_counted(world: OrderWorld) -> None:
    world.place()
    await run(world)
    late = world.place(date_upd="0000-00-00 00:00:00")
    await run(world)
    assert str(late) not in world.deliveries()
    await run(world, sweep=True)
    assert world.document(late)
    assert world.report()["beyond_rows"] == {"orders_by_sweep": 1}
    assert [each["reason"] for each in world.incidents() if "sweep" in each["reason"]]
    await run(world, sweep=True)
    assert world.report()["beyond_rows"] == {"orders_by_sweep": 0}
    assert len(world.documents()) == 2


async def test_the_sweep_is_part_of_one_run_a_day(world: OrderWorld) -> None:
    world.place()
    await run(world)
    late = world.place(date_upd="2020-01-01 00:00:00")
    await run(world)
    assert str(late) not in world.deliveries()
    set_watermark(world, datetime.now(UTC) - timedelta(days=1), f"{ORDERS} swept")
    await run(world)
    assert world.document(late)


async def test_a_sweep_noted_by_a_clock_that_was_ahead_is_made_anew(world: OrderWorld) -> None:
    world.place()
    await run(world)
    late = world.place(date_upd="2020-01-01 00:00:00")
    set_watermark(world, datetime.now(UTC) + timedelta(days=30), f"{ORDERS} swept")
    await run(world)
    assert world.document(late)


async def test_the_sweep_leaves_what_was_placed_before_the_first_day(world: OrderWorld) -> None:
    world.write_settings(orders={"placed_from": "2026-01-01"})
    settings = world.folder / "settings.toml"
    settings.write_text(settings.read_text().replace('"2026-01-01"', "2026-01-01"))
    world.place()
    await run(world)
    world.place(date_add="2025-12-31 23:59:59", date_upd="2020-01-01 00:00:00")
    world.place(date_add="2026-01-01 00:00:00", date_upd="2020-01-01 00:00:00")
    assert (await run(world, sweep=True))["created"] == 1
    assert world.counts().get("ignored", 0) == 0


async def test_an_order_placed_during_the_sweep_is_not_counted_as_missed(world: OrderWorld) -> None:
    world.place()
    await run(world)
    world.place()
    await run(world, sweep=True)
    assert world.counts()["created"] == 1
    assert world.report()["beyond_rows"] == {"orders_by_sweep": 0}


async def test_the_sweep_asks_for_ids_alone(world: OrderWorld) -> None:
    for _ in range(3):
        world.place()
    await run(world)
    world.shop.reset_counts()
    await run(world, sweep=True)
    assert world.shop.count(path=r"/api/orders\?filter\[current_state\].*") == 1
    assert world.shop.count(path=r"/api/orders\?filter\[current_state\].*display") == 0


async def test_a_sweep_that_the_shop_answers_with_an_empty_list_once_loses_nothing(world: OrderWorld) -> None:
    world.place()
    await run(world)
    late = world.place(date_upd="2020-01-01 00:00:00")
    world.shop.faults.add(Fault("500-before", method="GET", path="current_state"))
    await run(world, sweep=True)
    assert world.document(late)


async def test_a_dry_run_sweeps_and_notes_nothing(world: OrderWorld) -> None:
    world.place()
    await run(world)
    late = world.place(date_upd="2020-01-01 00:00:00")
    state = await world.orders(dry_run=True, sweep=True)
    assert state.name == "Planned", state.message
    assert world.report()["plan"][0]["key"] == str(late)
    assert str(late) not in world.deliveries()


async def test_since_is_a_day_of_the_shop(world: OrderWorld) -> None:
    [zone] = [int(row["id"]) for row in world.shop.rows("configurations") if row["name"] == "PS_TIMEZONE"]
    world.shop.change("configurations", zone, {"value": "Asia/Tokyo"})
    world.place(date_upd="2026-06-02 12:00:00")
    await run(world)
    late = world.place(date_upd="2026-06-01 00:30:00")
    await run(world, since="2026-06-01")
    assert world.document(late)
    assert "orders_by_sweep" not in world.report()["beyond_rows"]


@pytest.mark.parametrize(("ahead", "times"), [(timedelta(days=400), 1), (timedelta(), 0)])
async def test_a_first_day_that_has_not_begun_is_told_with_its_remedy(
    world: OrderWorld, ahead: timedelta, times: int
) -> None:
    day = f"{datetime.now(UTC) - timedelta(days=1) + ahead:%Y-%m-%d}"
    settings = world.folder / "settings.toml"
    settings.write_text(f"{settings.read_text()}\n[orders]\nplaced_from = {day}\n")
    world.place()
    await world.orders()
    told = [each for each in world.incidents() if day in each["reason"] and "has not begun" in each["reason"]]
    assert [(each["level"], "correct it" in each["remedy"]) for each in told] == [("info", True)] * times
    found = [each for each in await check_shop(world.folder) if day in each.reason]
    assert [(each.verdict, bool(each.remedy)) for each in found] == [("warning", True)] * times
