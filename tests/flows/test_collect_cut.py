"""A connection that breaks while files are fetched, from an SFTP server on a socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.files import fetch as collect_fetch
from tests.connectors.sftp.ssh_server import PASSWORD, USER, SshServer
from tests.flows.collect_world import SOURCE_PASSWORD, CollectWorld

NAMES = ["stock_1.csv", "stock_2.csv", "stock_3.csv"]
CONTENT = b"reference;quantity\n" + b"SAC1;3\n" * 3_000


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[SshServer]:
    root = tmp_path / "remote"
    root.mkdir()
    with SshServer(root) as server:
        for name in NAMES:
            server.put(name, CONTENT)
        yield server


@pytest.fixture
def world(
    prefect_api: str, remote: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CollectWorld]:
    monkeypatch.setattr(collect_fetch, "PAUSES", (0.0, 0.0))
    monkeypatch.setenv(SOURCE_PASSWORD, PASSWORD)
    with CollectWorld.at(tmp_path / "boutique") as world:
        who = {"name": "server", "host": "127.0.0.1", "port": remote.port, "user": USER}
        keys = {"host_keys": [remote.public_key], "password": f"env:{SOURCE_PASSWORD}", "stable_seconds": 0.0}
        world.fetch_from("sftp", who | keys)
        yield world


async def test_each_cut_is_mended_within_the_run_and_the_order_stays(world: CollectWorld, remote: SshServer) -> None:
    remote.cut_after(len(CONTENT) + 1_000)
    state = await world.collect()
    assert (state.name, state.message) == ("Completed", "3 files offered: 3 fetched; 0 acknowledged")
    assert world.dropped() == [f"stock/{name}" for name in NAMES]
    assert world.incidents() == [("retry", "source_cut")] * 2
    assert {path.read_bytes() for path in (world.folder / "streams").rglob("*.csv")} == {CONTENT}


async def test_a_server_that_cuts_every_time_is_told_and_the_next_run_goes_on(
    world: CollectWorld, remote: SshServer
) -> None:
    remote.cut_after(1_000)
    state = await world.collect()
    assert state.name == "Failed"
    assert (state.message or "").startswith("3 files offered: 3 waiting")
    assert world.dropped() == []
    assert sorted(world.incidents()) == [("error", "source_failed"), *[("retry", "source_cut")] * 2]
    remote.cut_after(None)
    assert (await world.collect()).message == "3 files offered: 3 fetched; 0 acknowledged"
    assert world.dropped() == [f"stock/{name}" for name in NAMES]
