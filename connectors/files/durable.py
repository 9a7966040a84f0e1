"""Durability: what the disk is asked to keep before anyone relies on it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make_durable(path: Path) -> None:
    """Asks the disk to keep what was written to a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_text(path: Path) -> str:
    """The text of a file with its own line ends; a mark of UTF-8 before it is left out."""
    return path.read_bytes().decode("utf-8-sig")


def replace_text(path: Path, text: str) -> None:
    """The file holds `text`, or what it held before; as private as it was, a new one its owner's alone."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(text.encode())
    part.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
    make_durable(part)
    part.replace(path)
