"""Where a ledger can live, with what its owner does to it: back it up, bring the backup back, look inside."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from connectors.ledger import Ledger
from connectors.ledger.tables import METADATA

if TYPE_CHECKING:
    from pathlib import Path

    from tests.connectors.ledger.postgres_server import PostgresServer


class Place(Protocol):
    """One database for one ledger. No connection may be open while it is backed up or restored."""

    snapshots: Path

    @property
    def url(self) -> str: ...

    def back_up(self) -> None: ...

    def restore(self) -> None: ...

    def ask(self, query: str) -> list[tuple[Any, ...]]: ...


@dataclass
class SqlitePlace:
    folder: Path
    snapshots: Path

    @property
    def path(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def back_up(self) -> None:
        shutil.copy(self.path, self.folder / "backup.db")

    def restore(self) -> None:
        for leftover in self.folder.glob("ledger.db-*"):
            leftover.unlink()
        shutil.copy(self.folder / "backup.db", self.path)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            return connection.execute(query).fetchall()


@dataclass
class PostgresPlace:
    server: PostgresServer
    schema: str
    snapshots: Path

    @property
    def url(self) -> str:
        return self.server.url_of_schema(self.schema)

    def back_up(self) -> None:
        copies = [f"create table {self.schema}_backup.{table} as table {table}" for table in METADATA.tables]
        self.server.ask(f"create schema {self.schema}_backup", *copies, schema=self.schema)

    def restore(self) -> None:
        tables = ", ".join(METADATA.tables)
        copies = [f"insert into {table} table {self.schema}_backup.{table}" for table in METADATA.tables]
        self.server.ask(f"truncate {tables}", *copies, schema=self.schema)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.server.ask(query, schema=self.schema)


def open_eager(place: Place) -> Ledger:
    """A ledger that writes a snapshot whenever anything is newer than the last."""
    ledger = Ledger.open(place.url, snapshots=place.snapshots)
    ledger.snapshots = replace(ledger.snapshots, from_rows=1, share=0.0)
    return ledger
