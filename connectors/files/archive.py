"""Files leave the drop folder: to the archives when their run has ended, to quarantine when refused as a whole."""

from __future__ import annotations

import errno
import re
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.files.dropped import DroppedFile, content_hash
from connectors.files.durable import make_durable
from connectors.files.private import make_private
from connectors.files.safe_name import with_ending
from schemas.errors import ContractError
from schemas.shown import shown_name

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

GONE = "file_gone"
REPLACED = "file_replaced"
_TOKEN_BYTES = 16
_SPARE_BYTES = len(".tmp")
_TOKEN = re.compile(r"\.[0-9a-f]{32}(?=(?:\.[^.]*)?$)")


class NotArchivedError(ContractError):
    """The file that was read is no longer in the drop folder; `code` is that of the message."""

    def __init__(self, file: DroppedFile, code: str, reason: str, remedy: str) -> None:
        super().__init__(reason, system="files", action="archive", key=file.name, remedy=remedy)
        self.code = code


def archive_path_for(file: DroppedFile, shelf: Path, day: date) -> Path:
    """Where `archive` is to put the file: in `shelf/YYYY-MM-DD/`, under a name that cannot be guessed.

    A file taken again from the archives stays where it is.
    """
    if file.is_archived:
        return file.path
    return shelf / day.isoformat() / _archived_name(file.path, secrets.token_hex(_TOKEN_BYTES))


def _archived_name(dropped: Path, token: str) -> str:
    return with_ending(dropped.stem, f".{token}{shown_name(dropped.suffix)}", spare=_SPARE_BYTES)


def archive(file: DroppedFile, target: Path) -> None:
    """Moves the file to its place and removes its marker.

    `NotArchivedError` when the file that was read is no longer there; another one that took its place is left for the
    next run.
    """
    if target == file.path:
        return
    if not file.path.exists():
        reason = "the file is no longer in the drop folder"
        raise NotArchivedError(file, GONE, reason, "Do not move files while an import runs.")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(file, target)
        file.path.unlink()
    else:
        _give_back_another(file, target)
    make_private(target)
    if file.marker is not None:
        file.marker.unlink(missing_ok=True)
    make_durable(target.parent)
    make_durable(file.path.parent)


def name_when_dropped(archived: Path) -> str:
    """The name that an archived file had in the drop folder."""
    return _TOKEN.sub("", archived.name)


def archived_under(names: Collection[str], shelf: Path) -> dict[str, list[Path]]:
    """The files of the archives that had these names in the drop folder, by name."""
    dropped = {_TOKEN.sub("", _archived_name(Path(name), "0" * 2 * _TOKEN_BYTES)): name for name in names}
    found: dict[str, list[Path]] = {}
    for path in shelf.glob("*/*") if names else ():
        name = dropped.get(name_when_dropped(path))
        if name is not None:
            found.setdefault(name, []).append(path)
    return found


def _give_back_another(file: DroppedFile, target: Path) -> None:
    """What was moved goes back when it is not what was read: an ERP writes its export again under the same name."""
    if content_hash(target) == file.content_hash:
        return
    target.rename(file.path.with_name(target.name) if file.path.exists() else file.path)
    raise _replaced(file)


def _copy(file: DroppedFile, target: Path) -> None:
    """A whole copy on the other file system, or none."""
    unfinished = target.with_name(f"{target.name}.tmp")
    shutil.copy2(file.path, unfinished)
    make_private(unfinished)
    if content_hash(unfinished) != file.content_hash:
        unfinished.unlink()
        raise _replaced(file)
    make_durable(unfinished)
    unfinished.rename(target)


def _replaced(file: DroppedFile) -> NotArchivedError:
    reason = "another file took its place in the drop folder while it was imported"
    return NotArchivedError(file, REPLACED, reason, "Let the ERP give each export a name of its own.")
