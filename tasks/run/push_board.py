"""Tells the module's page in the back office what happened: runs, open incidents, orders, settings; news alone."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.ledger import Ledger
from connectors.prestashop import Shop
from connectors.prestashop.board import RESOURCE, BoardState
from schemas.back_office import shown_associations, shown_settings
from schemas.column_spec import WEB_SERVICE
from schemas.erp import ledger_kind
from schemas.errors import PasserelleError
from schemas.flows import FLOWS, Flow
from schemas.identities import order_identity
from tasks.report.back_office import (
    digest_of,
    in_both_languages,
    incident_lines,
    newest_states,
    news_runs,
    order_line,
    run_lines,
)
from tasks.report.open_incidents import verdict_of
from tasks.report.texts import texts
from tasks.run.shop_folder import ShopFolder
from tasks.run.write_board import last_runs, open_incidents, rejects_of

logger = logging.getLogger(__name__)
RUNS_OF_EACH_FLOW = 400
_ORDERS_IN_ONE = 500
_REASONS_SHOWN = 5
_ORDERS = "export_orders"
"""Whoever runs it holds the lease under which deliveries of orders change: none is missed between two looks."""


async def has_board(shop: Shop) -> bool:
    """Whether the shop has the page and the key may read and write it; one of several shops has none."""
    facts = await shop.describe()
    return facts.may("GET", RESOURCE) and facts.may("PUT", RESOURCE) and not facts.shops.named


async def push_board(folder: ShopFolder, ledger: Ledger, shop: Shop, flow: str) -> None:
    """Writes what is new since the page was written last; what stands in the way costs a line in the log."""
    try:
        if not await has_board(shop):
            return
        state = await shop.board.read()
        await write_news(folder, ledger, shop, state, with_orders=flow == _ORDERS)
    except (PasserelleError, OSError) as error:
        # The run has ended by now: a file of rejects that is gone or closed to us must not change how.
        logger.warning("The page in the back office of %s is not written: %s", folder.name, error)


async def write_news(
    folder: ShopFolder,
    ledger: Ledger,
    shop: Shop,
    state: BoardState,
    *,
    with_orders: bool,
    answers: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Sends `answers`, the page where it tells something else than before, and the orders that have changed."""
    document: dict[str, Any] = {"answers": list(answers)} if answers else {}
    page = page_of(folder, ledger)
    digest = digest_of(page)
    if digest != state.digest:
        document |= {"page": page, "digest": digest}
    if with_orders:
        async for part in _orders(folder, ledger, shop, state):
            await shop.board.write(document | part)
            document = {}
    if document:
        await shop.board.write(document)


def page_of(folder: ShopFolder, ledger: Ledger) -> dict[str, Any]:
    """Everything that the page shows beside the orders and what was asked."""
    runs = last_runs(folder, ledger, RUNS_OF_EACH_FLOW)
    open_now = open_incidents(folder, ledger, runs)
    rejects = rejects_of(folder, ledger)
    shown = news_runs(runs, RUNS_OF_EACH_FLOW)
    waits = bool(rejects) or any(each.level == "error" for each in open_now)
    verdict = verdict_of(newest_states(runs), waits=waits)
    return {
        "written_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "verdict": verdict,
        "verdict_label": in_both_languages("board_verdict", verdict),
        "verdict_hint": in_both_languages("board_hint", verdict),
        "runs": run_lines(shown, folder.settings.reports.url, {run["run_id"]: _reasons(run) for run in shown}),
        "incidents": incident_lines(open_now),
        "rejects": [{"name": file.name, "lines": file.lines} for file in rejects],
        "flows": [_offered(each) for each in FLOWS.values() if can_run(folder, each)],
        "settings": shown_settings(folder.settings),
        "associations": shown_associations(folder.associations),
    }


def _reasons(run: Mapping[str, Any]) -> list[str]:
    """Why rows were left behind, the most frequent first, without their values; none where the report is gone."""
    try:
        told = json.loads(Path(run["report_path"] or "").with_suffix(".json").read_text(encoding="utf-8"))
        faults = sorted(told["faults_by_column"], key=lambda fault: -fault[2])
        colon = texts(told["language"]).catalogue["colon"]
    except (OSError, ValueError, KeyError):
        return []
    return [
        f"{f'{column}{colon} ' if column else ''}{reason} ({count})"
        for column, reason, count in faults[:_REASONS_SHOWN]
    ]


def _offered(flow: Flow) -> dict[str, Any]:
    return {"name": flow.name, "label": in_both_languages("flow", flow.name)}


def can_run(folder: ShopFolder, flow: Flow) -> bool:
    """Whether the shop's folder has what the flow is about, so that somebody may ask for a run of it."""
    if flow.name == "answer_requests":
        return False
    if not flow.stream:
        return True
    streams = (folder.exports if flow.is_export else folder.imports).streams
    stream = streams.get(flow.stream)
    needs_erp = flow.is_export or (stream is not None and stream.type == WEB_SERVICE)
    return stream is not None and stream.enabled and (folder.settings.erp.kind != "none" or not needs_erp)


async def _orders(folder: ShopFolder, ledger: Ledger, shop: Shop, state: BoardState) -> AsyncIterator[dict[str, Any]]:
    """Parts of documents: the orders whose deliveries changed since the page was told of them, the oldest change first.

    How far it was told is kept by the page itself: restored from a backup, it is told again what it no longer says.
    """
    kind = ledger_kind(folder.settings.erp.kind, folder.settings.erp.access, "order")
    if state.orders_of is None:
        logger.warning("The module of %s is older than 1.1.1: its page is not told of orders", folder.name)
        return
    since = _instant(state.orders_until) if state.orders_of == kind else None
    found = ledger.deliveries(folder.name, kind, changed_after=since)
    rows = [row for row in found.iter_rows(named=True) if str(row["key"]).isdecimal()]
    rows.sort(key=lambda row: row["changed_at"])
    if not rows and state.orders_of not in ("", kind):
        yield {"orders_of": kind}
    for start in range(0, len(rows), _ORDERS_IN_ONE):
        part = rows[start : start + _ORDERS_IN_ONE]
        lines = await _lines_of(ledger, shop, part)
        yield {"orders_of": kind, "orders": lines, "orders_until": part[-1]["changed_at"].isoformat()}


async def _lines_of(ledger: Ledger, shop: Shop, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The orders as the page shows them; those whose id another one has now, or nobody, are none of these."""
    display, secret = ("id", "reference", "current_state", "date_add", "date_upd"), ledger.secret()
    found = await shop.find("orders", "id", [row["key"] for row in rows], display=display)
    now = {str(order["id"]): order for order in found}
    lines = []
    for row in rows:
        order = now.get(row["key"])
        if order is None:
            continue
        if row["identity"] in (None, order_identity(order["reference"], order["date_add"], secret)):
            lines.append(order_line(row, str(order["reference"])))
    return lines


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
