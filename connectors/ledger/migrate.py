"""Brings a ledger's tables to the form this version writes, also when several processes open it at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connectors.ledger.sqlite_file import damaged
from connectors.ledger.tables import LEDGER
from schemas.errors import ConfigFault, ConfigurationError

if TYPE_CHECKING:
    from connectors.ledger.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "ledger_version"  # not alembic's default: Prefect keeps its own there, and may share the database
LOCK_KEY = 0x5041_5353_4552  # any constant: the advisory lock of PostgreSQL under which a ledger is migrated
_VERSIONS = sa.table(VERSION_TABLE)
_REVISION = re.compile(r'^revision = "(.+)"', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision = "(.+)"', re.MULTILINE)


def migrate(database: Database, *, scripts: Path = MIGRATIONS, to: str = "head") -> None:
    """The ledger is at revision `to`; a ledger written by a newer version is refused."""
    wanted = newest(scripts) if to == "head" else to
    with database.read("read the ledger's revision") as connection:
        found = revision(connection)
        if found == wanted:
            return
        if found is None and sa.inspect(connection).has_table(LEDGER.name):
            raise damaged("it holds tables of a ledger and does not say of which version")
    # alembic takes longer to import than a ledger that needs nothing takes to open.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with database.write("migrate the ledger") as connection:
        if database.is_postgres:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, to)
        except CommandError as error:
            raise _newer(revision(connection)) from error


def newest(scripts: Path) -> str:
    """The revision that no other one follows."""
    texts = [path.read_text(encoding="utf-8") for path in (scripts / "versions").glob("*.py")]
    known = {found[1] for text in texts if (found := _REVISION.search(text))}
    followed = {found[1] for text in texts if (found := _FOLLOWS.search(text))}
    return max(known - followed)


def revision(connection: sa.Connection) -> str | None:
    """The revision of a ledger; None for an empty database."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(sa.select(sa.column("version_num")).select_from(_VERSIONS)).scalar()
    return found


def _newer(found: str | None) -> ConfigurationError:
    fault = ConfigFault(
        "settings.toml",
        "ledger",
        f"the ledger was written by a newer version (its revision is {found})",
        "Install the version of passerelle that wrote it, or a later one.",
    )
    return ConfigurationError((fault,), action="open the ledger")
