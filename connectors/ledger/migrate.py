"""Brings a ledger's tables to the form this version writes, also when several processes open it at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from schemas.errors import ConfigFault, ConfigurationError

if TYPE_CHECKING:
    from connectors.ledger.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "ledger_version"  # not alembic's default: Prefect keeps its own there, and may share the database
LOCK_KEY = 0x5041_5353_4552  # any constant: the advisory lock of PostgreSQL under which a ledger is migrated


def migrate(database: Database, *, scripts: Path = MIGRATIONS, to: str = "head") -> None:
    """The ledger is at revision `to`; a ledger written by a newer version is refused."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    wanted = ScriptDirectory.from_config(config).get_current_head() if to == "head" else to
    with database.read("read the ledger's revision") as connection:
        if revision(connection) == wanted:
            return
    with database.write("migrate the ledger") as connection:
        if database.is_postgres:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise _newer(revision(connection)) from error


def revision(connection: sa.Connection) -> str | None:
    """The revision of a ledger; None for an empty database."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _newer(found: str | None) -> ConfigurationError:
    fault = ConfigFault(
        "settings.toml",
        "ledger",
        f"the ledger was written by a newer version (its revision is {found})",
        "Install the version of passerelle that wrote it, or a later one.",
    )
    return ConfigurationError((fault,), action="open the ledger")
