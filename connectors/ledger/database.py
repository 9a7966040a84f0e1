"""One database, SQLite or PostgreSQL: short transactions, errors in our words, rows as frames."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from connectors.ledger.sqlite_file import damaged, no_write_ahead_log, refuse_network_drive
from connectors.ledger.tables import EPOCH, MICROSECOND, Instant
from schemas.errors import (
    ConfigFault,
    ConfigurationError,
    DeniedError,
    PasserelleError,
    TransientError,
    UnexpectedReplyError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy.dialects import postgresql

READ_AT_ONCE = 50_000
RETURNS_WITHIN_SECONDS = 20.0
"""For how long a server that has answered before is awaited when it is away."""
LOOK_EVERY_SECONDS = 0.25
_AWAY = "Check that the ledger's database is up, then run again: nothing that was written is written twice."
SQLITE_PRAGMAS = ("busy_timeout=30000", "journal_mode=wal", "synchronous=full")
# A commit that is acknowledged is on disk; a writer whose machine vanished does not stop the others for long.
POSTGRES_SETTINGS = (
    "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
    "set lock_timeout = '30s'",
    "set idle_in_transaction_session_timeout = '60s'",
)
# What both databases say when a person has to act; the rest of their operational errors may pass by themselves.
DENIED_WORDS = (
    "authentication failed",
    "no password supplied",
    "permission denied",
    "does not exist",
    "readonly database",
    "disk is full",
    "unable to open database file",
)
_DAMAGED_WORDS = ("file is not a database", "malformed", "no such table", "no such column")


class Database:
    """The connections to one ledger; any number of threads may use it."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_postgres = self.engine.dialect.name == "postgresql"
        self._reader: sa.Engine
        self._writer: sa.Engine = self.engine
        if self.is_postgres:
            sa.event.listen(self.engine, "connect", _prepare_postgres)
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._writer = self.engine.execution_options(isolation_level="READ COMMITTED")
        else:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
            self._reader = self.engine.execution_options(read_only=True)
        # SQLite's own waiting is a poll without order; inside one process a lock is fairer.
        self._writing: AbstractContextManager[Any] = nullcontext() if self.is_postgres else threading.Lock()
        self._awaited = False

    def close(self) -> None:
        """Every connection is given back."""
        self.engine.dispose()

    @contextmanager
    def read(self, action: str) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database from its first statement to its last."""
        with translated(action), self._connected(self._reader) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, action: str) -> Iterator[sa.Connection]:
        """A transaction that is durable when the block ends, or never was."""
        with translated(action), self._writing, self._connected(self._writer) as connection, connection.begin():
            yield connection

    def _connected(self, engine: sa.Engine) -> sa.Connection:
        """A connection. A server that answered before is awaited once: it restarts, or the network blinks."""
        until = time.monotonic() + (RETURNS_WITHIN_SECONDS if self._awaited else 0.0)
        while True:
            try:
                connection = engine.connect()
            except sa.exc.OperationalError as error:
                self._awaited = time.monotonic() < until and not _needs_a_person(error)
                if not self._awaited:
                    raise
                time.sleep(LOOK_EVERY_SECONDS)
            else:
                self._awaited = self.is_postgres
                return connection

    def now(self, connection: sa.Connection) -> datetime:
        """The time that several machines agree on: the server's clock, or this machine's for a file."""
        if not self.is_postgres:
            return datetime.now(UTC)
        microseconds = sa.func.extract("epoch", sa.func.clock_timestamp()) * 1_000_000
        return EPOCH + int(connection.execute(sa.select(microseconds)).scalar_one()) * MICROSECOND


def upsert(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
    """The row is in the table as given, inserted or changed by its primary key."""
    keys = [column.name for column in table.primary_key]
    others = {name: value for name, value in row.items() if name not in keys}
    connection.execute(_insert(connection, table).values(row).on_conflict_do_update(index_elements=keys, set_=others))


def _insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - most ledgers are files, and it takes long to import

    return postgresql.insert(table)


def rows_as_frame(connection: sa.Connection, query: sa.Select[Any]) -> pl.DataFrame:
    """The rows of a query, typed also where all are null.

    Text is String, numbers are Int64, instants Datetime("us", "UTC"), and true or false is Boolean.
    """
    wanted = {column.name: _polars_type(column.type) for column in query.selected_columns}
    raw = {name: pl.Int64() if isinstance(kind, pl.Datetime | pl.Boolean) else kind for name, kind in wanted.items()}
    plain = query.with_only_columns(*map(_text_or_number, query.selected_columns))
    parts = [pl.DataFrame(_columns_of(rows, raw)) for rows in _blocks(connection, plain)]
    return pl.concat([pl.DataFrame(schema=raw), *parts]).cast(wanted)


def _blocks(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of a query, `READ_AT_ONCE` at a time."""
    if connection.dialect.name == "postgresql":
        streamed = connection.execution_options(stream_results=True, yield_per=READ_AT_ONCE).execute(query)
        yield from streamed.partitions()
        return
    with connection.execute(query) as result:
        # The driver's own rows: to make one of SQLAlchemy's of each takes longer than SQLite takes to read it.
        yield from iter(lambda: result.cursor.fetchmany(READ_AT_ONCE), [])


