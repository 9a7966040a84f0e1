"""Carries out the steps of a flow: configuration, lease, ledger and shop before, report and final state after."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from connectors.files.folder import files_of
from connectors.files.private import keep_private
from connectors.ledger import LeaseHeldError, Ledger
from connectors.ledger.leases import Lease
from connectors.prestashop import Shop, ShopFacts
from schemas.column_spec import StreamSpec
from schemas.error_texts import error_message, error_text
from schemas.errors import ConfigurationError, DeniedError, PasserelleError, StoppedByGuardError
from schemas.fault_texts import faults_text, language_of_locale
from schemas.frames import get_ready
from schemas.incidents import Level
from schemas.messages import message
from schemas.run_report import IncidentReport, RunReport
from schemas.shop_rules import stream_as_ruled, stream_within
from schemas.since import parse_since
from schemas.where import where_at_work, where_raised, working_on
from tasks.report.artifacts import publish
from tasks.report.page import write_report
from tasks.run.armed import as_armed, may_write, unarmed_incidents
from tasks.run.certificates import unverified
from tasks.run.conclude import conclude
from tasks.run.ledger_found import incidents_for_report, other_ledger
from tasks.run.notify import notify_run, ping_watch
from tasks.run.part_of import as_part
from tasks.run.push_board import push_board
from tasks.run.recall_pace import recall_pace, remember_pace
from tasks.run.run import Asked, Run
from tasks.run.shop_folder import ShopFolder, language_in_settings, open_shop_folder
from tasks.run.state import State, cancelled, completed, failed
from tasks.run.time_zone import remember_time_zone, time_zone_of
from tasks.run.write_board import write_board


async def carried_out(steps: Callable[[Run], Awaitable[None]], asked: Asked) -> State:
    """Runs `steps` under the shop's lease and tells how it ended: report, artifacts, ledger, state.

    What a person must repair is told in one message with its remedy, never as a traceback.
    """
    _spare_the_collector()

    async def under_lease() -> State:
        if asked.since is not None:
            parse_since(asked.since)
        folder = open_shop_folder(asked.shop)
        # Whoever has switched off the stream of a bad file undoes its run all the same.
        if folder.is_off(asked.stream, export=asked.export) and not asked.undoes:
            return completed("Completed", _switched_off(asked, folder))
        stream = _stream_of(asked, folder)
        where = working_on(flow=asked.flow, shop=folder.name)
        with where, folder.open_ledger() as ledger, ledger.lease(folder.name, asked.flow) as lease:
            return await _under_lease(steps, as_armed(asked, folder), folder, stream, ledger, lease)

    return await without_traceback(under_lease, asked.shop)


async def without_traceback(run: Callable[[], Awaitable[State]], shop: str) -> State:
    """The state in which `run` ends; what stops it before it can tell by itself is told in one message.

    `shop` is the path of the shop's folder. What the process writes from here on is its owner's alone.
    """
    keep_private()
    try:
        state = await run()
        await ping_watch(shop, state.name)
    except LeaseHeldError as error:
        return cancelled("AlreadyRunning", _already_running(error, shop))
    except ConfigurationError as error:
        # As the result of the state, so that whoever started the run can tell it from a run that had begun.
        language = error.language or _language(shop)
        return failed("Failed", faults_text(error, language), data=error)
    except PasserelleError as error:
        return failed("Failed", error_text(error, _language(shop)))
    except OSError as error:
        return failed("Failed", error_text(_disk_fault(error), _language(shop)))
    return state


def _language(shop: str) -> str:
    """The shop's language; that of the terminal where its settings do not say it."""
    return language_in_settings(shop) or language_of_locale()


def _stream_of(asked: Asked, folder: ShopFolder) -> StreamSpec:
    if not asked.stream:
        return StreamSpec("", ())
    if asked.undoes:
        return folder.imports.streams[asked.stream]
    return folder.export(asked.stream) if asked.export else folder.stream(asked.stream)


def _switched_off(asked: Asked, folder: ShopFolder) -> str:
    """Why there was nothing to do: a schedule that runs every night is no failure every night."""
    file = "export.json" if asked.export else "import.json"
    said = message("stream_off", folder.settings.shop.language, value=asked.stream, file=file)
    return f"{said.reason} {said.remedy}"


def _already_running(error: LeaseHeldError, shop: str) -> str:
    """Who holds the lease, in the shop's language."""
    folder = open_shop_folder(shop)
    said = message(
        "already_running",
        folder.settings.shop.language,
        value=error.flow,
        key=folder.name,
        detail=f"{error.pid} ({error.host})",
        since=f"{error.since_at:%Y-%m-%d %H:%M:%S}",
        until=f"{error.until_at:%H:%M:%S}",
    )
    return f"{said.reason} {said.remedy}"


@cache
def _spare_the_collector() -> None:
    """What the imports made lives as long as the process: the collector need not walk through it again."""
    gc.freeze()


