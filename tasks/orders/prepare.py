"""Orders seen in the shop are sorted, and those that are due are read whole and looked through for obstacles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from connectors.ledger import DeliveryState
from schemas.company_numbers import number_obstacles
from schemas.documents import Order
from schemas.erp import Erp, orders_of
from schemas.incidents import Incident, Level
from schemas.order_obstacles import common_obstacles
from schemas.outcomes import Outcome
from tasks.orders.absent import gone
from tasks.orders.adoption import Adopter
from tasks.orders.changed import report_changes
from tasks.orders.countries import remembered_countries
from tasks.orders.erp_lines import ErpLines
from tasks.orders.first_seen import counted, note_first_seen, report_ways
from tasks.orders.identities import hold_reused, same_as_delivered, whose_orders
from tasks.orders.look_at import KEYS_AT_ONCE, STREAM, Look, deliveries_of, look_at_orders, placed_from
from tasks.orders.look_up import read_orders, read_words
from tasks.orders.plan.sorting import (
    HELD_BY_STATE,
    INTENT,
    TOO_OLD,
    UNPAID,
    OrderOutcome,
    SeenOrder,
    Sorted,
    WhichOrders,
    sort_out,
)
from tasks.orders.rows import ShopWords
from tasks.orders.touched import touched_orders
from tasks.report.progress import advance
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

__all__ = ["STREAM", "DueOrders", "order_rows", "prepare_orders", "with_codes"]

_HUNDRED = 100


class DueOrders:
    """What is to be handed over: the orders by themselves, and those that are only looked up in the ERP.

    Not a dataclass: Prefect walks through those.
    """

    def __init__(self, look: Look) -> None:
        self.orders: list[Order] = []
        self.only_looked_up: set[int] = set()
        self.look = look


@step_task("read orders")
async def prepare_orders(run: Run, erp: Erp) -> DueOrders:
    """The orders that are due and have no obstacle; all others have their outcome when this returns."""
    with run.step("look at orders"):
        look = await look_at_orders(run, erp)
        found = await _sorted(run, erp, look)
        run.rows.read += len(found.due) + len(found.to_look_up) + len(found.outcomes) + len(found.too_old)
        await _note(run, erp, found)
    due = DueOrders(look)
    with run.step("read orders"):
        address = run.folder.settings.shop.address
        known = await remembered_countries(run.shop, run.facts, address) if look.is_of_some else None
        words = await read_words(run.shop, run.facts, known)
        if not look.is_of_some:
            look.touched = await touched_orders(run, erp, everything=look.sweep.done)
        touched = same_as_delivered(run, erp.ledger_kind(STREAM), look.touched.orders)
        await report_changes(run, erp, words, found.delivered, touched)
        await _record_too_old(run, erp, words, found.too_old)
        await _read(run, erp, words, found, due)
    return due


async def _record_too_old(run: Run, erp: Erp, words: ShopWords, orders: list[SeenOrder]) -> None:
    """Orders of before the first day that the ledger follows: what the ERP has of them is known again, none is sent."""
    if not orders:
        return
    shop, kind = run.folder.name, erp.ledger_kind(STREAM)
    adoptions = await Adopter(run, erp, words).adopt([order.id_order for order in orders])
    found = {str(each.id_order): each for each in adoptions}
    left = [order for order in orders if order.key not in found or not found[order.key].is_adopted]
    run.rows.record(order_rows(OrderOutcome(order, Outcome.UNCHANGED) for order in orders if order not in left))
    run.rows.record(order_rows(OrderOutcome(order, Outcome.IGNORED, TOO_OLD) for order in left))
    if not run.asked.dry_run:
        run.ledger.close_incidents(shop, STREAM, keys=[order.key for order in orders])
        run.ledger.clear(shop, kind, [order.key for order in left])
    first = run.folder.settings.orders.placed_from
    for order in left:
        adoption = found.get(order.key)
        params = {"value": str(first), "detail": adoption.number or "-" if adoption else "-"}
        code = "order_adoption_differs" if adoption and adoption.differs else "order_too_old_to_send"
        run.note(Level.INFO, code, order.key, **params, differs=adoption.differs if adoption else "")


async def _sorted(run: Run, erp: Erp, look: Look) -> Sorted:
    settings = run.folder.settings.orders
    kind = erp.ledger_kind(STREAM)
    accepted = [_row(order, Outcome.WAITING, "waiting", "") for order in look.seen]
    run.rows.accepted = row_outcomes(accepted).select("_file", "_line", "_key")
    await _forget_deleted(run, kind, look)
    first = placed_from(run)
    if first is not None and first > datetime.now(UTC):
        run.note(Level.INFO, "placed_from_ahead", value=str(settings.placed_from))
    which = WhichOrders(settings.states, settings.waiting_states, first, settings.hold_states)
    whose = whose_orders(run, kind, look.seen)
    known = whose.without(deliveries_of(run, kind, [order.key for order in look.seen]))
    found = sort_out([order for order in look.seen if order.key not in whose.unproven], which, known)
    found.to_look_up += [order for order in look.seen if order.key in whose.unproven]
    found.outcomes += hold_reused(run, kind, [order for order in found.due if order.key in whose.reused])
    found.due = [order for order in found.due if order.key not in whose.reused]
    came = [*found.due, *(each.seen for each in found.outcomes if each.outcome is Outcome.WAITING)]
    note_first_seen(run, erp, look, [order for order in came if order.key not in known])
    if look.sweep.done:
        ways = counted(run, erp, look)
        report_ways(run, ways)
        swept = [order.key for order in came if order.key in look.swept]
        look.sweep.report(swept, total=str(max(ways.total(), len(swept))))
    return found


async def _forget_deleted(run: Run, kind: str, look: Look) -> None:
    """Orders that the ledger follows and that the shop no longer has; one that may be in the ERP is not forgotten."""
    there = {order.key for order in look.seen}
    found = await gone(run, "orders", f"{kind}_absent", look.followed, there, code="order_not_listed")
    states = deliveries_of(run, kind, found)
    in_doubt = [Incident(Level.ERROR, "order_gone_in_doubt", STREAM, key) for key in found if states[key] == INTENT]
    run.incidents += run.ledger.not_open_yet(run.folder.name, in_doubt)
    forgotten = [key for key in found if states[key] != INTENT]
    for key in forgotten:
        run.note(Level.INFO, "order_gone", key)
    if forgotten and not run.asked.dry_run:
        run.ledger.clear(run.folder.name, kind, forgotten)
        run.ledger.close_incidents(run.folder.name, STREAM, keys=forgotten)


async def _note(run: Run, erp: Erp, found: Sorted) -> None:
    """What is finished at the first look: in the rows of the run, and in the ledger where it is followed."""
    run.rows.record(order_rows(found.outcomes))
    if run.asked.dry_run:
        return
    shop, kind = run.folder.name, erp.ledger_kind(STREAM)
    if found.forgotten:
        run.ledger.clear(shop, kind, found.forgotten)
    known = run.ledger.deliveries(shop, kind, states=[DeliveryState.WAITING])["key"].to_list()
    for ended in found.outcomes:
        if ended.code in {UNPAID, HELD_BY_STATE} and ended.seen.key not in known:
            run.ledger.wait(shop, kind, ended.seen.key, code=ended.code, run_id=run.run_id)
    held = [
        Incident(Level.ERROR, HELD_BY_STATE, STREAM, ended.seen.key, params={"detail": ended.detail})
        for ended in found.outcomes
        if ended.code == HELD_BY_STATE
    ]
    run.incidents += run.ledger.not_open_yet(shop, held)
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
        for order in await of_erp.completed(orders):
            _judge(run, erp, seen[order.id_order], order, due)
        advance("read orders", start + len(part), len(ids))
    if ids:
        hundreds = -(-len(ids) // _HUNDRED)
        run.report.requests["reads_per_hundred_orders"] = round((run.shop.traffic.reads - reads_before) / hundreds)


def _judge(run: Run, erp: Erp, seen: SeenOrder, order: Order, due: DueOrders) -> None:
    """An order with an obstacle is held whole; all its obstacles are reported, and what is cut of one without any."""
    documents = orders_of(erp)
    looked_up = order.id_order in due.only_looked_up
    rule = run.folder.settings.orders.company_numbers
    numbers = () if looked_up or rule == "ignore" else number_obstacles(order.customer)
    sound = () if looked_up else common_obstacles(order, run.folder.settings.erp)
    sound = (*sound, *numbers) if rule == "hold" else sound
    obstacles = sound if looked_up else (*sound, *documents.obstacles(order))
    if not obstacles:
        due.orders.append(order)
        for noted in (*numbers, *documents.cut(order)):
            run.note(Level.INFO, noted.code, seen.key, **noted.params)
        return
    for obstacle in obstacles:
        run.note(Level.ERROR, obstacle.code, seen.key, **obstacle.params)
    if not run.asked.dry_run:
        run.ledger.hold(run.folder.name, erp.ledger_kind(STREAM), seen.key, code=obstacles[0].code, run_id=run.run_id)
    run.rows.record(order_rows([OrderOutcome(seen, Outcome.REJECTED, obstacles[0].code)]))


def order_rows(outcomes: Iterable[OrderOutcome]) -> pl.DataFrame:
    """Orders that are finished, as rows of `ROW_OUTCOMES`."""
    rows = [_row(each.seen, each.outcome, each.code, each.detail) for each in outcomes]
    return row_outcomes(rows)


def _row(seen: SeenOrder, outcome: Outcome, code: str, detail: str) -> RowOutcome:
    return RowOutcome(0, seen.id_order, seen.key, outcome.value, code, detail)


def with_codes(orders: Iterable[Order], codes: Mapping[int, str]) -> list[Order]:
    """The orders, their customers with the code that the ERP gave them, where one is known."""
    return [
        replace(order, customer=replace(order.customer, erp_code=codes.get(order.customer.id_customer, "")))
        for order in orders
    ]
