"""Exactly once, whatever happens on the way; nothing personal at rest; sums to the cent."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prefect.events.worker import EventsWorker

from deployments.sandbox.cegid import SandboxCegid
from deployments.sandbox.cegid.refusals import DispatcherFault
from tests.flows import order_process
from tests.flows.lost import one_of
from tests.flows.order_process import DeadlyErp
from tests.flows.order_world import ORDERS, PASSWORD_VARIABLE, PERSON, OrderWorld
from tests.flows.world import KEY_VARIABLE

CALLS = ("SearchCustomerIds", "AddNewCustomer", "GetByExternalReference", "Create")
"""What the ERP is asked for a new order of a new customer, in this order."""


class DeadlyWorld(OrderWorld):
    erp_class = DeadlyErp
    erp: DeadlyErp


@pytest.fixture
def deadly(prefect_api: None, tmp_path: Path) -> Iterator[DeadlyWorld]:
    with DeadlyWorld.at(tmp_path / "boutique") as world:
        yield world


@pytest.mark.parametrize("kind", one_of("reset-after", "reset-before", "500-after", "503"))
async def test_a_lost_answer_at_any_step_creates_nothing_twice(order_world: OrderWorld, kind: str) -> None:
    orders = [order_world.place() for _ in range(8)]
    for call in CALLS:
        order_world.erp.faults.add(kind, call)  # type: ignore[arg-type]
    for _ in range(4):
        if (state := await order_world.orders()).name == "Completed":
            break
    assert state.name == "Completed", state.message
    assert set(order_world.deliveries().values()) == {"delivered"}
    assert len(order_world.documents()) == len(orders)
    assert len(order_world.erp.customers()) == len(orders)


@pytest.mark.slow
async def test_killed_at_any_request_nothing_is_lost_and_nothing_is_there_twice(deadly: DeadlyWorld) -> None:
    environment = {name: os.environ[name] for name in (KEY_VARIABLE, PASSWORD_VARIABLE)}
    for call in range(1, len(CALLS) + 1):
        for after in (False, True):
            order = deadly.place()
            process = order_process.start(deadly.folder, environment)
            deadly.erp.kill_at(process, call, after=after)
            process.join(order_process.PATIENCE_SECONDS)
            assert process.exitcode == -9, f"{CALLS[call - 1]}, after={after}: not killed"
            deadly.erp.victim = None
            state = await deadly.orders()
            assert state.name == "Completed", state.message
            assert deadly.document(order), CALLS[call - 1]
            assert len(deadly.documents()) == len(deadly.erp.customers())
    assert len(deadly.documents()) == 2 * len(CALLS)


async def test_an_erp_that_stays_away_ends_the_run_and_moves_no_watermark(order_world: OrderWorld) -> None:
    order = order_world.place()
    order_world.erp.faults.add("reset-before", "Create", times=100)
    state = await order_world.orders()
    assert state.is_failed()
    assert order_world.counts() == {"rows_read": 1, "waiting": 1}
    with order_world.ledger() as ledger:
        assert ledger.watermark(order_world.folder.name, ORDERS) is None
    order_world.erp.faults.clear()
    order_world.erp.faults.add("reset-after", "Create")
    await order_world.orders()
    assert order_world.counts() == {"rows_read": 1, "created": 1}
    assert order_world.deliveries() == {str(order): "delivered"}
    assert len(order_world.documents()) == 1


class PickyErp(SandboxCegid):
    """An ERP whose service breaks down on one document only."""

    breaks_on = ""

    def call(self, service_name: str, operation: str, parameters: dict[str, Any]) -> Any:
        header = parameters.get("createRequest", {}).get("Header", {})
        if self.breaks_on and header.get("InternalReference") == self.breaks_on:
            raise DispatcherFault("InternalServiceFault", "The server was unable to process the request.")
        return super().call(service_name, operation, parameters)


class PickyWorld(OrderWorld):
    erp_class = PickyErp
    erp: PickyErp


@pytest.fixture
def picky(prefect_api: None, tmp_path: Path) -> Iterator[PickyWorld]:
    with PickyWorld.at(tmp_path / "boutique") as world:
        yield world


async def test_an_order_that_the_erp_never_answers_waits_and_the_others_go(picky: PickyWorld) -> None:
    picky.write_settings(erp__cegid={"connections": 1})
    orders = [picky.place() for _ in range(3)]
    picky.erp.breaks_on = f"WEB{orders[0]}"
    state = await picky.orders()
    assert state.name == "Completed", state.message
    assert picky.counts() == {"rows_read": 3, "created": 2, "waiting": 1}
    assert [incident["level"] for incident in picky.incidents()] == ["retry"]
    with picky.ledger() as ledger:
        assert ledger.watermark(picky.folder.name, ORDERS) is not None
    picky.erp.breaks_on = ""
    picky.shop.change("orders", orders[0], {"date_upd": "2020-01-01 00:00:00"})
    await picky.orders()
    assert picky.counts() == {"rows_read": 3, "created": 1, "unchanged": 2}
    assert len(picky.documents()) == 3


@pytest.mark.prefect
async def test_nothing_personal_is_at_rest(
    keeping_prefect: Path, order_world: OrderWorld, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    needles = [*PERSON.values(), "quatrebarbes.example", "mirabelles"]
    order_world.place()
    order_world.place(gift=1, gift_message=f"Pour {PERSON['firstname']}", module="unknown", total_paid_tax_incl="1")
    order_world.place(state=10)
    words = " ".join(PERSON.values())
    order_world.erp.faults.add("fault-fr", "Create", reason=f"Refus de {words} zephyrine1@quatrebarbes.example")
    await order_world.orders(dry_run=True)
    await order_world.orders()
    order_world.erp.faults.add("fault-timeout", "Create", times=100)
    await order_world.orders()
    await asyncio.to_thread(EventsWorker.instance().wait_until_empty)
    held = _bytes_at_rest(tmp_path, keeping_prefect)
    assert any(name.endswith("ledger.db") for name in held)
    assert any(b"prefect.task-run.completed" in text for name, text in held.items() if str(keeping_prefect) in name)
    held["logs"] = caplog.text.lower().encode()
    assert _needles_in(held, needles) == set()


def _needles_in(held: dict[str, bytes], needles: list[str]) -> set[tuple[str, str]]:
    # Five digits stand by chance in the microseconds of some hundreds of instants: they count as a whole word only.
    wholes = {word: re.compile(rb"(?<![\w.-])" + re.escape(word.lower().encode()) + rb"(?![\w-])") for word in needles}
    return {(name, word) for name, said in held.items() for word, whole in wholes.items() if whole.search(said)}


def _bytes_at_rest(folder: Path, database: Path) -> dict[str, bytes]:
    """Every file of the folder and of Prefect's database, in lower case."""
    places = [*folder.rglob("*"), *database.parent.glob(f"{database.name}*")]
    return {str(path): path.read_bytes().lower() for path in places if path.is_file()}