def _columns_of(rows: Sequence[Sequence[Any]], schema: Mapping[str, pl.DataType]) -> list[pl.Series]:
    columns = zip(schema.items(), zip(*rows, strict=True), strict=True)
    return [pl.Series(name, cells, dtype=kind) for (name, kind), cells in columns]


def _text_or_number(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A column that both drivers give as a text or a number."""
    if isinstance(column.type, Instant):
        return sa.type_coerce(column, sa.BigInteger).label(column.name)
    return sa.cast(column, sa.Integer).label(column.name) if isinstance(column.type, sa.Boolean) else column


def _polars_type(column_type: sa.types.TypeEngine[Any]) -> pl.DataType:
    if isinstance(column_type, Instant):
        return pl.Datetime("us", "UTC")
    if isinstance(column_type, sa.Boolean):
        return pl.Boolean()
    return pl.Int64() if isinstance(column_type, sa.Integer) else pl.String()


@contextmanager
def translated(action: str) -> Iterator[None]:
    """The database's errors become ours; the address and the parameters never appear in them."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _translation(error, action) from error
    except sa.exc.StatementError as error:
        raise ValueError(str(error.orig)) from error  # a value of ours that the statement cannot hold
    except sa.exc.TimeoutError as error:
        raise TransientError(
            "all connections are in use", system="ledger", action=action, remedy="Run fewer flows at a time."
        ).worded("ledger_busy") from error


def _translation(error: sa.exc.DBAPIError, action: str) -> PasserelleError:
    # Only the first line: those after it may hold values of the row.
    text = str(error.orig).strip().partition("\n")[0]
    if any(word in text for word in _DAMAGED_WORDS):
        return damaged(text)
    if _needs_a_person(error):
        return DeniedError(
            text,
            system="ledger",
            action=action,
            remedy="Check the ledger's address, its user's rights and the space left on its disk.",
        ).worded("ledger_denied")
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return TransientError(text, system="ledger", action=action, remedy=_AWAY).worded("ledger_away")
    return UnexpectedReplyError(
        text, system="ledger", action=action, remedy="Restore the ledger from its backup if its file is damaged."
    ).worded("ledger_unreadable")


def _needs_a_person(error: sa.exc.DBAPIError) -> bool:
    text = str(error.orig)
    return any(word in text for word in DENIED_WORDS)


def _engine(url: str) -> sa.Engine:
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise _address_fault("it is not an address") from error
    if address.drivername in {"postgres", "postgresql"}:
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise _address_fault(f"the ledger does not know {address.drivername}")
    if address.get_backend_name() == "sqlite":
        _make_file(address.database)
    try:
        return sa.create_engine(address, hide_parameters=True, pool_pre_ping=address.get_backend_name() != "sqlite")
    except ModuleNotFoundError as error:
        raise _address_fault(
            "the driver of PostgreSQL is not installed", "Install passerelle with its extra: passerelle[postgres]."
        ) from error


def _address_fault(
    reason: str, remedy: str = "Write sqlite:///folder/ledger.db or postgresql://user@host/database."
) -> ConfigurationError:
    return ConfigurationError((ConfigFault("settings.toml", "ledger", reason, remedy),), action="open the ledger")


def _make_file(database: str | None) -> None:
    if not database or database == ":memory:" or database.startswith("file:"):
        raise _address_fault("the ledger must outlive the run: memory is no place for it")
    path = Path(database)
    refuse_network_drive(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds the ledger's secret; SQLite gives the files beside it the same mode
    except OSError as error:
        raise _address_fault(f"the file cannot be made: {error.strerror}", "Check the folder's rights.") from error


def _prepare_sqlite(connection: Any, _pool_entry: Any) -> None:
    connection.isolation_level = None  # else the driver begins by itself, and deferred
    for pragma in SQLITE_PRAGMAS:
        answer = connection.execute(f"pragma {pragma}").fetchone()
        if pragma == "journal_mode=wal" and answer != ("wal",):
            # SQLite stays with its former way where the file system does not let processes share memory.
            path = connection.execute("pragma database_list").fetchone()[2]
            raise no_write_ahead_log(Path(path), f"no shared memory: {answer[0]}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A deferred transaction that reads and then writes fails with "database is locked" whatever the timeout.
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _prepare_postgres(connection: Any, _pool_entry: Any) -> None:
    for setting in POSTGRES_SETTINGS:
        connection.execute(setting)
    connection.commit()
