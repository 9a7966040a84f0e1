"""One run of `collect_files`: what it holds while it lasts, and how it ends. Every file offered ends in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.ledger import Ledger
from connectors.ledger.leases import Lease
from schemas.error_texts import error_message, error_text
from schemas.errors import ConfigurationError, PasserelleError
from schemas.incidents import Incident, Level
from schemas.messages import message
from schemas.outcomes import Counts, Outcome
from schemas.run_report import FileReport, IncidentReport, RunReport
from schemas.since import parse_since
from schemas.where import working_on
from tasks.report.artifacts import publish
from tasks.report.page import write_report
from tasks.report.texts import texts
from tasks.run.carry_out import without_traceback
from tasks.run.certificates import unverified
from tasks.run.ledger_found import other_ledger
from tasks.run.part_of import as_part
from tasks.run.purge import purge_and_report
from tasks.run.run import Asked
from tasks.run.shop_folder import ShopFolder, open_shop_folder
from tasks.run.state import State, completed, failed

FLOW = "collect_files"
SHOWN = 200
"""The most incidents, and the most files, of a report."""


class Collecting:
    """What the steps of a run share. Not a dataclass: Prefect walks through those."""

    def __init__(self, asked: Asked, folder: ShopFolder, ledger: Ledger, lease: Lease, report: RunReport) -> None:
        self.asked = asked
        self.folder = folder
        self.ledger = ledger
        self.lease = lease
        self.report = report
        self.offered = 0
        self.outcomes: Counter[Outcome] = Counter()
        self.acknowledged = 0
        self.since: datetime | None = None
        """When the day asked for begins in the shop's time zone, UTC."""
        self.incidents: list[Incident] = []
        self.failed: list[str] = []
        """The sources that did not come to their end, and why."""

    def note(self, level: Level, code: str, source: str, *, file: str = "", **params: str) -> None:
        """An incident of a source for the report and the ledger."""
        self.incidents.append(Incident(level, code, source, file or source, file, params={"value": source} | params))

    def record(self, outcome: Outcome, name: str = "", status: str = "", note: str = "") -> None:
        """Counts the outcome of one file; with a status it is listed in the report."""
        self.outcomes[outcome] += 1
        if status and len(self.report.files) < SHOWN:
            self.report.files.append(FileReport(name=name, status=status, note=note))

    def fail(self, source: str, error: PasserelleError) -> None:
        """The source did not come to its end; the others go on."""
        self.failed.append(f"{source}: {error_text(error, self.report.language)}")
        read = error_message(error, self.report.language)
        self.note(Level.ERROR, "source_failed", source, detail=" ".join(filter(None, (read.reason, read.remedy))))


async def collected(steps: Callable[[Collecting], Awaitable[None]], asked: Asked) -> State:
    """Runs `steps` under the lease of `collect_files` and tells how it ended: report, artifacts, ledger, state."""

    async def under_lease() -> State:
        if asked.since is not None:
            parse_since(asked.since)
        folder = open_shop_folder(asked.shop)
        since = await _begins_at(asked, folder)
        where = working_on(flow=FLOW, shop=folder.name)
        with where, folder.open_ledger() as ledger, ledger.lease(folder.name, FLOW) as lease:
            ledger.finish_dead_runs(folder.name, FLOW)
            strange = other_ledger(folder, ledger)
            run = Collecting(asked, folder, ledger, lease, _report(asked, folder, ledger))
            run.since = since
            run.incidents += strange
            for table in unverified(folder):
                run.note(Level.ERROR, "tls_not_verified", table)
            return await _run(steps, run)

    return await without_traceback(under_lease, asked.shop)


async def _begins_at(asked: Asked, folder: ShopFolder) -> datetime | None:
    """When the day asked for begins; only the shop knows its time zone."""
    if asked.since is None:
        return None
    async with folder.open_shop() as shop:
        return asked.begins_at((await shop.describe()).time_zone)


def _report(asked: Asked, folder: ShopFolder, ledger: Ledger) -> RunReport:
    return RunReport(
        run_id=ledger.start_run(folder.name, FLOW, {**asked.as_parameters(), **as_part()}),
        flow=FLOW,
        shop=folder.name,
        language=folder.settings.shop.language,
        started_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        parameters=asked.as_parameters(),
    )


async def _run(steps: Callable[[Collecting], Awaitable[None]], run: Collecting) -> State:
    try:
        await steps(run)
    except (ConfigurationError, OSError) as error:
        text = error_text(error, run.report.language)
        run.ledger.finish_run(run.report.run_id, "Failed", {}, text, None)
        raise
    return await _concluded(run)


async def _concluded(run: Collecting) -> State:
    report, folder = run.report, run.folder
    counts = Counts(run.offered, run.outcomes)
    report.counts, report.state, report.message = counts.as_dict(), _name_of(run, counts), _message(run, counts)
    report.beyond_rows = {"acknowledged": run.acknowledged} if run.acknowledged else {}
    report.ended_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    # Before the ledger is asked for anything: it may be what the run failed of.
    page = _written(run)
    try:
        if not run.asked.dry_run and (purged := purge_and_report(folder, run.ledger, datetime.now(UTC))):
            run.incidents += purged
            _written(run)
        run.ledger.record_incidents(report.run_id, run.incidents)
        run.ledger.finish_run(report.run_id, report.state, report.counts_for_ledger(), report.message, str(page))
    except PasserelleError as lost:
        report.state, report.message = "Failed", str(lost)
        await publish(report, _written(run))
        raise
    await publish(report, page)
    if report.state == "Failed":
        return failed(report.state, report.message)
    return completed(report.state, report.message, to_resolve=report.to_resolve)


def _written(run: Collecting) -> Path:
    """The report's page, with the incidents so far."""
    report = run.report
    report.incidents_total = len(run.incidents)
    report.incidents = [_incident_report(incident, report.language) for incident in run.incidents[:SHOWN]]
    return write_report(report, run.folder.path)


def _name_of(run: Collecting, counts: Counts) -> str:
    if run.failed or counts.missing:
        return "Failed"
    if run.asked.dry_run:
        return "Planned"
    return "CompletedWithRejects" if counts.by_outcome.get(Outcome.REFUSED) else "Completed"


def _message(run: Collecting, counts: Counts) -> str:
    words = texts(run.report.language, run.report.flow)
    ended = words.outcomes(counts.by_outcome) or words.word("end", "nothing")
    text = [words.filled("end", "collected", offered=counts.rows_read, ended=ended, done=run.acknowledged)]
    if counts.missing:
        text.append(words.filled("end", "missing", count=counts.missing))
    return ". ".join([*text, *run.failed])


def _incident_report(incident: Incident, language: str) -> IncidentReport:
    text = message(incident.code, language, **{"key": incident.key} | dict(incident.params))
    return IncidentReport(incident.level.value, incident.key, text.reason, text.remedy, file=incident.file)


def kept_since(run: Collecting) -> datetime:
    """What was acknowledged before this instant may be forgotten."""
    return datetime.now(UTC) - timedelta(days=run.folder.settings.files.retention_days)
