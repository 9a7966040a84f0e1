"""The outbox of our module, as the client reads it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.prestashop import Shop
from deployments.sandbox.shop import SandboxShop
from schemas.errors import UnexpectedReplyError
from schemas.shop_events import LOST, ShopEvent
from tests.connectors.prestashop.conftest import QUICK

ORDERS = ("order",)
WEEK = 7 * 24 * 3600


@pytest.fixture
def sandbox() -> Iterator[SandboxShop]:
    with SandboxShop(module=True) as sandbox:
        sandbox.insert("orders", {"reference": "ONE", "current_state": 10})
        yield sandbox


@pytest.fixture
async def shop(sandbox: SandboxShop) -> AsyncIterator[Shop]:
    """A client that listens already."""
    async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
        await shop.outbox.read(ORDERS, done=[each.number for each in await shop.outbox.read(ORDERS)])
        yield shop


def pay(sandbox: SandboxShop, order: int = 1, state: int = 2) -> None:
    sandbox.change("orders", order, {"current_state": state})


def told(events: list[ShopEvent]) -> list[tuple[str, int]]:
    return [(event.topic, event.subject) for event in events]


async def test_whoever_listens_for_the_first_time_is_told_that_events_are_missing(sandbox: SandboxShop) -> None:
    pay(sandbox)
    async with Shop(sandbox.url, sandbox.key, limits=QUICK) as shop:
        assert told(await shop.outbox.read(ORDERS)) == [(LOST, 0)]


async def test_what_was_not_read_stays_until_it_is_done_with(sandbox: SandboxShop, shop: Shop) -> None:
    pay(sandbox)
    [event] = await shop.outbox.read(ORDERS)
    assert (event.topic, event.subject) == ("order", 1)
    assert event.noted_at is not None
    assert abs(datetime.now(UTC) - event.noted_at) < timedelta(minutes=1)
    assert await shop.outbox.read(ORDERS) == [event]
    assert await shop.outbox.read(ORDERS, done=[event.number]) == []


async def test_a_burst_is_one_event_and_a_change_after_it_was_read_is_another(sandbox: SandboxShop, shop: Shop) -> None:
    for state in (10, 11, 2):
        pay(sandbox, state=state)
    [event] = await shop.outbox.read(ORDERS)
    pay(sandbox, state=4)
    [later] = await shop.outbox.read(ORDERS, done=[event.number])
    assert (later.subject, later.number > event.number) == (1, True)


async def test_only_topics_that_are_listened_to_are_noted(sandbox: SandboxShop, shop: Shop) -> None:
    sandbox.insert("products", {"reference": "MUG", "name": "Mug", "price": 10, "quantity": 1})
    assert await shop.outbox.read(ORDERS) == []
    assert told(await shop.outbox.read(("order", "product"))) == [(LOST, 0)]
    sandbox.change("products", 1, {"price": 12})
    assert ("product", 1) in told(await shop.outbox.read(("order", "product")))


async def test_events_of_topics_that_nobody_listens_to_any_more_go(sandbox: SandboxShop, shop: Shop) -> None:
    both = ("order", "product")
    await shop.outbox.read(both)
    product = sandbox.insert("products", {"reference": "MUG"})
    sandbox.change("products", product, {"reference": "CUP"})
    pay(sandbox)
    assert told(await shop.outbox.read(both)) == [(LOST, 0), ("product", product), ("order", 1)]
    assert told(await shop.outbox.read(ORDERS)) == [(LOST, 0), ("order", 1)]
    assert told(await shop.outbox.read(both)) == [("order", 1), (LOST, 0)]


async def test_an_answer_is_waited_for_and_comes_with_the_event(sandbox: SandboxShop, shop: Shop) -> None:
    began = time.monotonic()
    assert await shop.outbox.read(ORDERS, wait_seconds=1) == []
    assert time.monotonic() - began > 0.9
    pay(sandbox)
    began = time.monotonic()
    assert told(await shop.outbox.read(ORDERS, wait_seconds=20)) == [("order", 1)]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("seconds", [2 * WEEK, -2 * WEEK])
async def test_a_clock_that_jumps_by_weeks_loses_events_and_says_so(
    sandbox: SandboxShop, shop: Shop, seconds: int
) -> None:
    sandbox.set_clock(seconds)
    pay(sandbox)
    assert told(await shop.outbox.read(ORDERS)) == [(LOST, 0)]


async def test_a_table_that_is_full_keeps_the_newest_and_says_that_others_are_missing(
    sandbox: SandboxShop, shop: Shop
) -> None:
    sandbox._store.outbox.most = 2
    for number in range(3):
        sandbox.insert("orders", {"reference": f"MORE{number}", "current_state": 2})
    events = told(await shop.outbox.read(ORDERS))
    assert (LOST, 0) in events
    assert ("order", 4) in events


async def test_where_the_shop_is_to_say_it_is_told_and_a_short_secret_is_refused(shop: Shop) -> None:
    await shop.outbox.set_ping("https://erp.example.com/ping", "0123456789abcdef")
    with pytest.raises(UnexpectedReplyError, match="16 characters"):
        await shop.outbox.set_ping("https://erp.example.com/ping", "short")


async def test_topics_that_the_module_does_not_know_are_refused(shop: Shop) -> None:
    with pytest.raises(UnexpectedReplyError, match="topics are of"):
        await shop.outbox.read(("customer",))
