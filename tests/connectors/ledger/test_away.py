"""A PostgreSQL server that goes away and comes back, or does not."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from connectors.ledger import Ledger, Link
from connectors.ledger import database as database_module
from schemas.errors import TransientError
from tests.connectors.ledger.postgres_server import PostgresServer, server_or_skip

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.lasting


server = pytest.fixture(scope="module", name="server")(server_or_skip)


@pytest.fixture
def ledger(server: PostgresServer) -> Iterator[Ledger]:
    with Ledger.open(server.url_of_schema(server.new_schema())) as ledger:
        yield ledger


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses in which the server was awaited."""
    pauses: list[float] = []
    wait = time.sleep

    def sleep(seconds: float) -> None:
        if seconds == database_module.LOOK_EVERY_SECONDS:
            pauses.append(seconds)
        wait(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    return pauses


def test_a_server_that_comes_back_is_awaited(server: PostgresServer, ledger: Ledger, looks: list[float]) -> None:
    server.stop()
    starting = threading.Timer(0.6, server.start)
    starting.start()
    try:
        ledger.confirm("shop", "product", [Link("A", 1)], run_id=None)
    finally:
        starting.join()
    assert looks
    assert ledger.links("shop", "product")["erp_key"].to_list() == ["A"]


def test_a_server_that_stays_away_is_awaited_once_and_told_in_one_line(
    server: PostgresServer, ledger: Ledger, looks: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "RETURNS_WITHIN_SECONDS", 0.6)
    server.stop()
    try:
        with pytest.raises(TransientError) as caught:
            ledger.links("shop", "product")
        assert looks
        assert "\n" not in str(caught.value)
        assert "nothing that was written is written twice" in caught.value.remedy
        looks.clear()
        with pytest.raises(TransientError):
            ledger.links("shop", "product")
        assert looks == []
    finally:
        server.start()
    assert ledger.links("shop", "product").is_empty()


def test_a_server_that_never_answered_is_not_awaited(server: PostgresServer, looks: list[float]) -> None:
    server.stop()
    try:
        with pytest.raises(TransientError):
            Ledger.open(server.url())
    finally:
        server.start()
    assert looks == []
