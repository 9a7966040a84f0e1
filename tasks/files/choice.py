"""Which of the files a source offers are to be fetched now, in what order, and why the others are not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.files.complete import MARKER_MISSING, STILL_WRITTEN
from connectors.files.folder import stream_of
from connectors.files.safe_name import safe_name
from schemas.column_spec import StreamSpec
from schemas.offered import Offered

NAME_UNREADABLE = "fetch_name_unreadable"
TOO_LARGE = "fetch_too_large"
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Coming:
    """A file to fetch, the stream it is for, and the marker that says that it is complete."""

    offered: Offered
    stream: StreamSpec
    marker: Offered | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of the files of a source: every one is in exactly one of these places, markers in none."""

    coming: tuple[Coming, ...]
    """To fetch, in order of arrival."""
    known: tuple[Offered, ...]
    waiting: tuple[tuple[Offered, str], ...]
    """With the message code that says what for."""
    refused: tuple[tuple[Offered, str], ...]
    """With the message code that says why."""
    foreign: tuple[Offered, ...]
    """No stream's."""

    @property
    def size(self) -> int:
        """How many files there are."""
        return len(self.coming) + len(self.known) + len(self.waiting) + len(self.refused) + len(self.foreign)


def in_order(files: Sequence[Offered]) -> list[Offered]:
    """Oldest first, then by name; where the source tells no times, names have to carry the order."""
    return sorted(files, key=lambda file: (file.modified_at or _BEGINNING, file.path))


def choose(
    offered: Sequence[Offered],
    streams: Sequence[StreamSpec],
    known: Collection[str],
    *,
    marker_suffix: str = "",
    max_bytes: int,
    before: Mapping[str, str] | None = None,
) -> Choice:
    """The files by what becomes of them.

    `known` are the paths whose offered version was fetched before. With a `marker_suffix` only files with a marker
    come. `before` are the versions by path of an earlier look: a file that differs from it is still being written.
    """
    markers = {file.path: file for file in offered if marker_suffix and file.name.endswith(marker_suffix)}
    places = _Places([], [], [], [], [])
    for file in in_order([file for file in offered if file.path not in markers]):
        stream = stream_of(safe_name(file.name), streams)
        marker = markers.get(file.path + marker_suffix) if marker_suffix else None
        if stream is None:
            places.foreign.append(file)
        elif not _is_text(file.path):
            places.refused.append((file, NAME_UNREADABLE))
        elif file.path in known:
            places.known.append(file)
        elif file.size > max_bytes:
            places.refused.append((file, TOO_LARGE))
        elif marker_suffix and marker is None:
            places.waiting.append((file, MARKER_MISSING))
        elif before is not None and before.get(file.path) != file.version:
            places.waiting.append((file, STILL_WRITTEN))
        else:
            places.coming.append(Coming(file, stream, marker))
    return places.as_choice()


@dataclass(frozen=True, slots=True)
class _Places:
    coming: list[Coming]
    known: list[Offered]
    waiting: list[tuple[Offered, str]]
    refused: list[tuple[Offered, str]]
    foreign: list[Offered]

    def as_choice(self) -> Choice:
        return Choice(
            tuple(self.coming), tuple(self.known), tuple(self.waiting), tuple(self.refused), tuple(self.foreign)
        )


def _is_text(path: str) -> bool:
    """Whether the ledger and the reports can hold the name, so that the source can be told of it later."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in path
