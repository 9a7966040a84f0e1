"""Credit slips of the shop: tied to the document that the ERP has of their order, held with the remedy, or waiting."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from connectors.ledger import HANDED_OVER, SAME
from connectors.prestashop import Entity
from connectors.prestashop.dates import instant, zone_of
from connectors.prestashop.sales import MODULE
from schemas.documents import Slip
from schemas.erp import Erp, TakesDocuments, need
from schemas.identities import slip_identity
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.slip_obstacles import common_slip_obstacles
from tasks.handover.delivering import DueDocument, record, row_of
from tasks.orders.attached import (
    FOLLOWED,
    Attached,
    adopt_orders,
    document_of_order,
    forget_deleted,
    hold_reused,
    whose,
)
from tasks.orders.look_at import placed_from
from tasks.orders.look_up import read_words
from tasks.run.outcomes import row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.run.sweeps import Sweep
from tasks.run.watermarks import Watermark, shop_now
from tasks.slips.look_up import RESOURCE, identity_of, read_slips, require_slips, see_slips

STREAM = "slip"
NOT_IN_ERP = "slip_order_not_in_erp"
NOT_EXPORTED = "slip_order_not_exported"
DueSlip = DueDocument[Slip]
_A_SECOND = timedelta(seconds=1)
_A_MINUTE = timedelta(minutes=1)
"""The shop's clock and the first run's are not the same to the second."""


def slips_of(erp: Erp) -> TakesDocuments[Slip]:
    """How the ERP takes credit slips."""
    return need(erp.slips, erp.kind, "export_credit_slips")


@dataclass(slots=True)
class Look:
    """How far the shop's list of slips was read."""

    watermark: Watermark
    sweep: Sweep
    first: datetime
    """Slips made before it are not sent."""

    def since(self, followed_days: int, now: datetime) -> datetime:
        """From where the list is read: once a day, all slips of the last `followed_days`."""
        reached = self.watermark.since
        if reached is None:
            return self.first - _A_SECOND
        if self.sweep.is_due:
            reached = min(reached, now - timedelta(days=followed_days))
        return max(self.first, reached) - _A_SECOND


class DueSlips:
    """The slips that go, and how far the shop was read. Not a dataclass: Prefect walks through those."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.slips: list[DueSlip] = []

    def keep(self) -> None:
        """Notes in the ledger how far the shop was read, once every slip has its outcome."""
        self.look.watermark.keep()
        self.look.sweep.keep()


@step_task("read credit slips")
async def prepare_slips(run: Run, erp: Erp) -> DueSlips:
    """The slips that are due and have no obstacle; all others have their outcome when this returns."""
    require_slips(run.facts)
    documents = slips_of(erp)
    with run.step("read credit slips"):
        look = _look(run, erp)
        what = Attached(STREAM, erp.ledger_kind(STREAM), RESOURCE, HANDED_OVER)
        followed = run.ledger.deliveries(run.folder.name, what.kind, states=FOLLOWED)["key"].to_list()
        rows = await _seen(run, what, look, followed)
        left = _left(run, what, rows)
        _report_sweep(run, look, left, set(followed))
        words = await read_words(run.shop, run.facts)
        slips = await read_slips(run, words, left)
        await adopt_orders(run, erp, words, (slip.id_order for slip in slips if slip.order is not None))
        due = DueSlips(look)
        for slip in slips:
            tied = _tied(run, erp, slip)
            if tied.order is not None and not tied.order_number:
                _wait(run, erp, tied)
            elif not await _is_held(run, what, tied, documents):
                key = str(slip.id_order_slip)
                due.slips.append(DueDocument(key, tied, tied.customer_code, may_create=True))
    return due


def _look(run: Run, erp: Erp) -> Look:
    """The first slips that go are those made since the first run, or since the day that a run was asked for."""
    list_ = erp.ledger_kind("slips")
    known = run.ledger.watermark(run.folder.name, f"{list_} from")
    first = known or shop_now(run.facts) - _A_MINUTE
    if run.since is not None:
        first = min(first, run.since)
    if first != known and not run.asked.dry_run:
        # Noted at once: what is made while the ERP does not answer is not from before.
        run.ledger.set_watermark(run.folder.name, f"{list_} from", first)
    look = Look(Watermark(run, list_), Sweep(run, list_), first)
    look.sweep.done = look.sweep.is_due
    return look


async def _seen(run: Run, what: Attached, look: Look, followed: list[str]) -> list[Entity]:
    zone, days = zone_of(run.facts.time_zone), run.folder.settings.orders.followed_days
    since = look.since(days, shop_now(run.facts))
    rows = await see_slips(run.shop, run.facts, since, followed)
    look.watermark.saw((str(row["id"]), instant(row["date_upd"], zone)) for row in rows)
    there = {str(row["id"]) for row in rows}
    rows = [row for row in rows if str(row["id"]) in followed or instant(row["date_add"], zone) >= look.first]
    run.rows.read += len(rows)
    accepted = [row_of(str(row["id"]), Outcome.WAITING, "waiting", "") for row in rows]
    run.rows.accepted = row_outcomes(accepted).select("_file", "_line", "_key")
    await forget_deleted(run, what, followed, there)
    return rows


def _report_sweep(run: Run, look: Look, left: list[Entity], followed: set[str]) -> None:
    """What no list by date had shown before, once a day."""
    if not look.sweep.done:
        return
    zone, since = zone_of(run.facts.time_zone), look.watermark.since
    new = [row for row in left if str(row["id"]) not in followed]
    look.sweep.report([str(row["id"]) for row in new if since and instant(row["date_upd"], zone) <= since])


def _left(run: Run, what: Attached, rows: list[Entity]) -> list[Entity]:
    """Those that the ERP was not given, as far as the ledger knows."""
    own = partial(identity_of, run)
    found = whose(run, what, rows, own)
    record(run, found.proven, Outcome.UNCHANGED)
    held = hold_reused(run, what, (row for row in rows if str(row["id"]) in found.reused), own)
    record(run, held, Outcome.REJECTED, "slip_id_reused")
    left = [row for row in rows if str(row["id"]) not in {*found.proven, *held}]
    if not run.asked.dry_run:
        run.ledger.close_incidents(run.folder.name, STREAM, keys=[str(row["id"]) for row in left])
    return left


def _tied(run: Run, erp: Erp, slip: Slip) -> Slip:
    """The slip with number and customer of its order's document, as far as the ERP has it."""
    if slip.order is None:
        return slip
    number, code = document_of_order(run, erp, slip.id_order, slip.order.reference, slip.order.placed_text)
    return replace(slip, order_number=number, customer_code=code)


