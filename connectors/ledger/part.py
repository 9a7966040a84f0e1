"""What every part of the ledger stands on: its database and its snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.ledger.database import Database
    from connectors.ledger.snapshots import Snapshots


class LedgerPart:
    """One subject of the ledger; `Ledger` is all parts in one."""

    def __init__(self, database: Database, snapshots: Snapshots) -> None:
        self.database = database
        self.snapshots = snapshots
