"""How a run ends: the counts must add up, the rejects and the report are written, only then are files archived."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

import polars as pl

from schemas.error_texts import error_text
from schemas.errors import PasserelleError, StoppedByGuardError
from schemas.frames import FAULTS
from schemas.incidents import Incident, Level
from schemas.known_columns import is_personal
from schemas.messages import code_for, message
from schemas.outcomes import Counts, Outcome
from schemas.run_report import IncidentReport, RejectReport
from schemas.where import located_logger
from tasks.report.artifacts import publish
from tasks.report.final_message import final_message
from tasks.report.page import REJECTS_SHOWN, write_report
from tasks.report.plan_file import describe_plan
from tasks.run.admin_pages import admin_pages
from tasks.run.file_ends import move_files, report_files
from tasks.run.notify import notify_run
from tasks.run.purge import purge_and_report
from tasks.run.run import Run
from tasks.run.write_board import write_board

logger = located_logger(__name__)
INCIDENTS_SHOWN = 200
HIDDEN = "***"
"""Stands in reports for a value that says something of a person."""
GONE_OF = {
    "product": "products",
    "stock": "stock",
    "store": "stores",
    "supplier": "suppliers",
    "productsupplier": "product_suppliers",
    "specificprice": "specific_prices",
    "customer": "customers",
}
"""What a complete file of each stream closes by leaving it out."""
NOTES = frozenset({"html_with_pasted_image", "html_with_open_tag"})
"""Codes of values that are taken all the same; their own text says what becomes of them."""
_LEFT_BEHIND = (Outcome.REJECTED.value, Outcome.REFUSED.value)


async def conclude(run: Run, error: PasserelleError | StoppedByGuardError | None) -> tuple[str, str]:
    """The final state's name and message. Whatever happened is told in the report, in the ledger and in artifacts."""
    start = time.monotonic()
    outcomes = run.rows.outcomes()
    counts = _counts(run, outcomes)
    name = _name_of(run, counts, error, _unfinished(outcomes))
    report = run.report
    refused = [file.refused for file in run.files if file.refused is not None]
    report.counts, report.state = counts.as_dict(), name
    if gone := len(run.rows.closed_by_absence):
        report.beyond_rows[f"{GONE_OF.get(run.stream.name, run.stream.name)}_gone"] = gone
    report.message = final_message(report, counts, error, refused)
    report.ignored_by_reason = _ignored(outcomes, report.language)
    read, left_behind = run.rows.faults.collect(), _as_faults(outcomes, run)
    faults = pl.concat([read, left_behind])
    _report_faults(run, pl.concat([_of_no_person(run, read), _without_persons(run, left_behind)]))
    # A guard asks to accept what the plan would do.
    if not run.may_write_shop or name == "StoppedByGuard":
        names = [file.dropped.name for file in run.files]
        describe_plan(report, run.folder.path, run.planned, names, outcomes)
    if run.refused_before:
        run.note(Level.INFO, "refused_before", value=str(len(run.refused_before)))
    report_files(run, faults, ends_files=name in {"Completed", "CompletedWithRejects"})
    _report_incidents(run, run.incidents)
    report.requests = {key: int(value) for key, value in run.shop.traffic.as_dict().items()} | report.requests
    report.ended_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    seconds = sum(step.seconds for step in report.steps) or time.monotonic() - start
    report.rows_per_second = round(counts.rows_read / seconds, 1) if seconds else 0.0
    # Before the ledger is told of anything: it may be what the run failed of.
    with suppress(PasserelleError):
        report.pages = admin_pages(report, run.folder, run.ledger, run.shown_keys)
    page = write_report(report, run.folder.path)
    try:
        run.ledger.record_incidents(run.run_id, run.incidents)
        later = move_files(run)
        if run.may_write_shop:
            later += purge_and_report(run.folder, run.ledger, datetime.now(UTC))
        if later:
            _report_incidents(run, later)
            run.ledger.record_incidents(run.run_id, later)
            write_report(report, run.folder.path)
        run.ledger.finish_run(run.run_id, name, report.counts_for_ledger(), report.message, str(page))
    except PasserelleError as lost:
        if error is None:
            report.state, report.message = "Failed", error_text(lost, report.language)
            write_report(report, run.folder.path)
        await publish(report, page)
        raise
    write_board(run.folder, run.ledger)
    await publish(report, page)
    await notify_run(run.folder, run.ledger, report, page, run.incidents)
    return name, report.message


def _counts(run: Run, outcomes: pl.DataFrame) -> Counts:
    by_outcome = {Outcome(name): count for name, count in outcomes["outcome"].value_counts().iter_rows()}
    rejected = by_outcome.get(Outcome.REJECTED, 0) + run.rows.rejected
    return Counts(run.rows.read, by_outcome | {Outcome.REJECTED: rejected})


def _unfinished(outcomes: pl.DataFrame) -> int:
    """Rows that the run did not get to; others may wait for a reason of their own, such as an order for its payment."""
    return outcomes.filter(pl.col("code") == "waiting").height


def _name_of(run: Run, counts: Counts, error: PasserelleError | StoppedByGuardError | None, unfinished: int) -> str:
    refused_files = [file for file in run.files if file.refused is not None]
    if isinstance(error, StoppedByGuardError):
        return "StoppedByGuard"
    if error is not None or counts.missing or (unfinished and run.may_write_shop):
        return "Failed"
    if refused_files and len(refused_files) == len(run.files):
        return "Failed"
    if not run.may_write_shop:
        would_stop = not run.asked.accept_guard and any(check.tripped for check in run.report.guard)
        return "StoppedByGuard" if would_stop else "Planned"
    behind = counts.by_outcome.get(Outcome.REJECTED, 0) + counts.by_outcome.get(Outcome.REFUSED, 0)
    return "CompletedWithRejects" if behind or refused_files else "Completed"