async def _under_lease(
    steps: Callable[[Run], Awaitable[None]],
    asked: Asked,
    folder: ShopFolder,
    stream: StreamSpec,
    ledger: Ledger,
    lease: Lease,
) -> State:
    ledger.finish_dead_runs(folder.name, asked.flow)
    was_cut_off = ledger.last_state(folder.name, asked.flow) in {"Crashed", "Failed"}
    strange = [*other_ledger(folder, ledger), *unarmed_incidents(asked, folder)]
    run_id = ledger.start_run(folder.name, asked.flow, {**asked.as_parameters(), **as_part()})
    work = folder.path / ".work" / asked.flow / run_id
    report = RunReport(
        run_id=run_id,
        flow=asked.flow,
        shop=folder.name,
        language=folder.settings.shop.language,
        started_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        parameters=asked.as_parameters(),
        time_zone=time_zone_of(folder),
        reports_url=folder.settings.reports.url,
    )
    try:
        _clear(work)
        async with folder.open_shop() as shop:
            shop.ask_before_writes(may_write(asked, lease.check))
            recall_pace(folder, shop)
            if was_cut_off:
                await shop.wait_until_quiet()
            make_ready = partial(_make_ready, ledger, folder.name, asked.compared_with)
            facts = await _described(shop, folder, stream, make_ready)
            remember_time_zone(folder, facts.time_zone)
            report.time_zone = time_zone_of(folder)
            room = folder.settings.shop.limits.max_body_bytes
            ruled = stream_within(stream_as_ruled(stream, facts.version_numbers), room, len(facts.language_ids))
            run = Run(asked, folder, ruled, ledger, lease, shop, facts, report, work)
            run.incidents += strange
            for table in unverified(folder):
                run.note(Level.ERROR, "tls_not_verified", value=table)
            error = await _outcome_of(steps, run)
            if error is None:
                remember_pace(folder, shop)
            ended = await _ended(run, error)
            if run.may_write_shop:
                await push_board(folder, ledger, shop, asked.flow)
            return ended
    except (PasserelleError, OSError) as error:
        if not report.ended_at:
            report.incidents += incidents_for_report(strange, report.language)
            report.incidents_total += len(strange)
        await _not_begun(error if isinstance(error, PasserelleError) else _disk_fault(error), report, folder, ledger)
        raise
    finally:
        # Cancelled in the Prefect interface or stopped from the keyboard: no error is told, and the run is over.
        with suppress(PasserelleError):
            ledger.finish_dead_runs(folder.name, asked.flow)
        shutil.rmtree(work, ignore_errors=True)


async def _described(shop: Shop, folder: ShopFolder, stream: StreamSpec, make_ready: Callable[[], None]) -> ShopFacts:
    """What the shop is; while it answers, what its files need is made ready, where there are some."""
    if not stream.columns or not files_of(folder.drop, stream, tuple(folder.imports.streams.values()))[0]:
        return await shop.describe()
    made_ready = asyncio.create_task(asyncio.to_thread(make_ready))
    try:
        return await shop.describe()
    finally:
        await made_ready


def _make_ready(ledger: Ledger, shop: str, kinds: Sequence[str]) -> None:
    """Imports what checks rows, and reads the links of these kinds; who needs them says what stands in the way."""
    get_ready()
    with suppress(PasserelleError):
        for kind in kinds:
            ledger.read_ahead(shop, kind)


async def _not_begun(error: PasserelleError, report: RunReport, folder: ShopFolder, ledger: Ledger) -> None:
    """The report of a run that could not begin, or could not end as others do: the shop or the ledger is away."""
    page: Path | None = None
    if not report.ended_at:
        read = error_message(error, report.language)
        report.state, report.message = "Failed", error_text(error, report.language)
        report.failed_at = where_raised(error) or where_at_work()
        report.incidents.append(IncidentReport("error", error.key, read.reason, read.remedy))
        report.incidents_total += 1
        report.ended_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        # A disk that is full must not hide what happened.
        with suppress(OSError):
            page = write_report(report, folder.path)
            await publish(report, page)
    # A ledger that cannot note it must not hide it either; the next run ends this one.
    with suppress(PasserelleError):
        ledger.finish_run(report.run_id, "Failed", {}, error_text(error, report.language), str(page) if page else None)
    write_board(folder, ledger)
    await notify_run(folder, ledger, report, page)


async def _outcome_of(
    steps: Callable[[Run], Awaitable[None]], run: Run
) -> PasserelleError | StoppedByGuardError | None:
    try:
        await steps(run)
    except (PasserelleError, StoppedByGuardError) as error:
        return error
    return None


async def _ended(run: Run, error: PasserelleError | StoppedByGuardError | None) -> State:
    run.report.failed_at = where_raised(error) if error else ""
    try:
        name, message = await conclude(run, error)
    except PasserelleError as late:
        raise (error if isinstance(error, PasserelleError) else late) from late
    if name in {"Failed", "StoppedByGuard"}:
        return failed(name, message)
    return completed(name, message, to_resolve=run.report.to_resolve)


def _clear(work: Path) -> None:
    """Makes the folder of this run alone; what a killed run left is removed, the lease says that nobody uses it."""
    shutil.rmtree(work.parent, ignore_errors=True)
    work.mkdir(parents=True)


def _disk_fault(error: OSError) -> DeniedError:
    """What connectors raise is ours already: this one comes from the disk of the shop's folder."""
    return DeniedError(
        error.strerror or str(error),
        system="files",
        action="read or write",
        key=str(error.filename or ""),
        remedy="Check the space left on the disk and the rights of the shop's folder, then run again: the files that "
        "were not archived are still in the drop folder, and what was written is not written twice.",
    ).worded("shop_folder_disk")
