"""Which files of a stream are complete and whose turn it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from connectors.files.archive import name_when_dropped
from connectors.files.complete import Completeness, complete_files
from connectors.files.dropped import DroppedFile, content_hash
from connectors.files.folder import files_of
from schemas.shown import shown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from schemas.column_spec import StreamSpec

__all__ = ["Collected", "DroppedFile", "collect", "dropped_file"]

OUTSIDE = "file_outside"
ARCHIVE_GONE = "file_archive_gone"


@dataclass(frozen=True, slots=True)
class Collected:
    """What lies there for a stream. `left_alone` holds (name, message code); their turn may come in a later run."""

    files: tuple[DroppedFile, ...]
    """To import, oldest first; `position` is the index in this tuple."""
    left_alone: tuple[tuple[str, str], ...]
    already_done: tuple[DroppedFile, ...]
    """The same content as the newest file done, with none between: nothing to import, only to archive."""


def collect(
    folder: Path,
    stream: StreamSpec,
    *,
    streams: Sequence[StreamSpec],
    last_done_hash: str | None = None,
    again: Sequence[Path] = (),
    completeness: Literal["stable", "marker"] = "stable",
    stable_seconds: float = 5.0,
    marker_suffix: str = ".ok",
    wait: Callable[[float], None] = time.sleep,
) -> Collected:
    """The files of `stream` in the drop folder; `streams` are all those of the shop, this one included.

    `last_done_hash` is the content of the newest file of the stream that was done: only a file that follows it at once
    counts as already done, so that A, B and A again are three imports. `again` are archived files to import once more,
    in this order, before what was dropped.
    """
    paths, links = files_of(folder, stream, streams)
    dropped, left_alone = complete_files(paths, Completeness(completeness, stable_seconds, marker_suffix), wait)
    left_alone += [(shown_name(path.name), OUTSIDE) for path in links]
    left_alone += [(name_when_dropped(path), ARCHIVE_GONE) for path in again if not path.is_file()]
    archived = [_from_archive(path) for path in again if path.is_file()]
    files = list(archived)
    already_done: list[DroppedFile] = []
    for file in dropped:
        is_done = not files and file.content_hash == last_done_hash
        (already_done if is_done else files).append(file)
    return Collected(
        files=tuple(replace(file, position=position) for position, file in enumerate(files)),
        left_alone=tuple(left_alone),
        already_done=tuple(already_done),
    )


def dropped_file(path: Path, position: int) -> DroppedFile:
    """A file that nobody is writing any more, as it lies there."""
    now = path.stat()
    modified_at = datetime.fromtimestamp(now.st_mtime, UTC)
    return DroppedFile(path, shown_name(path.name), now.st_size, modified_at, content_hash(path), position)


def _from_archive(path: Path) -> DroppedFile:
    return replace(dropped_file(path, 0), name=name_when_dropped(path), is_archived=True)
