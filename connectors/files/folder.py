"""The drop folder: which files in it belong to a stream."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from schemas.shown import shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from schemas.column_spec import StreamSpec

_TOP = ""
_DATA = frozenset({"csv", "txt", "tsv", "dat", "xml", "xls", "xlsx", "ods", "zip", "gz"})
"""Endings of what an ERP or a person drops."""


def files_of(drop: Path, stream: StreamSpec, streams: Sequence[StreamSpec]) -> tuple[list[Path], list[Path]]:
    """The files of `stream` in the drop folder, and the links among its names, which are not followed.

    They lie in the stream's own folder or at the top. In a folder that several of the shop's `streams` look into, a
    file belongs to the stream whose prefix, or else whose name, it starts with: to the longest when there are several.
    Hidden and temporary names are nobody's.
    """
    found: list[Path] = []
    links: list[Path] = []
    for folder in _folders(stream):
        target = drop / folder
        sharing = [other for other in streams if folder in _folders(other)]
        is_inside = target.resolve().is_relative_to(drop.resolve())
        for path in sorted(target.iterdir()) if target.is_dir() else ():
            if _belongs(path.name, stream, sharing):
                (found if is_inside and not path.is_symlink() else links).append(path)
    return [path for path in found if path.is_file()], links


def files_of_no_stream(drop: Path, streams: Sequence[StreamSpec]) -> list[str]:
    """What lies at the top of the drop folder or in a stream's folder, and is taken by none; relative paths."""
    endings = _DATA | {stream.file_extension.lower().lstrip(".") for stream in streams}
    taken = {path for stream in streams for paths in files_of(drop, stream, streams) for path in paths}
    places = [
        drop / folder for folder in sorted({folder for stream in streams for folder in (_TOP, *_folders(stream))})
    ]
    return [
        shown_name(path.relative_to(drop).as_posix())
        for target in places
        for path in (sorted(target.iterdir()) if target.is_dir() else ())
        if path.suffix.lower().lstrip(".") in endings
        and not _is_temporary(path.name.lower())
        and path not in taken
        and path.is_file()
    ]


def stream_of(name: str, streams: Sequence[StreamSpec]) -> StreamSpec | None:
    """The stream among `streams` whose file this is, by its name alone; with one stream, prefix and ending decide."""
    return next((stream for stream in streams if _belongs(name, stream, streams)), None)


def folder_of(stream: StreamSpec) -> str:
    """The stream's own folder, relative to the drop folder; empty: the drop folder itself."""
    return _folders(stream)[-1]


def path_for(drop: Path, stream: StreamSpec, streams: Sequence[StreamSpec], name: str) -> Path:
    """Where a file of the stream that comes from elsewhere is put, so that `files_of` finds it: its own folder."""
    folder = folder_of(stream)
    sharing = [other for other in streams if folder in _folders(other)]
    mine = name if _belongs(name, stream, sharing) else f"{_opening(stream)}_{name}"
    return drop / folder / mine


def _folders(stream: StreamSpec) -> tuple[str, ...]:
    if stream.folder is None:
        return (_TOP, stream.name)
    folder = str(PurePosixPath(stream.folder.strip("/")))
    return (_TOP if folder == "." else folder,)


def _belongs(name: str, stream: StreamSpec, sharing: Sequence[StreamSpec]) -> bool:
    lower = name.lower()
    if not lower.endswith("." + stream.file_extension.lower().lstrip(".")) or _is_temporary(lower):
        return False
    if not lower.startswith(stream.file_prefix.lower()):
        return False
    if len(sharing) < 2:  # noqa: PLR2004 - alone in this folder
        return True
    openings = [_opening(other) for other in sharing if lower.startswith(_opening(other))]
    return max(openings, key=len, default=None) == _opening(stream)


def _opening(stream: StreamSpec) -> str:
    return (stream.file_prefix or stream.name).lower()


def _is_temporary(name: str) -> bool:
    return name.startswith((".", "~")) or name.endswith((".tmp", ".part", "~"))