def _ignored(outcomes: pl.DataFrame, language: str) -> dict[str, int]:
    ignored = outcomes.filter(pl.col("outcome") == Outcome.IGNORED.value)
    counted = ignored["code"].value_counts(sort=True)
    left_open = dict.fromkeys(("key", "detail", "line", "value", "name", "number"), "…")
    return {message(code, language, **left_open).reason: count for code, count in counted.iter_rows()}


def _as_faults(outcomes: pl.DataFrame, run: Run) -> pl.DataFrame:
    """Rows of files left behind after validation (no association, refused by the shop) as faults of their row."""
    behind = outcomes.filter((pl.col("_file") < len(run.files)) & pl.col("outcome").is_in(_LEFT_BEHIND))
    columns = {column.target: column.key for column in run.stream.columns}
    required = [column.target for column in run.stream.columns if column.required]
    codes = behind["code"].unique().to_list()
    of_required = pl.col("code").replace({code: code_for(code, required=True) for code in codes})
    return behind.select(
        pl.col("_file").cast(FAULTS["_file"]),
        "_line",
        "_key",
        column=pl.col("column").replace_strict(columns, default=None, return_dtype=pl.String),
        value=pl.when(pl.col("column") != "").then("detail"),
        code=pl.when(pl.col("column").is_in(required)).then(of_required).otherwise("code"),
        detail="detail",
        blanked=pl.lit(value=False),
    ).select(list(FAULTS))


def _report_faults(run: Run, faults: pl.DataFrame) -> None:
    report = run.report
    rejecting = faults.filter(~pl.col("blanked"))
    report.rejects_total = rejecting.height
    for column, code, count in rejecting.group_by("column", "code").len().sort("len", descending=True).iter_rows():
        report.faults_by_column.append((column or "", _reason(code, report.language, column or ""), count))
    for row in rejecting.sort("_file", "_line").head(REJECTS_SHOWN).iter_rows(named=True):
        report.rejects.append(_reject(run, row))
    # A row that is left behind was not imported at all, without this value or with it.
    blanked = faults.filter("blanked").join(rejecting, on=["_file", "_line"], how="anti")
    for row in blanked.head(INCIDENTS_SHOWN).iter_rows(named=True):
        reason, remedy = _text(row, report.language)
        if row["code"] not in NOTES:
            reason = f"{reason} {message('cell_left_empty', report.language).reason}"
        name = _file_name(run, row["_file"])
        report.incidents.append(IncidentReport("info", row["_key"] or "", reason, remedy, name, row["_line"]))
    report.incidents_total += blanked.height


def _without_persons(run: Run, faults: pl.DataFrame) -> pl.DataFrame:
    """The faults without the values of personal columns."""
    return _hidden(faults, pl.col("column").is_in(_personal(run)))


def _of_no_person(run: Run, faults: pl.DataFrame) -> pl.DataFrame:
    """The same of rows that were not accepted: of a row that is no row, nothing says what its value holds."""
    unplaced = pl.col("column").is_null() if _personal(run) else pl.lit(value=False)
    return _hidden(_without_persons(run, faults), unplaced)


def _personal(run: Run) -> list[str]:
    return [column.key for column in run.stream.columns if is_personal(run.stream.name, column.target)]


def _hidden(faults: pl.DataFrame, which: pl.Expr) -> pl.DataFrame:
    hidden = which & pl.col("value").is_not_null()
    return faults.with_columns(value=pl.when(hidden).then(pl.lit(HIDDEN)).otherwise("value"))


def _reason(code: str, language: str, column: str) -> str:
    return message(code, language, column=column, value="…", detail="…", key="…", line="…").reason


def _text(row: dict[str, str | int | None], language: str) -> tuple[str, str]:
    params = {name: str(row[name] or "") for name in ("value", "column", "detail")}
    text = message(str(row["code"]), language, key=str(row["_key"] or ""), line=str(row["_line"]), **params)
    return text.reason, text.remedy


def _reject(run: Run, row: dict[str, str | int | None]) -> RejectReport:
    reason, remedy = _text(row, run.report.language)
    return RejectReport(
        file=_file_name(run, row["_file"]),
        line=int(row["_line"]) if row["_line"] is not None else None,
        key=str(row["_key"] or ""),
        column=str(row["column"] or ""),
        value=str(row["value"] or ""),
        reason=reason,
        remedy=remedy,
        fault=_reason(str(row["code"]), run.report.language, str(row["column"] or "")),
    )


def _file_name(run: Run, position: object) -> str:
    return run.files[position].dropped.name if isinstance(position, int) and position < len(run.files) else ""


def _report_incidents(run: Run, incidents: list[Incident]) -> None:
    run.report.incidents_total += len(incidents)
    run.report.incidents += [_incident(incident, run.report.language) for incident in shown_of(incidents)]


def shown_of(incidents: Sequence[Incident]) -> list[Incident]:
    """Those that a report shows; the state that it shows is made of them, so those that a person must settle stay."""
    return sorted(incidents, key=lambda each: each.level is not Level.ERROR)[:INCIDENTS_SHOWN]


def _incident(incident: Incident, language: str) -> IncidentReport:
    text = message(incident.code, language, **{"key": incident.key} | dict(incident.params))
    return IncidentReport(
        incident.level.value, incident.key, text.reason, text.remedy, file=incident.file, line=incident.line
    )