def _wait(run: Run, erp: Erp, slip: Slip) -> None:
    """A slip whose order is not in the ERP: it follows its order there for as long as orders are followed."""
    key, kind = str(slip.id_order_slip), erp.ledger_kind(STREAM)
    goes = _may_go(run, erp, slip)
    code = NOT_IN_ERP if goes else NOT_EXPORTED
    if goes:
        run.note(Level.RETRY, code, key, value=str(slip.id_order))
    record(run, [key], Outcome.WAITING if goes else Outcome.IGNORED, code)
    if run.asked.dry_run:
        return
    days = timedelta(days=run.folder.settings.orders.followed_days)
    if goes or slip.created_at >= datetime.now(UTC) - days:
        run.ledger.wait(run.folder.name, kind, key, code=code, run_id=run.run_id)
    else:
        run.ledger.clear(run.folder.name, kind, [key])


def _may_go(run: Run, erp: Erp, slip: Slip) -> bool:
    """Whether the order is one that goes, or that the ledger follows on its way."""
    order, settings = slip.order, run.folder.settings.orders
    known = run.ledger.delivery(run.folder.name, erp.ledger_kind("order"), str(slip.id_order))
    if known is not None or order is None:
        return known is not None and known.state in {*FOLLOWED, *HANDED_OVER}
    first = placed_from(run)
    is_young = first is None or order.placed_at >= first
    states = {*settings.states, *settings.waiting_states, *settings.hold_states}
    return is_young and order.module != MODULE and order.state in states


async def _is_held(run: Run, what: Attached, slip: Slip, documents: TakesDocuments[Slip]) -> bool:
    """Whether something keeps the slip from the ERP, which is reported; one that may be there is looked up first."""
    key = str(slip.id_order_slip)
    obstacles = common_slip_obstacles(slip, run.folder.settings.erp)
    known = run.ledger.delivery(run.folder.name, what.kind, key)
    if not obstacles and (known is None or known.doubt_at is None):
        obstacles = await asyncio.to_thread(documents.obstacles, slip)
    if not obstacles:
        for cut in documents.cut(slip):
            run.note(Level.INFO, cut.code, key, **cut.params)
        return False
    if known is not None and known.answer == SAME:
        _take_for_delivered(run, what, slip)
        return True
    for obstacle in obstacles:
        run.note(Level.ERROR, obstacle.code, key, **obstacle.params)
    if not run.asked.dry_run:
        run.ledger.hold(run.folder.name, what.kind, key, code=obstacles[0].code, run_id=run.run_id)
    record(run, [key], Outcome.REJECTED, obstacles[0].code)
    return True


def _take_for_delivered(run: Run, what: Attached, slip: Slip) -> None:
    """A person has said that the ERP has it: what keeps it from being sent does not matter any more."""
    key = str(slip.id_order_slip)
    record(run, [key], Outcome.UNCHANGED)
    if run.asked.dry_run:
        return
    identity = slip_identity(slip.id_order, slip.created_text, run.ledger.secret())
    run.ledger.delivered(
        run.folder.name,
        what.kind,
        key,
        erp_number=None,
        erp_code=slip.customer_code,
        run_id=run.run_id,
        identity=identity,
    )
