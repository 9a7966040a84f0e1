"""All orders of the shop from a day on are looked for in the ERP, and those that it has are known here from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.erp import Erp
from schemas.errors import ConfigFault, ConfigurationError
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.orders.adoption import STREAM, Adopter
from tasks.orders.look_at import deliveries_of
from tasks.orders.look_up import list_placed, read_words, see_orders_of
from tasks.orders.plan.sorting import HANDED_OVER, INTENT, OrderOutcome, SeenOrder
from tasks.orders.prepare import order_rows
from tasks.run.run import Run

ADOPTED = "orders_adopted"


async def adopt_orders_since(run: Run, erp: Erp, *, accept_differences: bool = False) -> None:
    """Every order placed on the day asked for or later ends here; nothing is sent to the ERP."""
    since = run.since
    if since is None:
        remedy = "Name the day from which on orders are looked for in the ERP."
        raise ConfigurationError((ConfigFault("adopt_orders", "since", "no day is given", remedy),))
    with run.step("look at orders"):
        left = await _left(run, erp, since)
    with run.step("look for documents"):
        words = await read_words(run.shop, run.facts)
        adopter = Adopter(run, erp, words, accept_differences=accept_differences)
        found = {each.id_order: each for each in await adopter.adopt([order.id_order for order in left])}
    adopted = 0
    for order in left:
        adoption = found.get(order.id_order)
        if adoption is None or not adoption.number:
            _record(run, [order], Outcome.IGNORED, "order_not_in_erp")
        elif adoption.differs:
            run.note(Level.ERROR, "order_adoption_differs", order.key, detail=adoption.number, differs=adoption.differs)
            _record(run, [order], Outcome.REJECTED, "order_adoption_differs", adoption.number)
        else:
            adopted += 1
            run.planned.append(PlannedChange(order.key, STREAM, "update", (("document", "", adoption.number),)))
            _record(run, [order], Outcome.UNCHANGED)
    run.report.beyond_rows[ADOPTED] = adopted


async def _left(run: Run, erp: Erp, since: datetime) -> list[SeenOrder]:
    """The orders that nothing is known of; the others end here."""
    kind = erp.ledger_kind(STREAM)
    ids = await list_placed(run.shop, run.facts, since)
    seen = await see_orders_of(run.shop, run.facts, ids)
    run.rows.read += len(seen)
    waiting = order_rows([OrderOutcome(order, Outcome.WAITING, "waiting") for order in seen])
    run.rows.accepted = waiting.select("_file", "_line", "_key")
    states = deliveries_of(run, kind, [order.key for order in seen])
    _record(run, [order for order in seen if states.get(order.key) in HANDED_OVER], Outcome.UNCHANGED)
    rest = [order for order in seen if states.get(order.key) not in HANDED_OVER]
    _record(run, [order for order in rest if order.is_store_sale], Outcome.IGNORED, "order_came_from_erp")
    rest = [order for order in rest if not order.is_store_sale]
    _record(run, [order for order in rest if states.get(order.key) == INTENT], Outcome.WAITING, "order_to_look_up")
    left = [order for order in rest if states.get(order.key) != INTENT]
    if not run.asked.dry_run:
        run.ledger.close_incidents(run.folder.name, STREAM, keys=[order.key for order in left])
    return left


def _record(run: Run, orders: Sequence[SeenOrder], outcome: Outcome, code: str = "", detail: str = "") -> None:
    run.rows.record(order_rows([OrderOutcome(order, outcome, code, detail) for order in orders]))
