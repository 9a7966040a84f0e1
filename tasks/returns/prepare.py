"""Returns that the customer has asked for: tied to the order that the ERP has, or held with the remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from connectors.ledger import HANDED_OVER, DeliveryState
from connectors.prestashop import Entity
from connectors.prestashop.dates import instant, zone_of
from connectors.prestashop.values import whole
from schemas.documents import Return
from schemas.erp import Erp, Obstacle, returns_of
from schemas.identities import order_identity
from schemas.incidents import Incident, Level
from schemas.outcomes import Outcome
from tasks.orders.absent import gone
from tasks.orders.adoption import NEEDED, Adopter
from tasks.orders.erp_lines import items_of_erp
from tasks.orders.identities import is_older
from tasks.orders.look_up import read_words
from tasks.orders.rows import ShopWords
from tasks.returns.identities import hold_reused, whose_returns
from tasks.returns.look_up import read_returns, require_returns, see_returns
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task

STREAM = "return"
_FOLLOWED = (DeliveryState.INTENT, DeliveryState.HELD, DeliveryState.WAITING)


class DueReturn:
    """A return, with the number of its order's document. Not a dataclass: Prefect walks through those."""

    def __init__(self, return_: Return, *, may_create: bool) -> None:
        self.return_ = return_
        self.may_create = may_create

    @property
    def key(self) -> str:
        """What the ledger and the reports call it."""
        return str(self.return_.id_order_return)


@step_task("read returns")
async def prepare_returns(run: Run, erp: Erp) -> list[DueReturn]:
    """The returns that are due and have no obstacle; all others have their outcome when this returns."""
    require_returns(run.facts)
    with run.step("read returns"):
        kind, shop = erp.ledger_kind(STREAM), run.folder.name
        followed = run.ledger.deliveries(shop, kind, states=_FOLLOWED)
        rows = await see_returns(run.shop, run.facts, run.folder.settings.returns.states, followed["key"].to_list())
        run.rows.read += len(rows)
        accepted = [row_of(str(row["id"]), Outcome.WAITING, "waiting", "") for row in rows]
        run.rows.accepted = row_outcomes(accepted).select("_file", "_line", "_key")
        await _forget_deleted(run, erp, followed["key"].to_list(), {str(row["id"]) for row in rows})
        sent = set(followed.filter(pl.col("doubt_at").is_not_null())["key"])
        due = _due(run, erp, rows, sent)
        words = await read_words(run.shop, run.facts)
        for row in rows:
            run.shown_keys.note(str(row["id"]), "order", whole(row, "id_order"))
        returns = await read_returns(run.shop, run.facts, words, due, items_of_erp(run))
        await _adopt_orders(run, erp, words, returns)
    return [found for each in returns if (found := _tied(run, erp, each)) is not None]


async def _forget_deleted(run: Run, erp: Erp, followed: list[str], there: set[str]) -> None:
    """Returns that the ledger follows and that the shop no longer has; one that may be in the ERP is not forgotten."""
    shop, kind = run.folder.name, erp.ledger_kind(STREAM)
    found = await gone(run, run.facts.returns, f"{kind}_absent", followed, there, code="return_not_listed")
    known = run.ledger.deliveries(shop, kind, keys=found)
    sent = set(known.filter(pl.col("doubt_at").is_not_null())["key"])
    in_doubt = [Incident(Level.ERROR, "return_gone_in_doubt", STREAM, key) for key in found if key in sent]
    run.incidents += run.ledger.not_open_yet(shop, in_doubt)
    forgotten = [key for key in found if key not in sent]
    for key in forgotten:
        run.note(Level.INFO, "return_gone", key)
    if forgotten and not run.asked.dry_run:
        run.ledger.clear(shop, kind, forgotten)
        run.ledger.close_incidents(shop, STREAM, keys=forgotten)


