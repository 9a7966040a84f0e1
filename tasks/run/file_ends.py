"""Where the files of a run go: rejects are written and places told first, and only then does a file move."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from connectors.files.archive import NotArchivedError, archive, archive_path_for
from connectors.files.safe_name import with_ending
from schemas.incidents import Incident, Level
from schemas.messages import message
from schemas.run_report import FileReport
from tasks.read.layouts import layout_of
from tasks.read.rejects import write_rejects
from tasks.run.run import FileOfRun, Run

_SPARE_BYTES = len(".tmp")
"""What the name of a file gets while it is written."""


def report_files(run: Run, faults: pl.DataFrame, *, ends_files: bool) -> None:
    """Writes the rejects, chooses a place for every file whose end has come, and tells both in the report.

    `faults` are those of all rows, as `FAULTS`. Files that were refused as a whole have ended in any case.
    """
    day = datetime.now(UTC).date()
    refused, archives = run.folder.path / "rejects" / "files", run.folder.archives
    for position, file in enumerate(run.files):
        if run.may_write_shop and (ends_files or file.refused):
            file.archive_path = archive_path_for(file.dropped, refused if file.refused else archives, day)
        rejects = "" if not run.may_write_shop else _write_rejects(run, position, file, faults)
        run.report.files.append(_file_report(run, file, rejects))
    for file in run.already_done:
        file.archive_path = None if not run.may_write_shop else _archived_path(run, file, day)
        archived_as = _relative(run, file.archive_path) if file.archive_path else ""
        run.report.files.append(FileReport(name=file.dropped.name, status="already done", archived_as=archived_as))


def move_files(run: Run) -> list[Incident]:
    """The files go to the places told. The answer is what stood in the way: a file is gone, or another in its place.

    The ledger knows that a file is done before it moves: a run killed in between leaves a file that is already done.
    """
    incidents: list[Incident] = []
    for file in (*run.files, *run.already_done):
        if file.archive_path is None:
            continue
        if file not in run.already_done:
            _note_end(run, file, _relative(run, file.archive_path))
        try:
            archive(file.dropped, file.archive_path)
        except NotArchivedError as error:
            incidents.append(Incident(Level.ERROR, error.code, run.stream.name, params={"value": file.dropped.name}))
    return incidents


def _note_end(run: Run, file: FileOfRun, archived_as: str) -> None:
    shop, stream, content = run.folder.name, run.stream.name, file.dropped.content_hash
    if file.refused is not None:
        run.ledger.file_refused(shop, stream, content, run.run_id, archived_as, file.refused.code)
        return
    if file.opened:
        last = run.ledger.layout(shop, stream)
        layout = layout_of(file.opened.shape, run.stream, last, run.ledger.mark_of_name)
        if layout is not None:
            run.ledger.note_layout(shop, stream, layout, run.run_id)
    run.ledger.file_done(shop, stream, content, run.run_id, archived_as, file.opened.rows_read if file.opened else 0)


def _archived_path(run: Run, file: FileOfRun, day: date) -> Path:
    """The place that the ledger told, when a run was killed before the file got there; else a new one."""
    done = run.ledger.last_done(run.folder.name, run.stream.name)
    told = run.folder.path / done.archived_as if done else None
    return told if told is not None and not told.exists() else archive_path_for(file.dropped, run.folder.archives, day)


def _file_report(run: Run, file: FileOfRun, rejects: str) -> FileReport:
    return FileReport(
        name=file.dropped.name,
        status=_status(file),
        rows=file.opened.rows_read if file.opened else 0,
        encoding=file.opened.encoding if file.opened else "",
        delimiter=file.opened.delimiter if file.opened else "",
        archived_as=_relative(run, file.archive_path) if file.archive_path else "",
        rejects_file=rejects,
        note=_note(file, run.report.language),
    )


def _status(file: FileOfRun) -> str:
    if file.refused is not None:
        return "refused"
    return "done" if file.archive_path else "left alone"


def _note(file: FileOfRun, language: str) -> str:
    if file.refused is None:
        return ""
    text = message(file.refused.code, language, **file.refused.params)
    return f"{text.reason} {text.remedy}"


def _write_rejects(run: Run, position: int, file: FileOfRun, faults: pl.DataFrame) -> str:
    mine = faults.filter((pl.col("_file") == position) & ~pl.col("blanked"))
    if mine.is_empty() or file.opened is None:
        return ""
    dropped = file.dropped
    ending = f".{dropped.content_hash[:8]}.rejects.csv"
    name = with_ending(Path(dropped.name).stem, ending, spare=_SPARE_BYTES)
    target = run.folder.path / "rejects" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    write_rejects(dropped.path, mine, target, run.stream, run.report.language, file.opened.shape)
    return _relative(run, target)


def _relative(run: Run, path: Path) -> str:
    try:
        return path.relative_to(run.folder.path).as_posix()
    except ValueError:
        return str(path)
