"""Puts the PrestaShop module into the archive that a shop installs: the same bytes from the same files."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

MODULE = Path(__file__).parent / "passerelle"
ARCHIVE = Path("build") / "passerelle.zip"
_FIRST_DATE = datetime(2000, 1, 1)  # noqa: DTZ001 - an archive knows no time zones
_LAST_DATE = datetime(2025, 1, 1)  # noqa: DTZ001
_RESOLUTION = timedelta(seconds=2)
_READABLE = 0o100644 << 16


def pack(archive: Path = ARCHIVE) -> Path:
    """The archive, written with every file of the module in its order of name."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    # Stored and not compressed: compressed bytes differ between versions of zlib.
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as written:
        for path in sorted(MODULE.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                entry = zipfile.ZipInfo(path.relative_to(MODULE.parent).as_posix(), date_of(content))
                entry.create_system = 3  # Unix, on every machine
                entry.external_attr = _READABLE
                written.writestr(entry, content)
    return archive


def date_of(content: bytes) -> tuple[int, int, int, int, int, int]:
    """The date of a file with this content, always the same, and another for another content.

    PHP's opcache goes on running the former code of a file whose date has not changed.
    """
    steps = (_LAST_DATE - _FIRST_DATE) // _RESOLUTION
    chosen = int.from_bytes(hashlib.sha256(content).digest()[:8], "big") % steps
    date = _FIRST_DATE + chosen * _RESOLUTION
    return date.year, date.month, date.day, date.hour, date.minute, date.second


if __name__ == "__main__":
    sys.stdout.write(f"{pack()}\n")
