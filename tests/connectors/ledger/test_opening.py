from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from connectors.ledger import Ledger, Link
from connectors.ledger.database import Database
from connectors.ledger.migrate import MIGRATIONS, VERSION_TABLE, migrate, newest, revision
from connectors.ledger.tables import METADATA
from schemas.errors import ConfigurationError, DeniedError, TransientError, UnexpectedReplyError

if TYPE_CHECKING:
    from tests.connectors.ledger.places import Place, SqlitePlace
    from tests.connectors.ledger.postgres_server import PostgresServer

pytestmark = pytest.mark.lasting

REPOSITORY = Path(__file__).parents[3]
NEXT_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{before}"


def upgrade():
    op.add_column("links", sa.Column("note", sa.Text))
    {then}
"""


def test_a_ledger_keeps_its_identity_its_secret_and_its_links_when_it_is_opened_again(place: Place) -> None:
    with Ledger.open(place.url) as first:
        first.confirm("shop", "product", [Link("A", 1)], run_id="r1")
        secret, name = first.secret(), first.snapshots.ledger
    with Ledger.open(place.url) as second:
        assert (second.secret(), second.snapshots.ledger) == (secret, name)
        assert second.links("shop", "product").height == 1
    assert len(secret) == 32


def test_two_ledgers_share_no_secret(place: Place, tmp_path: Path) -> None:
    with Ledger.open(place.url) as one, Ledger.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        assert one.secret() != other.secret()
        assert one.snapshots.ledger != other.snapshots.ledger


def test_the_migrations_make_exactly_the_tables_the_code_uses(place: Place) -> None:
    database = Database(place.url)
    migrate(database)
    with database.read("compare") as connection:
        options = {"version_table": VERSION_TABLE, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
    database.close()


def test_every_revision_can_be_reached_from_the_one_before(place: Place) -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    oldest_first = [script.revision for script in scripts.walk_revisions()][::-1]
    database = Database(place.url)
    for wanted in oldest_first:
        migrate(database, to=wanted)
        with database.read("look") as connection:
            assert revision(connection) == wanted
    database.close()
    assert oldest_first[-1] == scripts.get_current_head() == newest(MIGRATIONS)


def test_a_ledger_of_an_older_revision_is_migrated_with_what_it_holds(place: Place, tmp_path: Path) -> None:
    with Ledger.open(place.url) as ledger:
        ledger.confirm("shop", "product", [Link("A", 1)], run_id="r1")
    database = Database(place.url)
    migrate(database, scripts=_scripts_with_one_more(tmp_path))
    database.close()
    assert place.ask("select erp_key, shop_id, note from links") == [("A", 1, None)]


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(place: Place, tmp_path: Path) -> None:
    with Ledger.open(place.url) as ledger:
        ledger.confirm("shop", "product", [Link("A", 1)], run_id="r1")
    database = Database(place.url)
    with pytest.raises(RuntimeError, match="half way"):
        migrate(database, scripts=_scripts_with_one_more(tmp_path, "raise RuntimeError('half way')"))
    with database.read("compare") as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
    database.close()
    with Ledger.open(place.url) as ledger:
        assert ledger.links("shop", "product").height == 1


def test_a_ledger_written_by_a_newer_version_is_refused_and_left_alone(place: Place, tmp_path: Path) -> None:
    database = Database(place.url)
    migrate(database, scripts=_scripts_with_one_more(tmp_path))
    database.close()
    with pytest.raises(ConfigurationError, match=r"newer version.*next"):
        Ledger.open(place.url)
    assert place.ask("select version_num from ledger_version") == [("next",)]


def test_several_processes_may_open_a_new_ledger_at_once(place: Place) -> None:
    script = (
        "import sys; from connectors.ledger import Ledger\n"
        "sys.stdin.readline()\n"
        "with Ledger.open(sys.argv[1]) as ledger: sys.stdout.write(ledger.secret().hex())\n"
    )
    openers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script, place.url],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for opener in openers:
        assert opener.stdin
        opener.stdin.write("go\n")
        opener.stdin.flush()
    answers = [opener.communicate(timeout=120) for opener in openers]
    assert [said for _, said in answers if said] == []
    assert len({secret for secret, _ in answers}) == 1


def test_a_ledger_stands_beside_another_program_that_uses_alembic_in_the_same_database(place: Place) -> None:
    place.ask("create table alembic_version (version_num varchar(32) not null)")
    place.ask("insert into alembic_version values ('of another program')")
    Ledger.open(place.url).close()
    assert place.ask("select version_num from alembic_version") == [("of another program",)]


def test_the_file_is_nobody_elses_business(sqlite_place: SqlitePlace) -> None:
    with Ledger.open(sqlite_place.url) as ledger:
        ledger.start_run("shop", "import_stock", {})
        modes = [path.stat().st_mode for path in sqlite_place.folder.glob("ledger.db*")]
    assert modes
    assert all(not mode & stat.S_IRWXO for mode in modes)


def test_folders_on_the_way_to_the_file_are_made(tmp_path: Path) -> None:
    Ledger.open(f"sqlite:///{tmp_path / 'a' / 'b' / 'ledger.db'}").close()
    assert (tmp_path / "a" / "b" / "ledger.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://u:hunter2@host/db",
        "no address",
        "",
        "postgresql+asyncpg://u:hunter2@h/d",
    ],
)
def test_an_address_the_ledger_cannot_live_at_is_refused_with_a_remedy(url: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Ledger.open(url)
    assert refusal.value.faults[0].remedy
    assert "hunter2" not in str(refusal.value)


def test_a_file_in_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        Ledger.open(f"sqlite:///{tmp_path / 'taken' / 'ledger.db'}")


def test_a_file_that_is_no_ledger_is_said_to_be_damaged(sqlite_place: SqlitePlace) -> None:
    sqlite_place.path.write_bytes(b"these are not the pages of a database " * 500)
    with pytest.raises(UnexpectedReplyError, match="backup"):
        Ledger.open(sqlite_place.url)


def test_a_server_that_is_away_may_come_back_and_its_password_stays_secret() -> None:
    with pytest.raises(TransientError) as failure:
        Ledger.open("postgresql://someone:hunter2@127.0.0.1:1/ledger")
    assert "hunter2" not in f"{failure.value}{failure.value.__cause__!r}"


def test_a_database_that_is_not_there_is_for_the_operator(postgres: PostgresServer) -> None:
    with pytest.raises(DeniedError, match="nowhere"):
        Ledger.open(postgres.url("nowhere"))


def _scripts_with_one_more(tmp_path: Path, then: str = "pass") -> Path:
    scripts = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    before = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    (scripts / "versions" / "next.py").write_text(NEXT_REVISION.format(before=before, then=then))
    return scripts
