"""The stream's complete files become accepted rows and faults; what is left alone or refused as a whole is told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from connectors.files.folder import files_of_no_stream
from connectors.files.private import shared_folder
from connectors.ledger.files import DoneFile
from connectors.ledger.layouts import Layout
from schemas.file_refused import FileRefusedError
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.shown import shown_name
from tasks.read.dropped import DroppedFile, collect, dropped_file
from tasks.read.layouts import layout_change, layout_of
from tasks.read.reader import FileRows, open_rows
from tasks.read.validate import MOST_FAULTS, ValidatedStream, validate
from tasks.run.fit_to_shop import fit_to_shop, refuse_two_texts
from tasks.run.outcomes import ROW_OUTCOMES
from tasks.run.run import FileOfRun, Run
from tasks.run.step_tasks import step_task


@step_task("read files")
async def read_files(run: Run) -> ValidatedStream:
    """The accepted rows of every complete file of the stream, oldest file first, the last row of a key winning."""
    with run.step("collect files"):
        _collect(run)
    if run.files:
        await fit_to_shop(run)
    with run.step("read and validate"):
        opened = _all_opened(run, [file.dropped for file in run.files])
        validated = validate(opened, run.stream, run.work)
        refuse_two_texts(run, validated)
    for rows in opened:
        run.files[rows.file].opened = rows
        run.incidents += rows.warnings
    _account(run, validated)
    return validated


def _collect(run: Run) -> None:
    """The run's files, each with its position: those of the drop folder, then those that it alone has."""
    files = run.folder.settings.files
    since = run.since
    again: list[Path] = []
    if since is not None:
        past = run.ledger.archived_since(run.folder.name, run.stream.name, since)
        # One that was read again before is there as often; between the others it stands where it was first.
        again = [run.folder.path / name for name in dict.fromkeys(name for name, _ in past)]
    shared_folder(run.folder.drop)
    done = run.ledger.last_done(run.folder.name, run.stream.name)
    collected = collect(
        run.folder.drop,
        run.stream,
        streams=tuple(run.folder.imports.streams.values()),
        last_done_hash=done.content_hash if done and since is None and not _arrived(run, done) else None,
        again=again,
        completeness=files.complete,
        stable_seconds=files.stable_seconds,
        marker_suffix=files.marker_suffix,
    )
    for name, code in collected.left_alone:
        run.note(Level.RETRY, code, file=name, value=name)
    for name in files_of_no_stream(run.folder.drop, tuple(run.folder.imports.streams.values())):
        run.note(Level.INFO, "file_of_no_stream", file=name, value=name)
    for file in collected.already_done:
        run.note(Level.INFO, "already_done", file=file.name, value=file.name)
    if collected.files and done and since is None and collected.files[0].content_hash == done.content_hash:
        run.note(Level.INFO, "same_as_last", file=collected.files[0].name, value=collected.files[0].name)
    shown = [dropped_file(path, len(collected.files) + place) for place, path in enumerate(run.shown_files)]
    run.files = [FileOfRun(file) for file in (*collected.files, *shown)]
    run.already_done = [FileOfRun(file) for file in collected.already_done]
    for file in collected.files:
        run.ledger.file_seen(run.folder.name, run.stream.name, file.name, file.content_hash, file.size, run.run_id)


def _arrived(run: Run, done: DoneFile) -> bool:
    """Whether the file done last got to its archive: the same content dropped since is a file of its own.

    It is read again, because the shop, the mapping or what another stream wrote may have changed since.
    """
    return not done.was_cut_off or (run.folder.path / done.archived_as).exists()


def _all_opened(run: Run, files: Iterable[DroppedFile]) -> list[FileRows]:
    """The files that are laid out as agreed and as the file before them, in the order of the run."""
    last = run.ledger.layout(run.folder.name, run.stream.name)
    opened = []
    for file in files:
        rows = _opened(run, file, last)
        if rows is not None:
            opened.append(rows)
            last = layout_of(rows.shape, run.stream, last, run.ledger.mark_of_name) or last
    return opened


def _opened(run: Run, file: DroppedFile, last: Layout | None) -> FileRows | None:
    """The file's rows; None when the file as a whole is not what was agreed, which an incident tells."""
    try:
        rows = open_rows(file.path, run.stream, file=file.position)
        _check_layout(run, rows, last)
    except FileRefusedError as error:
        run.files[file.position].refused = error
        run.note(Level.ERROR, error.code, file=file.name, **error.params)
        return None
    return rows


def _check_layout(run: Run, rows: FileRows, last: Layout | None) -> None:
    """`FileRefusedError` when the columns are not those of the last file and nobody has accepted that."""
    change = layout_change(rows.shape, run.stream, last, run.ledger.mark_of_name)
    if change is None:
        return
    if not run.asked.accept_guard or not change.may_be_accepted:
        raise FileRefusedError(change.code, name=rows.path.name, **change.params)
    run.note(Level.INFO, "file_layout_accepted", file=shown_name(rows.path.name))


def _account(run: Run, validated: ValidatedStream) -> None:
    """Says of every row read where it stands: rejected, superseded, or accepted and on its way."""
    run.rows.read = validated.rows_read
    if validated.faults_left_out:
        run.note(Level.INFO, "faults_left_out", value=str(validated.faults_left_out), detail=str(MOST_FAULTS))
    run.rows.rejected = validated.rejected_rows
    run.rows.faults = validated.faults_scan()
    run.rows.accepted = validated.accepted_rows_scan().select(pl.col("_file").cast(pl.Int32), "_line", "_key").collect()
    run.rows.record(
        validated.superseded.select(
            pl.col("_file").cast(pl.Int32),
            "_line",
            "_key",
            outcome=pl.lit(Outcome.IGNORED.value),
            code=pl.lit("superseded"),
            detail=pl.col("_by_line").cast(pl.String),
            column=pl.lit(""),
        ).select(list(ROW_OUTCOMES))
    )
