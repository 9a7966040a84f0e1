"""Archives, rejects and reports older than the shop's retention are deleted, and what was deleted is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tasks.shop import ShopFolder

REPORTS = "reports"
REJECTS = "rejects"


def purge(folder: ShopFolder, today: date) -> int:
    """How many files were deleted: those of a day, or last written, before `retention_days` ago.

    An archived file keeps the time at which the ERP wrote it, so its day is that of its folder.
    """
    kept_from = today - timedelta(days=folder.settings.files.retention_days)
    deleted = 0
    for day in _old_days(kept_from, folder.archives, folder.path / REJECTS / "files"):
        deleted += sum(1 for path in day.rglob("*") if path.is_file())
        shutil.rmtree(day)
    for path in _old_files(kept_from, folder.path / REPORTS, folder.path / REJECTS):
        path.unlink(missing_ok=True)
        deleted += 1
    return deleted


def _old_days(kept_from: date, *shelves: Path) -> Iterator[Path]:
    for shelf in shelves:
        for day in sorted(shelf.glob("????-??-??")):
            try:
                is_old = date.fromisoformat(day.name) < kept_from
            except ValueError:
                continue
            if is_old and day.is_dir() and not day.is_symlink():
                yield day


def _old_files(kept_from: date, *folders: Path) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.glob("*")):
            if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC).date() < kept_from:
                yield path
