"""Files arrive: fetched aside and whole or not at all, verified, kept by the disk, then moved into place."""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC
from hashlib import blake2b, md5
from typing import TYPE_CHECKING

from connectors.files.dropped import HASH_BYTES
from connectors.files.durable import make_durable
from connectors.files.private import shared_folder
from schemas.errors import DeniedError, TransientError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from schemas.offered import Offered

ASIDE = ".fetching"
"""The folder in the drop folder where unfinished files lie: its name is nobody's."""
_SPARE_BYTES = 16 * 2**20
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DiskFullError(DeniedError):
    """There is no room for the file."""


def check_space(folder: Path, size: int) -> None:
    """Nothing when a file of `size` bytes fits, else DiskFullError: better said before than half way."""
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE_BYTES:
        raise _full(f"{free} bytes are free, the file has {size}", str(folder))


def clear_aside(drop: Path) -> Path:
    """The folder for unfinished files, empty; what a killed run left there is worth nothing."""
    aside = drop / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    shared_folder(drop)
    aside.mkdir()
    return aside


async def fetched_aside(chunks: AsyncIterator[bytes], part: Path, offered: Offered) -> str:
    """The content hash of the file, which lies whole and durable at `part`; otherwise nothing lies there.

    TransientError when less, more or something else came than was offered; DiskFullError when it did not fit.
    """
    with _whole_or_nothing(part):
        return await _written(chunks, part, offered)


@contextmanager
def _whole_or_nothing(part: Path) -> Iterator[None]:
    with ExitStack() as unless_whole:
        unless_whole.callback(part.unlink, missing_ok=True)
        try:
            yield
        except OSError as error:
            if error.errno in _NO_SPACE:
                raise _full(error.strerror or "no space left", part.name) from error
            raise
        unless_whole.pop_all()


async def _written(chunks: AsyncIterator[bytes], part: Path, offered: Offered) -> str:
    content, check, size = blake2b(digest_size=HASH_BYTES), md5(usedforsecurity=False), 0
    with part.open("wb") as file:
        async for chunk in chunks:
            size += len(chunk)
            if size > offered.size:
                break
            file.write(chunk)
            content.update(chunk)
            if offered.md5 is not None:
                check.update(chunk)
        file.flush()
        os.fsync(file.fileno())
    if size != offered.size:
        more = "more than " if size > offered.size else f"{size} of "
        raise _cut_short(f"{more}{offered.size} bytes came", offered)
    if offered.md5 is not None and check.digest() != offered.md5:
        raise _cut_short("the bytes that came do not have the checksum of the file", offered)
    return content.hexdigest()


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that lies aside, whole and durable, and where it belongs."""

    part: Path
    target: Path
    modified_at: datetime
    """When it was written at its source."""


def move_arrived(arrived: Sequence[Arrived], drop: Path, marker_suffix: str = "") -> None:
    """The files appear in their places, in this order; with a marker, that one is there before its file.

    DeniedError when a link leads a folder out of the drop folder, where no import would look.
    """
    folders = {file.target.parent for file in arrived}
    for folder in folders:
        shared_folder(folder)
        if not folder.resolve().is_relative_to(drop.resolve()):
            reason, remedy = "a link leads out of the drop folder", "Make it a folder."
            raise DeniedError(reason, system="files", action="put a file into", key=str(folder), remedy=remedy).worded(
                "drop_folder_link"
            )
    for file in arrived:
        seconds = file.modified_at.astimezone(UTC).timestamp()
        os.utime(file.part, (seconds, seconds))
        if marker_suffix:
            file.target.with_name(file.target.name + marker_suffix).touch()
        file.part.replace(file.target)
    for folder in folders:
        make_durable(folder)


def _cut_short(reason: str, offered: Offered) -> TransientError:
    remedy = "Nothing to do: the next run fetches the file again from its start."
    return TransientError(reason, system="files", action="fetch", key=offered.name, remedy=remedy).worded(
        "fetch_cut_short"
    )


def _full(reason: str, key: str) -> DiskFullError:
    remedy = "Make room on the disk of the shop's folder: the file is still at its source, and the next run fetches it."
    return DiskFullError(reason, system="files", action="fetch", key=key, remedy=remedy).worded("disk_full_at_fetch")
