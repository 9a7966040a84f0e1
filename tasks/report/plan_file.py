"""What a dry run, or a run that a guard has stopped, leaves: every row with what would happen to it, field by field."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import polars as pl

from schemas.formulas import defused
from schemas.messages import message
from schemas.run_report import PlannedChange
from tasks.run.run import Run

SHOWN = 500
_NONE = ("", "", "")
HEADER = ("file", "line", "key", "outcome", "kind", "action", "field", "old", "new", "reason")


def describe_plan(run: Run, settled: pl.DataFrame) -> None:
    """Puts the first changes into the report and all of them into a CSV file beside it.

    For a dry run, and for a run that a guard has stopped: it asks to accept what the plan would do.
    """
    if run.may_write_shop and run.report.state != "StoppedByGuard":
        return
    changes = [change for change in run.planned if change.action != "confirm"]
    run.report.plan, run.report.plan_total = changes[:SHOWN], len(changes)
    target = run.folder.path / "reports" / f"{run.report.started_at[:19].replace(':', '')}-{run.asked.flow}.plan.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(map(defused, line) for line in _lines(run, settled))
    run.report.plan_file = target.relative_to(run.folder.path).as_posix()


def _lines(run: Run, settled: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    by_key: dict[str, list[PlannedChange]] = {}
    for change in run.planned:
        by_key.setdefault(change.key, []).append(change)
    language = run.report.language
    for position, line, key, outcome, code, detail in settled.sort("_file", "_line").iter_rows():
        name = run.files[position].dropped.name if position < len(run.files) else ""
        place = (name, str(line) if name else "", key, outcome)
        reason = message(code, language, key=key, detail=detail, value=detail, line=detail).reason if code else ""
        changes = by_key.pop(key, [])
        fields: list[tuple[str, ...]] = [
            (c.kind, c.action, *change) for c in changes for change in c.changes or (_NONE,)
        ]
        for said in fields or [("", "", *_NONE)]:
            yield (*place, *said, reason)
    for key, changes in by_key.items():
        for change in changes:
            for field in change.changes:
                yield ("", "", key, "", change.kind, change.action, *field, "")
