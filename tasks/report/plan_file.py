"""What a dry run, or a run that a guard has stopped, leaves: every row with what would happen to it, field by field."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from schemas.formulas import defused
from schemas.messages import message
from schemas.run_report import PlannedChange, RunReport

SHOWN = 500
_NONE = ("", "", "")
HEADER = ("file", "line", "key", "outcome", "kind", "action", "field", "old", "new", "reason")


def describe_plan(
    report: RunReport, shop: Path, planned: Sequence[PlannedChange], names: Sequence[str], outcomes: pl.DataFrame
) -> None:
    """Puts the first changes into the report and all of them into a CSV file beside it, in the shop's folder.

    `names` are the run's files in their order, `outcomes` those of all rows.
    """
    changes = [change for change in planned if change.action != "confirm"]
    report.plan, report.plan_total = changes[:SHOWN], len(changes)
    target = shop / "reports" / f"{report.started_at[:19].replace(':', '')}-{report.flow}.plan.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(map(defused, line) for line in _lines(report.language, planned, names, outcomes))
    report.plan_file = target.relative_to(shop).as_posix()


def _lines(
    language: str, planned: Sequence[PlannedChange], names: Sequence[str], outcomes: pl.DataFrame
) -> Iterator[tuple[str, ...]]:
    by_key: dict[str, list[PlannedChange]] = {}
    for change in planned:
        by_key.setdefault(change.key, []).append(change)
    columns = ("_file", "_line", "_key", "outcome", "code", "detail")
    for position, line, key, outcome, code, detail in outcomes.select(columns).sort("_file", "_line").iter_rows():
        name = names[position] if position < len(names) else ""
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
