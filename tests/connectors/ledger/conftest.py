"""Every test of the ledger runs on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.ledger import Ledger
from tests.connectors.ledger.places import Place, PostgresPlace, SqlitePlace
from tests.connectors.ledger.postgres_server import PostgresServer, server_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


postgres = pytest.fixture(scope="session", name="postgres")(server_or_skip)


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
