"""How each order was first seen: by an event of the shop, by the list of what changed, or by the sweep alone.

The ledger keeps it until the sweep has counted it: what events missed is known once a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from connectors.ledger import Link
from schemas.erp import Erp
from tasks.orders.look_at import KEYS_AT_ONCE, Look
from tasks.orders.plan.sorting import SeenOrder
from tasks.run.run import Run

FIRST_SEEN = "order_first_seen"


class Way(StrEnum):
    """What has shown an order first."""

    EVENT = "event"
    LIST = "list"
    SWEEP = "sweep"


def note_first_seen(run: Run, erp: Erp, look: Look, new: Iterable[SeenOrder]) -> None:
    """Notes what has shown these orders, which the ledger does not know yet; a dry run notes nothing."""
    if run.asked.dry_run:
        return
    shop, kind = run.folder.name, erp.ledger_kind(FIRST_SEEN)
    orders = {order.key: order for order in new}
    keys = [*orders]
    for start in range(0, len(keys), KEYS_AT_ONCE):
        part = keys[start : start + KEYS_AT_ONCE]
        known = set(run.ledger.links_for(shop, kind, part)["erp_key"])
        links = [
            Link(key, orders[key].id_order, confirmed_value=_way(look, key).value) for key in part if key not in known
        ]
        if links:
            run.ledger.confirm(shop, kind, links, run_id=run.run_id)


def counted(run: Run, erp: Erp, look: Look) -> Counter[str]:
    """How many orders each way has shown since the sweep before this one; forgotten once this one is kept."""
    links = run.ledger.links(run.folder.name, erp.ledger_kind(FIRST_SEEN))
    look.counted = links["erp_key"].to_list()
    return Counter(links["confirmed_value"])


def report_ways(run: Run, ways: Counter[str]) -> None:
    """Where events have come, the report says how many orders they have shown, and how many the list."""
    if ways[Way.EVENT]:
        run.report.beyond_rows["orders_by_event"] = ways[Way.EVENT]
        run.report.beyond_rows["orders_by_list"] = ways[Way.LIST]


def forget_counted(run: Run, erp: Erp, look: Look) -> None:
    """What a sweep has counted is not counted again by the next."""
    for start in range(0, len(look.counted), KEYS_AT_ONCE):
        run.ledger.forget(run.folder.name, erp.ledger_kind(FIRST_SEEN), look.counted[start : start + KEYS_AT_ONCE])


def _way(look: Look, key: str) -> Way:
    if look.is_of_some:
        return Way.EVENT
    return Way.SWEEP if key in look.swept else Way.LIST
