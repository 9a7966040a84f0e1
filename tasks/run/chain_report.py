"""The one report of several flows that ran one after the other: what theirs say, put together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from schemas.flows import IMPORTS
from schemas.incidents import Level
from schemas.run_report import (
    FileReport,
    GuardCheck,
    IncidentReport,
    PartReport,
    PlannedChange,
    RejectReport,
    RunReport,
    StepReport,
)
from schemas.shown_state import TO_RESOLVE
from tasks.report.page import REJECTS_SHOWN
from tasks.run.state import State

_INCIDENTS_SHOWN = 200
_PLAN_SHOWN = 500
_FLOWS = {"files": "collect_files"} | {name: flow.name for name, flow in IMPORTS.items()}
Shape = TypeVar("Shape", FileReport, GuardCheck, IncidentReport, PlannedChange, RejectReport)


def add_parts(report: RunReport, states: Mapping[str, State], runs: Iterable[Mapping[str, Any]]) -> None:
    """Gives the report of a chain its parts and what their reports hold; `runs` are the ledger's of these parts.

    A report that cannot be read is passed over: its part is named all the same.
    """
    runs = list(runs)
    for run in runs:
        # A file that was fetched is no row: those that it holds are counted by the part that imports it.
        if run["flow"] != _FLOWS["files"]:
            _sum(
                report.counts, {name: count for name, count in json.loads(run["counts"]).items() if name != TO_RESOLVE}
            )
    pages = {run["flow"]: Path(run["report_path"]) for run in runs if run["report_path"]}
    for part, state in states.items():
        page = pages.get(_FLOWS.get(part, ""))
        report.parts.append(PartReport(part, state.shown, state.message or "", page.name if page else ""))
        if page is not None:
            _add(report, part, _read(page))
    report.rejects = report.rejects[:REJECTS_SHOWN]
    # Of more than are shown, those that a person must settle stay: the exit code is made of them.
    report.incidents = sorted(report.incidents, key=lambda each: each.level != Level.ERROR)[:_INCIDENTS_SHOWN]
    report.plan = report.plan[:_PLAN_SHOWN]


def _read(page: Path) -> Mapping[str, Any]:
    try:
        values: Mapping[str, Any] = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values


def _add(report: RunReport, part: str, values: Mapping[str, Any]) -> None:
    if not values:
        return
    report.files += _all(FileReport, values["files"])
    report.rejects += _all(RejectReport, values["rejects"])
    report.incidents += _all(IncidentReport, values["incidents"])
    report.guard += _all(GuardCheck, values["guard"])
    report.plan += _all(PlannedChange, values["plan"])
    report.rejects_total += values["rejects_total"]
    report.incidents_total += values["incidents_total"]
    report.plan_total += values["plan_total"]
    report.faults_by_column += [(column, reason, count) for column, reason, count in values["faults_by_column"]]
    report.pages |= values["pages"]
    for name in ("ignored_by_reason", "beyond_rows", "requests"):
        _sum(getattr(report, name), values[name])
    if values["started_at"] and values["ended_at"]:
        begun, ended = (datetime.fromisoformat(values[name]) for name in ("started_at", "ended_at"))
        report.steps.append(StepReport(part, (ended - begun).total_seconds()))


def _sum(total: dict[str, int], counts: Mapping[str, int]) -> None:
    for name, count in counts.items():
        total[name] = total.get(name, 0) + count


def _all(shape: type[Shape], rows: Iterable[Mapping[str, Any]]) -> list[Shape]:
    """The rows as they were before they became JSON."""
    known = {each.name for each in fields(shape)}
    return [shape(**{name: value for name, value in row.items() if name in known}) for row in rows]
