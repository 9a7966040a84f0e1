"""Files are fetched from a source in order of arrival, and the source is told which of them are done with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connectors.files.arrive import Arrived, check_space, clear_aside, fetched_aside, move_arrived
from connectors.files.folder import path_for
from connectors.files.private import shared_folder
from connectors.files.safe_name import safe_name
from connectors.ledger.fetches import Fetch
from connectors.rfe.keys import TooSoonError
from schemas.column_spec import StreamSpec
from schemas.error_texts import error_message
from schemas.errors import ConfigurationError, PasserelleError, RefusedError, TransientError
from schemas.incidents import Level
from schemas.offered import CHANGED, GONE, Offered
from schemas.outcomes import Outcome
from schemas.shown import shown_name
from tasks.files.choice import Choice, Coming, choose
from tasks.files.collect import Collecting, kept_since
from tasks.files.sources import Source, SourceSettings, open_source, streams_of
from tasks.run.step_tasks import step_task

_STEP = timedelta(milliseconds=1)
_BATCH_FILES = 50
_BATCH_BYTES = 64 * 2**20
PAUSES = (1.0, 5.0)
"""Seconds before a file whose source went away is tried again; after the last the next run goes on."""
_LONGEST_WAIT = 60.0
_REFUSALS = {GONE: (Level.INFO, "fetch_gone"), CHANGED: (Level.RETRY, "fetch_changed")}


async def fetch_from_all(run: Collecting) -> None:
    """Every source in turn; one that fails is told, and the next one goes on."""
    sources = run.folder.settings.sources.every
    if not sources:
        run.note(Level.INFO, "no_source", run.folder.name)
    wanted = [(source, streams_of(run.folder, source)) for source in sources]
    shared_folder(run.folder.drop)
    for source, streams in wanted:
        await fetch_from(run, source, streams)


async def acknowledge_all(run: Collecting) -> None:
    """Every source that waits for it is told which of its files are done with; nothing is fetched."""
    for settings in run.folder.settings.sources.every:
        if _ended(run, settings):
            await acknowledge_to(run, settings)


@step_task("fetch files")
async def fetch_from(run: Collecting, settings: SourceSettings, streams: Sequence[StreamSpec]) -> None:
    """The files of one source are in the drop folder; those whose import has ended well are acknowledged before."""

    async def fetch(source: Source) -> None:
        if not run.asked.dry_run:
            await _acknowledge(run, settings, source)
        choice, paths = await _choice(run, settings, source, streams)
        _account(run, settings, choice)
        await _fetch(run, settings, source, choice.coming)
        if not run.asked.dry_run:
            run.ledger.forget_fetches(run.folder.name, settings.name, kept_since(run), paths)

    await _with_source(run, settings, fetch)


@step_task("acknowledge files")
async def acknowledge_to(run: Collecting, settings: SourceSettings) -> None:
    """The source knows which of its files are done with."""
    await _with_source(run, settings, lambda source: _acknowledge(run, settings, source))


async def _with_source(run: Collecting, settings: SourceSettings, work: Callable[[Source], Awaitable[None]]) -> None:
    """What goes wrong with the source is told, and the next source goes on."""
    try:
        async with open_source(settings, run.folder, run.ledger) as source:
            await work(source)
    except TooSoonError as error:
        run.note(Level.INFO, "source_too_soon", settings.name, detail=f"{error.next_at:%H:%M:%S}")
    except ConfigurationError:
        raise
    except PasserelleError as error:
        run.fail(settings.name, error)


def _ended(run: Collecting, settings: SourceSettings) -> list[Fetch]:
    """The files that were imported well, are archived, and whose source does not know it yet."""
    fetches = run.ledger.fetches(run.folder.name, settings.name).values()
    imported = (fetch for fetch in fetches if fetch.acknowledged_at is None and fetch.imported == "done")
    return [fetch for fetch in imported if not (run.folder.drop / fetch.placed_as).exists()]


async def _acknowledge(run: Collecting, settings: SourceSettings, source: Source) -> None:
    for fetch in _ended(run, settings):
        file = fetch.offered
        run.lease.check()
        try:
            if settings.after == "delete":
                await source.delete(file)
            elif settings.after == "rename":
                await source.rename(file, f"{file.path}.{file.digest(settings.name)}{settings.rename_suffix}")
        except RefusedError as error:
            if error.code != CHANGED:
                run.note(Level.ERROR, "fetch_not_acknowledged", settings.name, file=file.name, detail=error.reason)
                continue
        run.ledger.file_acknowledged(run.folder.name, settings.name, file.path)
        run.acknowledged += 1


async def _choice(
    run: Collecting, settings: SourceSettings, source: Source, streams: Sequence[StreamSpec]
) -> tuple[Choice, frozenset[str]]:
    """What becomes of the files that the source has, and all their paths; a file that still grows needs two looks."""
    fetches = run.ledger.fetches(run.folder.name, settings.name)
    offered = await source.offered()
    choice = _chosen(run, settings, offered, fetches, streams)
    if choice.coming and settings.settle_seconds is not None:
        before = {file.path: file.version for file in offered}
        await asyncio.sleep(settings.settle_seconds)
        offered = await source.offered()
        choice = _chosen(run, settings, offered, fetches, streams, before)
    return choice, frozenset(file.path for file in offered)


def _chosen(
    run: Collecting,
    settings: SourceSettings,
    offered: Sequence[Offered],
    fetches: Mapping[str, Fetch],
    streams: Sequence[StreamSpec],
    before: Mapping[str, str] | None = None,
) -> Choice:
    known = [file.path for file in offered if _is_known(run, file, fetches.get(file.path))]
    return choose(offered, streams, known, marker_suffix=settings.marker, max_bytes=settings.max_bytes, before=before)


def _is_known(run: Collecting, file: Offered, fetch: Fetch | None) -> bool:
    """Whether this version was fetched, and lies in its place or was imported; killed in between, it is neither."""
    if fetch is None or fetch.offered.version != file.version:
        return False
    if (run.folder.drop / fetch.placed_as).exists():
        return True
    if run.since is not None and (file.modified_at is None or file.modified_at >= run.since):
        return False
    return bool(fetch.imported) or fetch.acknowledged_at is not None


def _account(run: Collecting, settings: SourceSettings, choice: Choice) -> None:
    run.offered += choice.size
    for _ in choice.known:
        run.record(Outcome.UNCHANGED)
    for _ in choice.foreign:
        run.record(Outcome.IGNORED)
    for file, code in choice.waiting:
        name = shown_name(file.name)
        run.record(Outcome.WAITING, name, "left alone")
        run.note(Level.RETRY, code, settings.name, file=name, detail=name + settings.marker)
    for file, code in choice.refused:
        run.record(Outcome.REFUSED, safe_name(file.name), "refused")
        run.note(Level.ERROR, code, settings.name, file=safe_name(file.name), detail=str(file.size))


async def _fetch(run: Collecting, settings: SourceSettings, source: Source, coming: Sequence[Coming]) -> None:
    """Fetches in order. After a source that stays away what is left waits, so that no file overtakes an older one."""
    if run.asked.dry_run:
        for file in coming:
            run.record(Outcome.CREATED, shown_name(file.offered.name), "to fetch")
        return
    batch = _Batch(run, settings)
    try:
        with closing(batch):
            for file in coming:
                await _fetch_patiently(run, settings, batch, source, file)
                batch.close_when_full()
    finally:
        for file in coming:
            if file.offered.path not in batch.ended:
                run.record(Outcome.WAITING, shown_name(file.offered.name), "left alone")


async def _fetch_patiently(
    run: Collecting, settings: SourceSettings, batch: _Batch, source: Source, file: Coming
) -> None:
    """The file lies aside, from a connection made anew where the first was cut; TransientError when none lasts."""
    try:
        return await batch.fetch(source, file)
    except TransientError as error:
        cut = error
    for pause in PAUSES:
        wait = max(pause, cut.retry_after or 0)
        if wait > _LONGEST_WAIT:
            break
        run.note(Level.RETRY, "source_cut", settings.name, file=file.offered.name, detail=cut.reason)
        run.lease.check()
        await asyncio.sleep(wait)
        try:
            await source.reconnect()
            return await batch.fetch(source, file)
        except TransientError as error:
            cut = error
    raise cut


class _Batch:
    """Files that lie aside and go to their places together: one note in the ledger for all, before any of them moves.

    A run that is killed before the note fetches them again; after it, those that are not in their places.
    """

    def __init__(self, run: Collecting, settings: SourceSettings) -> None:
        self._run = run
        self._settings = settings
        self._aside = clear_aside(run.folder.drop)
        self._arrived: list[Arrived] = []
        self._fetches: list[Fetch] = []
        self._bytes = 0
        self._last_at = datetime.min.replace(tzinfo=UTC)
        self.ended: set[str] = set()
        """The paths of the files that are in their places, or refused."""

    async def fetch(self, source: Source, file: Coming) -> None:
        """The file lies aside, or its source refuses it."""
        part = self._aside / f"{len(self._arrived)}.part"
        check_space(self._run.folder.drop, file.offered.size)
        try:
            async with aclosing(source.chunks(file.offered)) as chunks:
                content = await fetched_aside(chunks, part, file.offered)
        except RefusedError as error:
            self.ended.add(file.offered.path)
            _refused(self._run, self._settings, file.offered, error)
            return
        self._add(file, part, content)

    def close_when_full(self) -> None:
        """What lies aside goes to its places once it is many files, or large ones."""
        if len(self._arrived) >= _BATCH_FILES or self._bytes >= _BATCH_BYTES:
            self.close()

    def close(self) -> None:
        """What lies aside is noted and in its places."""
        run, files = self._run, self._run.folder.settings.files
        if not self._arrived:
            return
        run.lease.check()
        run.ledger.files_fetched(run.folder.name, self._settings.name, self._fetches, run.report.run_id)
        move_arrived(self._arrived, run.folder.drop, files.marker_suffix if files.complete == "marker" else "")
        for fetch in self._fetches:
            if not self._is_marker(fetch):
                self.ended.add(fetch.offered.path)
                run.record(Outcome.CREATED, fetch.offered.name, "fetched", f"{run.folder.drop.name}/{fetch.placed_as}")
        self._arrived, self._fetches, self._bytes = [], [], 0

    def _add(self, file: Coming, part: Path, content: str) -> None:
        offered, drop = file.offered, self._run.folder.drop
        name = safe_name(offered.name, offered.digest(self._settings.name))
        place = path_for(drop, file.stream, tuple(self._run.folder.imports.streams.values()), name)
        self._last_at = max(offered.modified_at or datetime.now(UTC), self._last_at + _STEP)
        self._arrived.append(Arrived(part, place, self._last_at))
        placed_as = place.relative_to(drop).as_posix()
        noted = filter(None, (file.marker, offered))
        self._fetches += [Fetch(each, file.stream.name, placed_as, content) for each in noted]
        self._bytes += offered.size

    def _is_marker(self, fetch: Fetch) -> bool:
        marker = self._settings.marker
        return bool(marker) and fetch.offered.path.endswith(marker)


def _refused(run: Collecting, settings: SourceSettings, file: Offered, error: RefusedError) -> None:
    level, code = _REFUSALS.get(error.code, (Level.ERROR, "fetch_refused"))
    outcome = Outcome.WAITING if code == "fetch_changed" else Outcome.REFUSED
    outcome = Outcome.IGNORED if code == "fetch_gone" else outcome
    run.record(outcome, shown_name(file.name), "refused" if outcome is Outcome.REFUSED else "left alone")
    read = error_message(error, run.report.language)
    run.note(level, code, settings.name, file=shown_name(file.name), detail=f"{read.reason} {read.remedy}".strip())
