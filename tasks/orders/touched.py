"""Orders that the ERP has and that may have changed without a new date: by a credit slip, a payment or an address.

None of these moves the date of the order itself (facts U1, U4, U7). What moves no date at all (a line written by the
webservice, an order that was deleted) is found once a day, when all of them are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from connectors.ledger import HANDED_OVER, Link, LinkState
from connectors.prestashop.dates import instant, local_text, zone_of
from connectors.prestashop.filters import after
from schemas.erp import Erp
from schemas.incidents import Level
from tasks.orders.absent import gone
from tasks.orders.look_up import see_orders_of
from tasks.orders.plan.sorting import SeenOrder
from tasks.run.run import Run
from tasks.run.watermarks import Watermark, shop_now

GONE = LinkState.GONE
"""State of the link of an order that was deleted in the shop after the ERP was given it: said once."""
ABSENT = "order_seen_absent"
SEEN = "order_seen"


class Touched:
    """The orders to look at again, and how far the lists that named them were read."""

    def __init__(self) -> None:
        self.orders: list[SeenOrder] = []
        self.watermarks: list[Watermark] = []

    def keep(self) -> None:
        """Notes in the ledger how far these lists were read."""
        for watermark in self.watermarks:
            watermark.keep()


async def touched_orders(run: Run, erp: Erp, *, everything: bool) -> Touched:
    """The orders handed over within `followed_days` that something else than their own date points to.

    With `everything`, all of them. One that the shop has deleted is reported once.
    """
    touched = Touched()
    if not run.folder.settings.orders.followed_days:
        return touched
    recent = _recent(run, erp)
    keys = {str(id_) for id_ in await _named(run, erp, touched)} & recent
    absent = set(run.ledger.links(run.folder.name, erp.ledger_kind(ABSENT))["erp_key"]) & recent
    keys = recent if everything else keys | absent
    touched.orders = await see_orders_of(run.shop, run.facts, sorted(keys))
    await _report_deleted(run, erp, keys, {order.key for order in touched.orders})
    return touched


def _recent(run: Run, erp: Erp) -> set[str]:
    days = run.folder.settings.orders.followed_days
    since = datetime.now(UTC) - timedelta(days=days)
    delivered = run.ledger.deliveries(run.folder.name, erp.ledger_kind("order"), states=HANDED_OVER)
    seen = run.ledger.links(run.folder.name, erp.ledger_kind(SEEN))
    over = set(seen.filter(seen["state"] == GONE)["erp_key"])
    rows = delivered.select("key", "delivered_at").iter_rows()
    return {key for key, at in rows if at is not None and at >= since and key not in over}


async def _named(run: Run, erp: Erp, touched: Touched) -> set[int]:
    """The ids of orders that new credit slips, payments and changed addresses belong to."""
    shop, may = run.shop, run.facts.may
    ids: set[int] = set()
    if may("GET", "order_slip"):
        ids |= {int(row["id_order"] or 0) for row in await _since(run, erp, touched, "order_slip", "id_order")}
    payments = await _since(run, erp, touched, "order_payments", "order_reference", date="date_add")
    references = {row["order_reference"] for row in payments} - {""}
    ids |= _ids(await shop.find("orders", "reference", sorted(references), display=("id",)) if references else ())
    addresses = [str(row["id"]) for row in await _since(run, erp, touched, "addresses")]
    for name in ("id_address_delivery", "id_address_invoice"):
        ids |= _ids(await shop.find("orders", name, addresses, display=("id",)) if addresses else ())
    return ids


def _ids(rows: Iterable[dict[str, object]]) -> set[int]:
    return {int(str(row["id"])) for row in rows}


async def _since(
    run: Run, erp: Erp, touched: Touched, resource: str, *fields: str, date: str = "date_upd"
) -> list[dict[str, str]]:
    """What of a resource has come or changed since the last run; the first time, since the orders that are followed."""
    zone = zone_of(run.facts.time_zone)
    # Without overlap: every new order would be looked at again for hours, and the daily look finds what is missed.
    watermark = Watermark(run, f"{erp.ledger_kind('orders')} {resource}", overlap=timedelta(0))
    first = shop_now(run.facts) - timedelta(days=run.folder.settings.orders.followed_days)
    since = local_text(watermark.since or first, zone)
    rows = await run.shop.read(resource, filters={date: after(since)}, display=("id", *fields, date))
    watermark.saw((str(row["id"]), instant(row[date], zone)) for row in rows)
    touched.watermarks.append(watermark)
    return rows


async def _report_deleted(run: Run, erp: Erp, keys: set[str], there: set[str]) -> None:
    shop, kind = run.folder.name, erp.ledger_kind("order")
    deleted = await gone(run, "orders", erp.ledger_kind(ABSENT), keys, there, code="order_not_listed")
    known = run.ledger.deliveries(shop, kind, keys=deleted)
    numbers = dict(known.select("key", "erp_number").iter_rows())
    for key in deleted:
        run.note(Level.ERROR, "order_deleted_after", key, detail=numbers.get(key) or "?")
    if deleted and not run.asked.dry_run:
        run.ledger.confirm(shop, erp.ledger_kind(SEEN), [gone_link(key) for key in deleted], run_id=run.run_id)


def gone_link(key: str) -> Link:
    """The link of an order that the shop has deleted."""
    return Link(key, int(key), state=GONE)
