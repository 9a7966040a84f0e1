"""Files leave the drop folder: to the archives when their run has ended, to quarantine when refused as a whole."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from typing import TYPE_CHECKING

from connectors.files.dropped import DroppedFile, content_hash
from schemas.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

_TOKEN_BYTES = 16
_TOKEN = re.compile(r"\.[0-9a-f]{32}(?=(?:\.[^.]*)?$)")


def archive(file: DroppedFile, archives: Path, day: date) -> Path:
    """Moves the file to `archives/YYYY-MM-DD/` under a name that cannot be guessed, and removes its marker.

    The answer is where the file is now. Called again after a crash, it finds the file where the first call put it.
    `ContractError` when it is nowhere.
    """
    if file.is_archived:
        return file.path
    moved = _moved(file, archives, day)
    if file.marker is not None:
        file.marker.unlink(missing_ok=True)
    return moved


def quarantine(file: DroppedFile, rejected: Path, day: date) -> Path:
    """Moves a file refused as a whole to `rejected/YYYY-MM-DD/`, as `archive` does."""
    return archive(file, rejected, day)


def name_when_dropped(archived: Path) -> str:
    """The name that an archived file had in the drop folder."""
    return _TOKEN.sub("", archived.name)


def _moved(file: DroppedFile, shelf: Path, day: date) -> Path:
    if not file.path.exists():
        return _already_moved(file, shelf)
    folder = shelf / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{file.path.stem}.{secrets.token_hex(_TOKEN_BYTES)}{file.path.suffix}"
    try:
        file.path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        target = _copied(file, folder, target)
        file.path.unlink()
    _make_durable(folder)
    _make_durable(file.path.parent)
    return target


def _copied(file: DroppedFile, folder: Path, target: Path) -> Path:
    """A whole copy on the other file system; the one of an earlier call that died before it removed the source."""
    earlier = next(_copies(file, folder), None)
    if earlier is not None:
        return earlier
    unfinished = target.with_name(f".{target.name}.tmp")
    shutil.copy2(file.path, unfinished)
    _make_durable(unfinished)
    unfinished.rename(target)
    return target


def _already_moved(file: DroppedFile, shelf: Path) -> Path:
    days = sorted((day for day in shelf.glob("*") if day.is_dir()), reverse=True)
    for day in days:
        for copy in _copies(file, day):
            return copy
    raise ContractError(
        "the file is no longer in the drop folder and not in the archives",
        system="files",
        action="archive",
        key=file.name,
        remedy="Do not move files while an import runs.",
    )


def _copies(file: DroppedFile, folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        is_namesake = name_when_dropped(path) == file.path.name and path.name != file.path.name
        if is_namesake and path.stat().st_size == file.size and content_hash(path) == file.content_hash:
            yield path


def _make_durable(path: Path) -> None:
    """Asks the disk to keep what was written to a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