def _due(run: Run, erp: Erp, rows: list[Entity], sent: set[str]) -> list[Entity]:
    """Those not delivered, in a state that goes, or that may have arrived without our knowing it."""
    kind, shop = erp.ledger_kind(STREAM), run.folder.name
    keys = [str(row["id"]) for row in rows]
    whose = whose_returns(run, kind, rows)
    delivered = whose.proven
    record_returns(run, delivered, Outcome.UNCHANGED)
    held = hold_reused(run, kind, rows, whose.reused)
    record_returns(run, held, Outcome.REJECTED, "return_id_reused")
    left = [row for row in rows if str(row["id"]) not in {*delivered, *held}]
    sent = sent | whose.unproven
    goes = [row for row in left if _goes(run, row) or str(row["id"]) in sent]
    others = [str(row["id"]) for row in left if row not in goes]
    record_returns(run, others, Outcome.IGNORED, "return_state_not_exported")
    if not run.asked.dry_run:
        run.ledger.clear(shop, kind, others)
        closed = [key for key in keys if key not in {*delivered, *whose.reused}]
        run.ledger.close_incidents(shop, STREAM, keys=closed)
    return goes


async def _adopt_orders(run: Run, erp: Erp, words: ShopWords, returns: Sequence[Return]) -> None:
    """Orders of returns that the ERP was not given from here: a former connector may have sent them."""
    ids = sorted({each.id_order for each in returns})
    known = run.ledger.deliveries(run.folder.name, erp.ledger_kind("order"), keys=[str(id_) for id_ in ids])[
        "key"
    ].to_list()
    unknown = [id_ for id_ in ids if str(id_) not in known]
    if not all(run.facts.may("GET", resource) for resource in NEEDED):
        return
    for adoption in await Adopter(run, erp, words).adopt(unknown) if unknown else ():
        if adoption.differs:
            params = {"detail": adoption.number, "differs": adoption.differs}
            run.note(Level.INFO, "order_adoption_differs", str(adoption.id_order), **params)


def _goes(run: Run, row: Entity) -> bool:
    return whole(row, "state") in run.folder.settings.returns.states


def _tied(run: Run, erp: Erp, return_: Return) -> DueReturn | None:
    """The return with its order's document; None when it is held, which is reported."""
    key = str(return_.id_order_return)
    order = run.ledger.deliveries(
        run.folder.name, erp.ledger_kind("order"), states=HANDED_OVER, keys=[str(return_.id_order)]
    )
    [number, code] = _document(run, return_, order)
    goes = return_.state in run.folder.settings.returns.states
    due = DueReturn(replace(return_, customer_code=code, order_number=number or ""), may_create=goes)
    obstacles = (*_obstacles(run, due.return_), *returns_of(erp).obstacles(due.return_)) if goes else ()
    if not obstacles:
        return due
    for obstacle in obstacles:
        run.note(Level.ERROR, obstacle.code, key, **obstacle.params)
    if not run.asked.dry_run:
        run.ledger.hold(run.folder.name, erp.ledger_kind(STREAM), key, code=obstacles[0].code, run_id=run.run_id)
    record_returns(run, [key], Outcome.REJECTED, obstacles[0].code)
    return None


def _document(run: Run, return_: Return, order: pl.DataFrame) -> tuple[str | None, str]:
    """Number and customer of the ERP's document of a return's order; none when its id was another order's then."""
    for known in order.iter_rows(named=True):
        placed_at = instant(return_.order_placed_text, zone_of(run.facts.time_zone))
        identity = order_identity(return_.order_reference, return_.order_placed_text, run.ledger.secret())
        proven = known["identity"] == identity if known["identity"] else is_older(run, placed_at, known["delivered_at"])
        if proven:
            return known["erp_number"], known["erp_code"] or ""
    return None, ""


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


def record_returns(run: Run, keys: Iterable[str], outcome: Outcome, code: str = "", detail: str = "") -> None:
    """Returns are finished."""
    run.rows.record(row_outcomes([row_of(key, outcome, code, detail) for key in keys]))


def row_of(key: str, outcome: Outcome, code: str, detail: str) -> RowOutcome:
    """A return as a row of `ROW_OUTCOMES`."""
    return RowOutcome(0, int(key), key, outcome.value, code, detail)
