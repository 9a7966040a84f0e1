"""What orders and returns that the ERP has share on their way back: asked for in bulk, reported, remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from connectors.ledger import HANDED_OVER, Link, LinkState
from connectors.prestashop import Entity
from schemas.erp import Asked, DocumentStatus, Erp, ErpNumber, need
from schemas.incidents import Incident, Level
from schemas.outcomes import Outcome
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.statuses.plan import StatusChange, TrackedDocument

FINAL = LinkState.FINAL


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What the ledger knows of one that is followed: its document, and the last state that we gave it (0: none)."""

    document: ErpNumber
    set_before: int
    identity: str = ""
    """Of the order or return that the document is of; empty in deliveries from before there were identities."""


def known_open(run: Run, delivered_as: str, kind: str) -> dict[str, LedgerEntry]:
    """By key, what was delivered as `delivered_as` and is not finished for good; `kind` names the links."""
    shop, ledger = run.folder.name, run.ledger
    delivered = ledger.deliveries(shop, delivered_as, states=HANDED_OVER)
    links = ledger.links(shop, kind)
    final = links.filter(pl.col("state") == FINAL)["erp_key"].to_list()
    before = dict(zip(links["erp_key"], links["confirmed_value"], strict=True))
    followed = delivered.filter(~pl.col("key").is_in(final) & pl.col("erp_number").is_not_null())
    return {
        key: LedgerEntry(ErpNumber(number), int(before.get(key) or 0), identity or "")
        for key, number, identity in followed.select("key", "erp_number", "identity").iter_rows()
    }


def without_reused(
    run: Run,
    known: Mapping[str, LedgerEntry],
    rows: Iterable[Entity],
    identity: Callable[[Entity], str],
    prefix: str = "",
) -> list[Entity]:
    """The rows of the shop that the ERP's documents are of; those whose id was another one's are reported."""
    kept = []
    for row in rows:
        one = known[str(row["id"])]
        if one.identity in ("", identity(row)):
            kept.append(row)
        else:
            run.note(Level.INFO, f"{prefix}status_id_reused", str(row["id"]), detail=str(one.document))
    return kept


async def ask(run: Run, erp: Erp, followed: Sequence[TrackedDocument]) -> Mapping[ErpNumber, DocumentStatus]:
    """What the ERP says of each of them; from now on they are rows read."""
    run.rows.read += len(followed)
    run.rows.accepted = _rows([(one, Outcome.WAITING, "waiting", "") for one in followed]).select(
        "_file", "_line", "_key"
    )
    tells = need(erp.statuses, erp.kind, run.asked.flow)
    asked = [Asked(one.document, one.placed_on) for one in followed]
    return await asyncio.to_thread(tells.statuses, asked)


def report_incidents(
    run: Run,
    changes: Sequence[StatusChange],
    statuses: Mapping[ErpNumber, DocumentStatus],
    prefix: str = "",
    *,
    standing: Sequence[Incident] = (),
) -> None:
    """Incidents: what stays behind and why, and words of the ERP that its contract does not list.

    Those `standing` are reported once, and stay open while they stand.
    """
    new = run.ledger.not_open_yet(run.folder.name, standing)
    if run.may_write_shop:
        run.ledger.close_incidents(run.folder.name, run.stream.name, but=[each for each in standing if each not in new])
    run.incidents += new
    for each in changes:
        key = str(each.one.id)
        if each.code:
            level = Level.ERROR if each.outcome is Outcome.REFUSED else Level.INFO
            run.note(level, prefix + each.code, key, detail=each.detail)
        status = statuses.get(each.one.document)
        for member, texts in (status.unknown if status else {}).items():
            run.note(Level.INFO, f"{prefix}status_unknown", key, value=texts, detail=member)


def record(run: Run, changes: Sequence[StatusChange], prefix: str = "") -> None:
    """They are finished."""
    run.rows.record(
        _rows([(each.one, each.outcome, each.code and prefix + each.code, each.detail) for each in changes])
    )


def record_refused(run: Run, changes: Sequence[StatusChange], texts: Mapping[int, str], code: str) -> None:
    """The shop took something of these not; `texts` are its words by id."""
    for each in changes:
        run.note(Level.ERROR, code, str(each.one.id), detail=texts[each.one.id])
    run.rows.record(_rows([(each.one, Outcome.REFUSED, code, texts[each.one.id]) for each in changes]))


def remember(run: Run, kind: str, changes: Sequence[StatusChange]) -> None:
    """The state that each was given, and whether it is followed any further."""
    links = [
        Link(
            str(each.one.id),
            each.one.id,
            state=FINAL if each.final else LinkState.OPEN,
            confirmed_value=str(each.state or each.reached or each.one.set_before),
        )
        for each in changes
    ]
    if links:
        run.ledger.confirm(run.folder.name, kind, links, run_id=run.run_id)


def _rows(outcomes: Sequence[tuple[TrackedDocument, Outcome, str, str]]) -> pl.DataFrame:
    return row_outcomes(
        RowOutcome(file, line, str(one.id), outcome.value, code, detail)
        for one, outcome, code, detail in outcomes
        for file, line in ((one.file, one.line or one.id), *one.more)
    )
