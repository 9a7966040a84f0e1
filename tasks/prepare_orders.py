"""Orders seen in the shop are sorted, and those that are due are read whole and looked through for obstacles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl
from prefect import task
from prefect.cache_policies import NO_CACHE

from connectors.ledger import DeliveryState
from schemas.documents import Order
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.changed_orders import tell_changed
from tasks.erp import Erp
from tasks.gather.erp_lines import ErpLines
from tasks.gather.order_dates import OVERLAP, zone_of
from tasks.gather.order_rows import ShopWords
from tasks.gather.orders import read_orders, read_words, see_orders
from tasks.plan.orders import DELIVERED, INTENT, UNPAID, Ended, SeenOrder, Sorted, WhichOrders, sort_out
from tasks.plan.stock import SETTLED
from tasks.progress import advance
from tasks.run import Run
from tasks.translate.cegid_texts import cut_of
from tasks.translate.order_obstacles import order_obstacles

STREAM = "order"
KEYS_AT_ONCE = 5_000
_HUNDRED = 100
_FOLLOWED = (DeliveryState.INTENT, DeliveryState.HELD, DeliveryState.WAITING)


class DueOrders:
    """What is to be handed over: the orders by themselves, and those that are only looked up in the ERP.

    Not a dataclass: Prefect walks through those.
    """

    def __init__(self, seen_until: datetime) -> None:
        self.orders: list[Order] = []
        self.only_looked_up: set[int] = set()
        self.seen_until = seen_until
        """Where the watermark goes once every one of them has reached its place."""


@task(name="read orders", cache_policy=NO_CACHE, persist_result=False)
async def prepare_orders(run: Run, erp: Erp) -> DueOrders:
    """The orders that are due and have no obstacle; all others have reached their place when this returns."""
    with run.step("look at orders"):
        seen_until = datetime.now(UTC)
        found = await _sorted(run, erp)
        run.rows.read += len(found.due) + len(found.to_look_up) + len(found.ended)
        await _note(run, erp, found)
    due = DueOrders(seen_until)
    with run.step("read orders"):
        words = await read_words(run.shop, run.facts)
        await tell_changed(run, erp, words, found.delivered)
        await _read(run, erp, words, found, due)
    return due


async def _sorted(run: Run, erp: Erp) -> Sorted:
    settings = run.folder.settings.orders
    kind = erp.kind(STREAM)
    followed = run.ledger.deliveries(run.folder.name, kind, states=_FOLLOWED)["key"].to_list()
    reached = run.since or run.ledger.watermark(run.folder.name, erp.kind("orders"))
    states = {*settings.states, *settings.waiting_states}
    since = None if reached is None else reached - OVERLAP
    seen = await see_orders(run.shop, run.facts, since=since, states=states, known=followed)
    accepted = [_row(order, Outcome.WAITING, "waiting", "") for order in seen]
    run.rows.accepted = pl.DataFrame(accepted, schema=SETTLED, orient="row").select("_file", "_line", "_key")
    _forget_deleted(run, kind, followed, seen)
    which = WhichOrders(settings.states, settings.waiting_states, _placed_from(run))
    return sort_out(seen, which, _deliveries(run, kind, [order.key for order in seen]))


def _placed_from(run: Run) -> datetime | None:
    first = run.folder.settings.orders.placed_from
    zone = zone_of(run.facts.time_zone)
    return None if first is None else datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)


def _deliveries(run: Run, kind: str, keys: list[str]) -> Mapping[str, str]:
    """The ledger's state by key; whatever was sent and is not known to have arrived is an intent."""
    states: dict[str, str] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        known = run.ledger.deliveries(run.folder.name, kind, keys=keys[start : start + KEYS_AT_ONCE])
        for key, state, attempts in known.select("key", "state", "attempts").iter_rows():
            states[key] = INTENT if attempts and state != DELIVERED else state
    return states