MONEY = st.integers(0, 30_000).map(lambda cents: Decimal(cents) / 100)
LINES = st.lists(st.tuples(st.sampled_from(["ROBE-S", "Écharpe 42", ""]), st.integers(1, 12), MONEY), min_size=1)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(shapes=st.lists(st.tuples(LINES, MONEY, MONEY, st.floats(0, 1)), min_size=10, max_size=25))
async def test_any_order_arrives_with_its_total_to_the_cent(
    order_world: OrderWorld, shapes: list[tuple[list[tuple[str, int, Decimal]], Decimal, Decimal, float]]
) -> None:
    totals: dict[int, Decimal] = {}
    for lines, shipping, wrapping, share in shapes:
        whole = sum((price * quantity for _, quantity, price in lines), shipping + wrapping)
        discounts = (whole * Decimal(str(round(share, 3)))).quantize(Decimal("0.01"))
        texts = [(reference, quantity, str(price)) for reference, quantity, price in lines]
        order = order_world.place(*texts, shipping=str(shipping), wrapping=str(wrapping), discounts=str(discounts))
        totals[order] = whole - discounts
    state = await order_world.orders()
    assert state.name == "Completed", order_world.report()["incidents"]
    documents = {each["Header"]["InternalReference"]: each for each in order_world.documents()}
    assert {order: order_world.erp.total(documents[f"WEB{order}"]) for order in totals} == totals


async def test_a_hundred_orders_cost_few_requests(order_world: OrderWorld) -> None:
    for _ in range(100):
        order_world.place(("A", 1, "10.00"), ("B", 2, "5.00"))
    order_world.shop.reset_counts()
    state = await order_world.orders()
    assert state.name == "Completed", state.message
    assert order_world.counts() == {"rows_read": 100, "created": 100}
    assert order_world.shop.count() <= 80
