"""What is older than the shop's retention is deleted: files of earlier runs, and what the ledger keeps of them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from connectors.ledger import Ledger
from schemas.incidents import Incident, Level
from tasks.run.shop_folder import ShopFolder

REPORTS = "reports"
REJECTS = "rejects"


def purge_and_report(folder: ShopFolder, ledger: Ledger, now: datetime) -> list[Incident]:
    """What was deleted, as an incident for each kind of thing that there was any of."""
    days = str(folder.settings.files.retention_days)
    purged = {f"purged_{kind}": count for kind, count in purge(folder, ledger, now).items() if count}
    return [Incident(Level.INFO, code, "", params={"value": str(n), "detail": days}) for code, n in purged.items()]


def purge(folder: ShopFolder, ledger: Ledger, now: datetime) -> Counter[str]:
    """How many were deleted, by kind: `archives`, `rejects`, `reports`, `work`; `runs`, `incidents`, `notes` on files.

    Those of a day, or last written, before `retention_days` ago. An archived file keeps the time at which the ERP
    wrote it, so its day is that of its folder. Links, deliveries and watermarks are never deleted.
    """
    before = now - timedelta(days=folder.settings.files.retention_days)
    purged = _purge_files(folder, before.date())
    purged["work"] = _purge_work(folder, ledger)
    purged["runs"] = ledger.forget_runs(folder.name, before, kept_per_flow=folder.settings.guards.history)
    purged["incidents"] = ledger.forget_incidents(folder.name, before)
    purged["notes"] = ledger.forget_files(folder.name, before)
    ledger.forget_old_refusals(folder.name, before)
    kept_days = min(folder.settings.undo.keep_days, folder.settings.files.retention_days)
    ledger.forget_replaced(folder.name, now - timedelta(days=kept_days))
    return purged


def _purge_files(folder: ShopFolder, kept_from: date) -> Counter[str]:
    deleted: Counter[str] = Counter()
    delivered = [("archives", shelf) for shelf in folder.outbox.glob("*/*/delivered")]
    for kind, shelf in (("archives", folder.archives), (REJECTS, folder.path / REJECTS / "files"), *delivered):
        for day in _old_days(kept_from, shelf):
            deleted[kind] += sum(1 for path in day.rglob("*") if path.is_file())
            shutil.rmtree(day)
    for kind in (REPORTS, REJECTS):
        for path in _old_files(kept_from, folder.path / kind):
            path.unlink(missing_ok=True)
            deleted[kind] += 1
    return deleted


def _purge_work(folder: ShopFolder, ledger: Ledger) -> int:
    """What killed runs left in `.work/FLOW/RUN`: rows as they were read, of flows that no living run holds now."""
    work = folder.path / ".work"
    left = [path for path in work.glob("*/*") if path.is_dir() and path.parent.name != "erp"]
    # Listed before the leases are read: what a run that begins meanwhile makes is not among them.
    held = ledger.held_flows(folder.name)
    stray = [path for path in left if path.parent.name not in held]
    for path in stray:
        shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(work / "page", ignore_errors=True)  # compiled templates of versions before this one
    return len(stray)


def _old_days(kept_from: date, shelf: Path) -> Iterator[Path]:
    for day in sorted(shelf.glob("????-??-??")):
        try:
            is_old = date.fromisoformat(day.name) < kept_from
        except ValueError:
            continue
        if is_old and day.is_dir() and not day.is_symlink():
            yield day


def _old_files(kept_from: date, folder: Path) -> Iterator[Path]:
    for path in sorted(folder.glob("*")):
        if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC).date() < kept_from:
            yield path
