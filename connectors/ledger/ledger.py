"""The ledger: our own memory of what the shop was confirmed to have and what the ERP was given."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from connectors.ledger.database import Database
from connectors.ledger.deliveries import Deliveries
from connectors.ledger.fetches import Fetches
from connectors.ledger.files import Files
from connectors.ledger.identities import Identities
from connectors.ledger.incidents import Incidents
from connectors.ledger.layouts import Layouts
from connectors.ledger.leases import Leases
from connectors.ledger.links import Links
from connectors.ledger.migrate import migrate
from connectors.ledger.prices import Prices
from connectors.ledger.purging import Purging
from connectors.ledger.refusals import Refusals
from connectors.ledger.replaced import Replacements
from connectors.ledger.runs import Runs, Watermarks
from connectors.ledger.snapshots import Snapshots
from connectors.ledger.sqlite_file import CHECKED_FOR_SECONDS, damaged, refuse_damaged
from connectors.ledger.tables import LEDGER

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


class Ledger(
    Links,
    Runs,
    Watermarks,
    Files,
    Layouts,
    Fetches,
    Incidents,
    Leases,
    Deliveries,
    Identities,
    Refusals,
    Prices,
    Replacements,
    Purging,
):
    """Every call is one short transaction, durable when it returns; any number of threads may share a ledger.

    Errors: TransientError (the database cannot be reached now), DeniedError (rights, disk), UnexpectedReplyError (the
    file is damaged).
    """

    @classmethod
    def open(cls, url: str, *, snapshots: Path | None = None, checked_for_seconds: float = CHECKED_FOR_SECONDS) -> Self:
        """The ledger at `url` (`sqlite:///folder/ledger.db`, `postgresql://user@host/database`), made or migrated.

        `snapshots` is a folder for files that can be made again at any time; without it, links are read from the
        database each time. `checked_for_seconds` bounds the look through a file of SQLite for damage.
        ConfigurationError for a wrong address, a network drive, or a ledger that a newer version wrote;
        UnexpectedReplyError when its file is damaged or is no whole ledger.
        """
        database = Database(url)
        with ExitStack() as unless_opened:
            unless_opened.callback(database.close)
            if not database.is_postgres:
                with database.read("look through the ledger") as connection:
                    refuse_damaged(connection, checked_for_seconds)
            migrate(database)
            with database.read("open the ledger") as connection:
                row = connection.execute(sa.select(LEDGER.c.uuid, LEDGER.c.secret)).one_or_none()
            if row is None:
                raise damaged("its own row is missing")
            unless_opened.pop_all()
        return cls(database, Snapshots(snapshots, row.uuid, row.secret))

    def secret(self) -> bytes:
        """32 random bytes made with the ledger, the key for fingerprints of personal values."""
        return self.snapshots.secret

    def close(self) -> None:
        """The connections are closed."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
