"""Puts the PrestaShop module into the archive that a shop installs: the same bytes from the same files."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

MODULE = Path(__file__).parent / "passerelle"
ARCHIVE = Path("build") / "passerelle.zip"
_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16


def pack(archive: Path = ARCHIVE) -> Path:
    """The archive, written with every file of the module in its order of name."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    # Stored and not compressed: compressed bytes differ between versions of zlib.
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as written:
        for path in sorted(MODULE.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(MODULE.parent).as_posix(), _DATE)
                entry.create_system = 3  # Unix, on every machine
                entry.external_attr = _READABLE
                written.writestr(entry, path.read_bytes())
    return archive


if __name__ == "__main__":
    sys.stdout.write(f"{pack()}\n")
