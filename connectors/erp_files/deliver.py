"""Files of an outbox go to the ERP's side: written aside, whole, then renamed; none arrives twice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Protocol

from connectors.erp_files.outbox import Outbox
from schemas.errors import TransientError

PART = ".part"
"""What a file is called at the ERP's side while it is on its way: nobody else takes or removes such a file."""


class Target(Protocol):
    """A folder that the ERP looks into. TransientError: it is away; DeniedError: it does not let us in."""

    async def size_of(self, name: str) -> int | None:
        """In bytes; None when there is no such file."""

    async def write(self, name: str, content: Path) -> None:
        """The whole file is there under this name, in place of what was there."""

    async def rename_new(self, name: str, to: str) -> None:
        """The file has another name, which no file had; RefusedError when one has."""


async def deliver(outbox: Outbox, target: Target, now: datetime, marker_suffix: str = "") -> int:
    """How many files were delivered; what fails is raised, and the files that are left go with the next call.

    A file that lies aside is noted before it is renamed: whoever finds the note and no such file knows that it was.
    """
    count = 0
    for file in outbox.files():
        part = file.name + PART
        if not outbox.is_written(file):
            await _write_aside(target, part, file, outbox.size_of(file))
            outbox.note_written(file)
            await target.rename_new(part, file.name)
        elif await target.size_of(part) is not None:
            await target.rename_new(part, file.name)
        if marker_suffix and await target.size_of(file.name) is not None:
            await _mark(target, file, marker_suffix)
        outbox.note_delivered(file, now)
        count += 1
    return count


async def _write_aside(target: Target, part: str, file: Path, wanted: int) -> None:
    await target.write(part, file)
    size = await target.size_of(part)
    if size != wanted:
        reason = f"{size} of {wanted} bytes arrived"
        raise TransientError(reason, system="files", action="write", key=file.name).worded("outbox_cut_short")


async def _mark(target: Target, file: Path, suffix: str) -> None:
    empty = file.with_name(file.name + ".marker")
    empty.touch()
    try:
        await target.write(file.name + suffix, empty)
    finally:
        empty.unlink()
