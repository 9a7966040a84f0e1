"""What stands open around a shop: files that other users may read, and servers whose certificate is not verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from connectors.files.private import open_to_others
from tasks.check.finding import Finding, Findings
from tasks.run.certificates import unverified
from tasks.run.shop_folder import ShopFolder

_WRITTEN_BY_RUNS = ("reports", "rejects", "outbox", ".work", ".snapshots")


def check_doors(folder: ShopFolder, make: Findings) -> Iterator[Finding]:
    """What other users may read, folder by folder, and what is not verified."""
    for path in _places(folder):
        if count := sum(1 for _ in open_to_others(path)):
            yield make.warning("files", "open_to_others", value=str(path), detail=str(count))
    for table in unverified(folder):
        yield make.warning("certificate", "tls_not_verified", value=table)


def _places(folder: ShopFolder) -> list[Path]:
    ledger = sorted(folder.path.glob("ledger.db*"))
    return [*ledger, folder.archives, *(folder.path / name for name in _WRITTEN_BY_RUNS)]