def _forget_deleted(run: Run, kind: str, followed: Iterable[str], seen: Iterable[SeenOrder]) -> None:
    """Orders that the ledger follows and that the shop no longer has."""
    gone = sorted(set(followed) - {order.key for order in seen})
    for key in gone:
        run.tell(Level.INFO, "order_gone", key)
    if gone and not run.asked.dry_run:
        run.ledger.clear(run.folder.name, kind, gone)


async def _note(run: Run, erp: Erp, found: Sorted) -> None:
    """What has reached its place at the first look: in the rows of the run, and in the ledger where it is followed."""
    run.rows.end(as_settled(found.ended))
    if run.asked.dry_run:
        return
    shop, kind = run.folder.name, erp.kind(STREAM)
    if found.forgotten:
        run.ledger.clear(shop, kind, found.forgotten)
    known = run.ledger.deliveries(shop, kind, states=[DeliveryState.WAITING])["key"].to_list()
    for ended in found.ended:
        if ended.code == UNPAID and ended.seen.key not in known:
            run.ledger.wait(shop, kind, ended.seen.key, code=UNPAID, run_id=run.run_id)
    looked_at = [order.key for order in (*found.due, *found.to_look_up)] + found.forgotten
    for start in range(0, len(looked_at), KEYS_AT_ONCE):
        run.ledger.close_incidents(shop, STREAM, keys=looked_at[start : start + KEYS_AT_ONCE])


async def _read(run: Run, erp: Erp, words: ShopWords, found: Sorted, due: DueOrders) -> None:
    settings = run.folder.settings.orders
    seen = {order.id_order: order for order in (*found.due, *found.to_look_up)}
    due.only_looked_up = {order.id_order for order in found.to_look_up}
    ids = sorted(seen)
    of_erp = ErpLines(run, words)
    reads_before = run.shop.traffic.reads
    for start in range(0, len(ids), settings.chunk):
        run.lease.check()
        part = ids[start : start + settings.chunk]
        orders = await read_orders(run.shop, run.facts, words, part, carts=settings.compare_cart)
        for order in await of_erp.told(orders):
            _judge(run, erp, seen[order.id_order], order, due)
        advance("read orders", start + len(part), len(ids))
    if ids:
        hundreds = -(-len(ids) // _HUNDRED)
        run.report.requests["reads_per_hundred_orders"] = round((run.shop.traffic.reads - reads_before) / hundreds)


def _judge(run: Run, erp: Erp, seen: SeenOrder, order: Order, due: DueOrders) -> None:
    """An order with an obstacle is held whole; all its obstacles are told, and what is cut of one without any."""
    length = erp.codes.address_length
    obstacles = () if order.id_order in due.only_looked_up else order_obstacles(order, erp.codes)
    if not obstacles:
        due.orders.append(order)
        for name in sorted(cut_of(order.delivery, length) | cut_of(order.invoice, length)):
            run.tell(Level.INFO, f"order_{name}_cut", seen.key, value=str(length))
        return
    for obstacle in obstacles:
        run.tell(Level.ERROR, obstacle.code, seen.key, **obstacle.params)
    if not run.asked.dry_run:
        run.ledger.hold(run.folder.name, erp.kind(STREAM), seen.key, code=obstacles[0].code, run_id=run.run_id)
    run.rows.end(as_settled([Ended(seen, Outcome.REJECTED, obstacles[0].code)]))


def as_settled(ended: Iterable[Ended]) -> pl.DataFrame:
    """Orders that have reached their place, as rows of `SETTLED`."""
    rows = [_row(each.seen, each.outcome, each.code, each.detail) for each in ended]
    return pl.DataFrame(rows, schema=SETTLED, orient="row")


def _row(seen: SeenOrder, outcome: Outcome, code: str, detail: str) -> tuple[int, int, str, str, str, str]:
    return (0, seen.id_order, seen.key, outcome.value, code, detail)


def with_codes(orders: Iterable[Order], codes: Mapping[int, str]) -> list[Order]:
    """The orders, their customers with the code that the ERP gave them, where one is known."""
    return [
        replace(order, customer=replace(order.customer, erp_code=codes.get(order.customer.id_customer, "")))
        for order in orders
    ]
