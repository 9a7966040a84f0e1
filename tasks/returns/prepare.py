"""Returns that the customer has asked for: tied to the order that the ERP has, or held with the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import polars as pl

from connectors.prestashop import Entity
from connectors.prestashop.values import whole
from schemas.documents import Return
from schemas.erp import Erp, Obstacle, returns_of
from schemas.incidents import Level
from schemas.outcomes import Outcome
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
from tasks.orders.erp_lines import items_of_erp
from tasks.orders.look_up import read_words
from tasks.returns.identities import identity_of
from tasks.returns.look_up import read_returns, require_returns, see_returns
from tasks.run.outcomes import row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

STREAM = "return"
DueReturn = DueDocument[Return]


@step_task("read returns")
async def prepare_returns(run: Run, erp: Erp) -> list[DueReturn]:
    """The returns that are due and have no obstacle; all others have their outcome when this returns."""
    require_returns(run.facts)
    with run.step("read returns"):
        what = Attached(STREAM, erp.ledger_kind(STREAM), run.facts.returns)
        followed = run.ledger.deliveries(run.folder.name, what.kind, states=FOLLOWED)
        keys = followed["key"].to_list()
        rows = await see_returns(run.shop, run.facts, run.folder.settings.returns.states, keys)
        run.rows.read += len(rows)
        accepted = [row_of(str(row["id"]), Outcome.WAITING, "waiting", "") for row in rows]
        run.rows.accepted = row_outcomes(accepted).select("_file", "_line", "_key")
        await forget_deleted(run, what, keys, {str(row["id"]) for row in rows})
        sent = set(followed.filter(pl.col("doubt_at").is_not_null())["key"])
        due = _due(run, what, rows, sent)
        words = await read_words(run.shop, run.facts)
        for row in rows:
            run.shown_keys.note(str(row["id"]), "order", whole(row, "id_order"))
        returns = await read_returns(run.shop, run.facts, words, due, items_of_erp(run))
        await adopt_orders(run, erp, words, (each.id_order for each in returns))
    return [found for each in returns if (found := _tied(run, erp, each)) is not None]


def _due(run: Run, what: Attached, rows: list[Entity], sent: set[str]) -> list[Entity]:
    """Those not delivered, in a state that goes, or that may have arrived without our knowing it."""
    shop, own = run.folder.name, partial(identity_of, run)
    keys = [str(row["id"]) for row in rows]
    found = whose(run, what, rows, own)
    delivered = found.proven
    record(run, delivered, Outcome.UNCHANGED)
    reused = [row for row in rows if str(row["id"]) in found.reused and _goes(run, row)]
    held = hold_reused(run, what, reused, own)
    record(run, held, Outcome.REJECTED, "return_id_reused")
    left = [row for row in rows if str(row["id"]) not in {*delivered, *held}]
    sent = sent | found.unproven
    goes = [row for row in left if _goes(run, row) or str(row["id"]) in sent]
    others = [str(row["id"]) for row in left if row not in goes]
    record(run, others, Outcome.IGNORED, "return_state_not_exported")
    if not run.asked.dry_run:
        run.ledger.clear(shop, what.kind, others)
        closed = [key for key in keys if key not in {*delivered, *found.reused}]
        run.ledger.close_incidents(shop, STREAM, keys=closed)
    return goes


def _goes(run: Run, row: Entity) -> bool:
    return whole(row, "state") in run.folder.settings.returns.states


def _tied(run: Run, erp: Erp, return_: Return) -> DueReturn | None:
    """The return with its order's document; None when it is held, which is reported."""
    key = str(return_.id_order_return)
    of_order = (return_.id_order, return_.order_reference, return_.order_placed_text)
    number, code = document_of_order(run, erp, *of_order)
    goes = return_.state in run.folder.settings.returns.states
    tied = replace(return_, customer_code=code, order_number=number)
    obstacles = (*_obstacles(run, tied), *returns_of(erp).obstacles(tied)) if goes else ()
    if not obstacles:
        return DueDocument(key, tied, code, may_create=goes)
    for obstacle in obstacles:
        run.note(Level.ERROR, obstacle.code, key, **obstacle.params)
    if not run.asked.dry_run:
        run.ledger.hold(run.folder.name, erp.ledger_kind(STREAM), key, code=obstacles[0].code, run_id=run.run_id)
    record(run, [key], Outcome.REJECTED, obstacles[0].code)
    return None


def _obstacles(run: Run, return_: Return) -> Iterator[Obstacle]:
    """What keeps a return from any ERP."""
    if not return_.order_number or not return_.customer_code:
        yield Obstacle("return_order_not_in_erp", {"value": str(return_.id_order)})
    if not any(line.quantity for line in return_.lines):
        yield Obstacle("return_empty")
    for line in return_.lines:
        if line.quantity and line.is_missing:
            yield Obstacle("return_line_missing", {"value": str(line.id_order_detail)})
        elif line.quantity and not line.reference.strip() and not run.folder.settings.erp.items.misc:
            yield Obstacle("return_line_without_reference", {"value": str(line.id_order_detail)})
