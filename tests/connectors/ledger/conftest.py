"""Every test of the ledger runs on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.ledger import Ledger
from tests.connectors.ledger.places import Place, PostgresPlace, SqlitePlace
from tests.connectors.ledger.postgres_server import NoServerError, PostgresServer, postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    try:
        with postgres_server() as server:
            yield server
    except NoServerError as reason:
        pytest.skip(f"no PostgreSQL for the ledger's tests: {reason}")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return SqlitePlace(tmp_path, tmp_path / "snapshots")
    server: PostgresServer = request.getfixturevalue("postgres")
    return PostgresPlace(server, server.new_schema(), tmp_path / "snapshots")


@pytest.fixture
def sqlite_place(tmp_path: Path) -> SqlitePlace:
    return SqlitePlace(tmp_path, tmp_path / "snapshots")


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with Ledger.open(place.url, snapshots=place.snapshots) as opened:
        yield opened
