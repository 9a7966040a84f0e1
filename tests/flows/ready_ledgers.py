"""Ledgers of tests are copied from one that was migrated once: its migrations take longer than most tests."""

from __future__ import annotations

import secrets
import sqlite3
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from connectors.ledger import Ledger, ledger
from connectors.ledger.database import Database
from connectors.ledger.migrate import migrate, revision
from connectors.ledger.tables import LEDGER


def use_ready_ledgers(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """New ledgers are copies with an identity of their own, and what SQLAlchemy compiled for one serves all."""
    template = folder / "ledger.db"
    Ledger.open(f"sqlite:///{template}").close()
    compiled: dict[Any, Any] = {}

    def migrated(database: Database) -> None:
        if database.is_postgres:
            migrate(database)
            return
        for engine in (database.engine, database._reader, database._writer):
            engine._compiled_cache = compiled
        with database.read("look whether the ledger is new") as connection:
            is_new = revision(connection) is None and not sa.inspect(connection).has_table(LEDGER.name)
        if is_new:
            _copy(template, Path(str(database.engine.url.database)))
        else:
            migrate(database)

    patch.setattr(ledger, "migrate", migrated)
    # What is compiled is kept by dialect, and each engine has one of its own: those of SQLite are all alike.
    patch.setattr(SQLiteDialect_pysqlite, "__eq__", lambda one, other: type(one) is type(other))
    patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))


def _copy(template: Path, target: Path) -> None:
    source, copy = sqlite3.connect(template), sqlite3.connect(target)
    source.backup(copy)
    copy.execute("update ledger set uuid = ?, secret = ?", (str(uuid.uuid4()), secrets.token_bytes(32)))
    copy.commit()
    copy.close()
    source.close()
