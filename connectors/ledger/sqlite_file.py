"""The file of a ledger: whether it lies where SQLite can keep it safe, and whether it is whole."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from schemas.errors import ConfigFault, ConfigurationError, UnexpectedReplyError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOUNTS = Path("/proc/self/mountinfo")
CHECKED_FOR_SECONDS = 2.0
"""A ledger of a million links, 190 MB, is looked through in one second; of a larger one a part."""
_STEPS = 10_000
# The write-ahead log of SQLite is shared through memory of one machine: https://sqlite.org/wal.html
_NETWORK = (
    *("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "gpfs", "glusterfs", "ncpfs", "davfs", "prl_fs", "vboxsf"),
    *("fuse.sshfs", "fuse.davfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone"),
)
_REMOTE_DRIVE = 4


def refuse_network_drive(path: Path) -> None:
    """ConfigurationError when the file lies on a drive that several machines may share."""
    kind = network_drive(path.resolve(), mounts=_mounts()) if os.name == "posix" else _windows_drive(path.resolve())
    if kind:
        raise no_write_ahead_log(path, kind)


def no_write_ahead_log(path: Path, kind: str) -> ConfigurationError:
    """The error for a place where SQLite cannot keep the file safe."""
    reason = f"{path.parent} is on a network drive ({kind}), where a file of SQLite can be damaged without a word"
    remedy = "Keep the ledger on a disk of this machine, or use PostgreSQL: set `url` under [ledger] in settings.toml."
    return ConfigurationError((ConfigFault("settings.toml", "ledger", reason, remedy),), action="open the ledger")


def network_drive(path: Path, *, mounts: str) -> str:
    """The kind of the network drive that `path` is on, by what the kernel says of its mounts; empty for a disk."""
    best, kind = -1, ""
    for point, name in _kinds(mounts):
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), name
    return kind if kind.startswith(_NETWORK) else ""


def _kinds(mounts: str) -> Iterator[tuple[Path, str]]:
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and after:  # noqa: PLR2004 - id, parent, device, root, mount point
            # The kernel writes a space in a name as \040.
            yield Path(fields[4].replace("\\040", " ")), after.split(" ")[0]


def _mounts() -> str:
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""


def _windows_drive(path: Path) -> str:
    if str(path).startswith("\\\\"):
        return "a share of Windows"
    import ctypes  # noqa: PLC0415 - its Windows part is nowhere else

    windows = getattr(ctypes, "windll", None)
    drive = windows.kernel32.GetDriveTypeW(f"{path.drive}\\") if windows is not None else 0
    return "a drive of Windows" if drive == _REMOTE_DRIVE else ""


def refuse_damaged(connection: sa.Connection, seconds: float = CHECKED_FOR_SECONDS) -> None:
    """UnexpectedReplyError when SQLite finds the file damaged within so many seconds; what it has not seen may be."""
    raw = connection.connection.driver_connection
    until = time.monotonic() + seconds
    raw.set_progress_handler(lambda: time.monotonic() > until, _STEPS)  # type: ignore[union-attr]
    try:
        found = connection.exec_driver_sql("pragma quick_check(1)").scalar_one()
    except sa.exc.OperationalError as error:
        if "interrupted" in str(error.orig):
            return
        raise
    finally:
        raw.set_progress_handler(None, 0)  # type: ignore[union-attr]
    if found != "ok":
        raise damaged(str(found).splitlines()[-1])


def damaged(text: str) -> UnexpectedReplyError:
    """The error for a file that is no whole ledger."""
    return UnexpectedReplyError(
        text,
        system="ledger",
        action="open the ledger",
        remedy="Put back the last backup of the file, and run each import with `since` set to the day of that backup.",
    ).worded("ledger_damaged")
