"""Who may read what is written: files and folders are their owner's alone, except the ERP's drop folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = 0o077
_USUAL = os.umask(_OTHERS)
os.umask(_USUAL)


def keep_private() -> None:
    """From now on this process makes files of mode 0600 and folders of mode 0700, whatever makes them."""
    os.umask(_USUAL | _OTHERS)


def shared_folder(path: Path) -> None:
    """The folder is there; what is made of its path is open as the machine's own rule says, for the ERP's user."""
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in made:
        folder.chmod(0o777 & ~_USUAL)


def share(path: Path) -> None:
    """The file is open as the machine's own rule says, where it is ours to say: the ERP's user reads it."""
    with suppress(OSError):
        path.chmod(0o666 & ~_USUAL)


def make_private(path: Path) -> None:
    """Nobody but the owner may read the file, where it is ours to say: another user's file keeps its mode."""
    with suppress(OSError):
        path.chmod(0o600)


def open_to_others(path: Path) -> Iterator[Path]:
    """The file or folder, and all below it, that users other than the owner may read or change; none on Windows."""
    if os.name != "posix" or path.is_symlink() or not path.exists():
        return
    if path.stat().st_mode & _OTHERS:
        yield path
    if path.is_dir():
        for below in path.iterdir():
            yield from open_to_others(below)
