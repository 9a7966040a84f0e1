"""What the ERP says of the orders that it has and that are not settled, and what that does to them in the shop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import polars as pl
from prefect import task
from prefect.cache_policies import NO_CACHE

from connectors.ledger import DeliveryState
from schemas.documents import DocumentKey, DocumentStatus
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.erp import Erp
from tasks.gather.order_dates import instant, zone_of
from tasks.plan.order_statuses import Move, OpenOrder, day_ranges, move
from tasks.plan.stock import SETTLED
from tasks.run import Run

KIND = "order_status"
FINAL = "final"


@task(name="read statuses", cache_policy=NO_CACHE, persist_result=False)
async def prepare_order_statuses(run: Run, erp: Erp) -> list[Move]:
    """One move per order that is followed; with Cegid's test access nothing is written to the shop."""
    if erp.test:
        run.asked = replace(run.asked, dry_run=True)
    with run.step("read statuses"):
        orders = await _open_orders(run, erp)
        run.rows.read += len(orders)
        waiting = [settled_row(order, Outcome.WAITING, "waiting", "") for order in orders]
        run.rows.accepted = pl.DataFrame(waiting, schema=SETTLED, orient="row").select("_file", "_line", "_key")
        statuses = await asyncio.to_thread(_statuses, erp, orders)
    settings = run.folder.settings.orders
    before_all = {*settings.states, *settings.waiting_states}
    moves = [move(order, statuses.get(order.document), settings.status_rules, before_all) for order in orders]
    _tell(run, moves, statuses)
    return moves


async def _open_orders(run: Run, erp: Erp) -> list[OpenOrder]:
    """Delivered, not final, and still in the shop."""
    shop, ledger = run.folder.name, run.ledger
    delivered = ledger.deliveries(shop, erp.kind("order"), states=[DeliveryState.DELIVERED])
    known = ledger.links(shop, KIND)
    final = set(known.filter(pl.col("state") == FINAL)["erp_key"])
    followed = delivered.filter(~pl.col("key").is_in(list(final)) & pl.col("erp_number").is_not_null())
    numbers = dict(zip(followed["key"], followed["erp_number"], strict=True))
    before = dict(zip(known["erp_key"], known["fingerprint"], strict=True))
    rows = await run.shop.find("orders", "id", numbers, display=("id", "current_state", "date_add"))
    carriers = await run.shop.find(
        "order_carriers", "id_order", [str(row["id"]) for row in rows], display=("id", "id_order", "tracking_number")
    )
    # The latest one counts: an order that was sent again has several.
    by_order = {int(row["id_order"]): row for row in sorted(carriers, key=lambda row: int(row["id"]))}
    zone = zone_of(run.facts.time_zone)
    orders = []
    for row in sorted(rows, key=lambda row: int(row["id"])):
        carrier = by_order.get(int(row["id"]), {})
        orders.append(
            OpenOrder(
                id_order=int(row["id"]),
                document=DocumentKey.parse(numbers[str(row["id"])]),
                state=int(row["current_state"] or 0),
                placed_on=instant(row["date_add"], zone).astimezone(zone).date(),
                set_before=int(before.get(str(row["id"]), "=0").removeprefix("=") or 0),
                tracking=carrier.get("tracking_number", ""),
                id_order_carrier=int(carrier.get("id", 0)),
            )
        )
    return orders


def _statuses(erp: Erp, orders: list[OpenOrder]) -> Mapping[DocumentKey, DocumentStatus]:
    """By pages of days; what no page holds is asked for by its key, as a document whose date was changed."""
    types = sorted({order.document.type for order in orders})
    wanted = {order.document for order in orders}
    ranges, _alone = day_ranges(orders)
    found: dict[DocumentKey, DocumentStatus] = {}
    for begin, end in ranges:
        found |= _pages(erp, begin, end, types)
    for key in wanted - found.keys():
        status = erp.cegid.status(key)
        if status is not None:
            found[key] = status
    return found


def _pages(erp: Erp, begin: date, end: date, types: list[str]) -> dict[DocumentKey, DocumentStatus]:
    headers = erp.cegid.headers(begin, end, types=types, stores=[erp.codes.store])
    return {status.key: status for status in headers}


def _tell(run: Run, moves: list[Move], statuses: Mapping[DocumentKey, DocumentStatus]) -> None:
    if not run.asked.dry_run:
        run.ledger.close_incidents(run.folder.name, run.stream.name)
    for each in moves:
        key = str(each.order.id_order)
        if each.code:
            level = Level.ERROR if each.outcome is Outcome.REFUSED else Level.INFO
            run.tell(level, each.code, key, detail=each.detail)
        status = statuses.get(each.order.document)
        for member, said in (status.unknown if status else {}).items():
            run.tell(Level.INFO, "status_unknown", key, value=said, detail=member)


def settled_row(order: OpenOrder, outcome: Outcome, code: str, detail: str) -> tuple[int, int, str, str, str, str]:
    """An order as a row of `SETTLED`."""
    return (0, order.id_order, str(order.id_order), outcome.value, code, detail)
