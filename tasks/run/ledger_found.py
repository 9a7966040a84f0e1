"""Whether the ledger is the one that the reports of the shop's folder speak of."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from connectors.ledger import Ledger
from schemas.incidents import Incident, Level
from schemas.messages import message
from schemas.run_report import IncidentReport
from tasks.run.shop_folder import ShopFolder

_SECOND = len("20261130-063612")
"""Of a report's name: when its run began."""
_SEEN = 1000
"""Runs that are looked at: more than are made between two reports."""


def other_ledger(folder: ShopFolder, ledger: Ledger) -> list[Incident]:
    """An incident when the newest report is of a run that the ledger does not know: it was lost, or put back.

    To be asked before a run begins. A run is noted in the ledger before its report is written, so that no crash leads
    to this.
    """
    newest = _newest(folder.path / "reports")
    run_id = _run_of(newest) if newest is not None else None
    if newest is None or run_id is None or ledger.knows_run(run_id):
        return []
    # The run of a chain is under way while those of its parts begin.
    runs = ledger.runs(folder.name, limit=_SEEN).drop_nulls("ended_at")
    if runs.is_empty():
        return [Incident(Level.ERROR, "ledger_made_anew", "", params={"value": newest.name})]
    since: date = runs["started_at"][0].date()
    return [Incident(Level.ERROR, "ledger_older", "", params={"value": newest.name, "since": since.isoformat()})]


def incidents_for_report(incidents: list[Incident], language: str) -> list[IncidentReport]:
    """The same for the report of a run that could not begin."""
    texts = [(one, message(one.code, language, **one.params)) for one in incidents]
    return [IncidentReport(one.level.value, one.key, text.reason, text.remedy) for one, text in texts]


def _newest(reports: Path) -> Path | None:
    """The report of the run that began last; of several that began in one second, the one that was written last."""
    pages = list(reports.glob("*.json"))
    second = max((page.name[:_SECOND] for page in pages), default="")
    return max((page for page in pages if page.name.startswith(second)), key=_written_at, default=None)


def _written_at(page: Path) -> int:
    try:
        return page.stat().st_mtime_ns
    except OSError:
        return 0


def _run_of(page: Path) -> str | None:
    """The run of a report; None for a file that is none of ours."""
    try:
        return str(json.loads(page.read_text(encoding="utf-8"))["run_id"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
