"""A ledger's file that is damaged, half, empty, another's or in a wrong place is named as what it is."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.ledger import Ledger, Link, sqlite_file
from connectors.ledger.sqlite_file import network_drive
from schemas.error_texts import error_message
from schemas.errors import ConfigurationError, PasserelleError, UnexpectedReplyError

if TYPE_CHECKING:
    from tests.connectors.ledger.places import SqlitePlace

MOUNTS = r"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:40 / /mnt/nas rw,relatime shared:20 - nfs4 nas:/export rw,vers=4.2
41 40 8:2 / /mnt/nas/local rw - xfs /dev/sdb1 rw
42 22 0:41 / /mnt/the\040share rw - cifs //nas/share rw
43 22 0:42 / /mnt/c rw - 9p drvfs rw
44 22 0:43 / /srv rw - overlay overlay rw
45 22 0:44 / /home rw - fuse.sshfs me@host:/ rw
garbage
"""


@pytest.fixture
def filled(sqlite_place: SqlitePlace) -> Path:
    """A ledger of several thousand links, closed, whole in one file."""
    with Ledger.open(sqlite_place.url) as ledger:
        ledger.confirm("shop", "product", [Link(f"REF{n:06}", n) for n in range(5000)], run_id="r1")
    path = sqlite_place.folder / "ledger.db"
    with sqlite3.connect(path) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    return path


def refusal(url: str) -> PasserelleError:
    with pytest.raises(PasserelleError) as caught:
        Ledger.open(url)
    return caught.value


@pytest.mark.parametrize("left", [0.1, 0.5, 0.9])
def test_half_a_file_is_said_to_be_damaged(sqlite_place: SqlitePlace, filled: Path, left: float) -> None:
    content = filled.read_bytes()
    filled.write_bytes(content[: int(len(content) * left) // 4096 * 4096])
    error = refusal(sqlite_place.url)
    assert isinstance(error, UnexpectedReplyError)
    assert error.text == "ledger_damaged"
    for language, word in (("en", "backup"), ("fr", "sauvegarde")):
        assert word in error_message(error, language).remedy


@pytest.mark.parametrize("page", [1, 5, 40])
def test_a_damaged_page_is_found_before_anything_is_read_of_it(
    sqlite_place: SqlitePlace, filled: Path, page: int
) -> None:
    content = bytearray(filled.read_bytes())
    content[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    filled.write_bytes(content)
    assert refusal(sqlite_place.url).text == "ledger_damaged"


@pytest.mark.parametrize("content", [b"shop;key\n" * 1000, b"SQLite format 3\0" + b"\xff" * 5000, b"\0" * 8192])
def test_another_file_is_said_to_be_no_ledger(sqlite_place: SqlitePlace, content: bytes) -> None:
    (sqlite_place.folder / "ledger.db").write_bytes(content)
    assert refusal(sqlite_place.url).text == "ledger_damaged"


@pytest.mark.parametrize(
    "statement",
    ["drop table ledger_version", "delete from ledger_version", "delete from ledger", "drop table ledger"],
)
def test_a_ledger_that_lacks_a_part_of_itself_is_named_as_that(
    sqlite_place: SqlitePlace, filled: Path, statement: str
) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute(statement)
    connection.close()
    assert refusal(sqlite_place.url).text == "ledger_damaged"


def test_a_table_that_is_gone_is_named_when_it_is_asked_for(sqlite_place: SqlitePlace, filled: Path) -> None:
    with sqlite3.connect(filled) as connection:
        connection.execute("drop table links")
    connection.close()
    with Ledger.open(sqlite_place.url) as ledger, pytest.raises(UnexpectedReplyError) as caught:
        ledger.links("shop", "product")
    assert caught.value.text == "ledger_damaged"


def test_an_empty_file_becomes_a_ledger(sqlite_place: SqlitePlace) -> None:
    """A process that was killed before it had made the tables leaves one."""
    (sqlite_place.folder / "ledger.db").touch()
    with Ledger.open(sqlite_place.url) as ledger:
        assert ledger.links("shop", "product").is_empty()


def test_the_look_for_damage_ends_when_its_time_is_over(sqlite_place: SqlitePlace, filled: Path) -> None:
    with Ledger.open(sqlite_place.url, checked_for_seconds=-1.0) as ledger:
        assert ledger.links("shop", "product").height == 5000


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/passerelle/ledger.db", ""),
        ("/mnt/nas/boutique/ledger.db", "nfs4"),
        ("/mnt/nas/local/ledger.db", ""),
        ("/mnt/nasty/ledger.db", ""),
        ("/mnt/the share/ledger.db", "cifs"),
        ("/mnt/c/boutique/ledger.db", "9p"),
        ("/srv/boutique/ledger.db", ""),
        ("/home/me/ledger.db", "fuse.sshfs"),
    ],
)
def test_network_drives_are_known_by_the_kernel_s_mounts(path: str, kind: str) -> None:
    assert network_drive(Path(path), mounts=MOUNTS) == kind


def test_a_ledger_on_a_network_drive_is_refused_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 22 0:40 / {tmp_path} rw - nfs4 nas:/export rw\n")
    monkeypatch.setattr(sqlite_file, "MOUNTS", mounts)
    with pytest.raises(ConfigurationError) as caught:
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    [fault] = caught.value.faults
    assert "nfs4" in fault.reason
    assert "PostgreSQL" in fault.remedy
    assert not (tmp_path / "ledger.db").exists()


def test_the_file_is_its_owner_s_alone(sqlite_place: SqlitePlace) -> None:
    with Ledger.open(sqlite_place.url) as ledger:
        ledger.start_run("shop", "import_stock", {})
        modes = {path.name: path.stat().st_mode & 0o777 for path in sqlite_place.folder.glob("ledger.db*")}
    assert set(modes.values()) == {0o600}, modes
