from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments.sandbox.rfe import SandboxRfe
from flows.import_files import import_files
from tasks.files import fetch as collect_fetch
from tests.campaigns.run_flow import FlowProcess, Order
from tests.flows.collect_world import SOURCE_PASSWORD, CollectWorld
from tests.flows.world import KEY_VARIABLE

STOCK = b"reference;quantity\r\nSAC1;3\r\n"


@pytest.fixture(autouse=True)
def _prefects_sockets() -> Iterator[None]:
    """Those that flows within a flow leave are collected here, where their warning is awaited, and not at the end."""
    yield
    gc.collect()


class RfeWorld(CollectWorld):
    """The files come from an exchange."""

    rfe: SandboxRfe

    def fetch_from_rfe(self, **settings: Any) -> None:
        rfe = self.rfe
        source = {"name": "cegid", "folder_id": rfe.folder_id, "container": rfe.container, "user": rfe.user}
        urls = {"sign_in_url": rfe.url, "api_url": rfe.url, "password": f"env:{SOURCE_PASSWORD}"}
        self.fetch_from("rfe", source | urls | settings)

    @property
    def asked(self) -> tuple[int, int]:
        """How many tokens and keys were asked for."""
        return self.rfe.requests["token"], self.rfe.requests["key"]


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[RfeWorld]:
    with SandboxRfe(page_size=2) as rfe, RfeWorld.at(tmp_path / "boutique") as world:
        world.rfe = rfe
        world.fetch_from_rfe()
        yield world


async def test_what_y2_exported_is_imported_and_deleted_with_one_token_and_one_key(world: RfeWorld) -> None:
    for number in range(5):
        world.rfe.put(f"stock_{number}.csv", STOCK.replace(b"3", str(number).encode()))
    state = await import_files(str(world.folder), return_state=True)
    assert state.name in {"Completed", "CompletedWithRejects"}
    assert "files: Completed, 5 files offered: 5 fetched" in (state.message or "")
    assert world.rfe.waiting() == []
    assert world.asked == (1, 1)


async def test_a_run_of_another_process_within_five_minutes_leaves_the_exchange_alone(
    world: RfeWorld, prefect_api: str
) -> None:
    await world.collect()
    environment = {KEY_VARIABLE: world.shop.key, SOURCE_PASSWORD: "sandbox"}
    ended = FlowProcess(Order("collect_files", world.folder, environment, prefect_api)).ended()
    assert ended.name == "Completed"
    assert world.asked == (1, 1)
    assert world.incidents() == [("info", "source_too_soon")]


async def test_an_exchange_that_has_too_much_is_left_alone_and_the_next_run_after_that_goes_on(
    world: RfeWorld,
) -> None:
    world.fetch_from_rfe(seconds_between=0.0)
    world.rfe.put("stock.csv", STOCK)
    world.rfe.faults.add("429", "key")
    state = await world.collect()
    assert state.name == "Failed"
    assert "10,000 files" in (state.message or "")
    assert (await world.collect()).message == "1 file offered: 1 fetched; 0 acknowledged"


def cut_downloads(world: RfeWorld, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Three files, of which the first breaks off so many times; a run tries it twice."""
    monkeypatch.setattr(collect_fetch, "PAUSES", (0.0,))
    for number in range(3):
        world.rfe.put(f"stock_{number}.csv", STOCK)
    world.rfe.faults.add("cut", "get", at=9, times=times)


async def test_a_cut_download_is_fetched_again_in_its_order_with_the_same_key(
    world: RfeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_downloads(world, monkeypatch, times=1)
    state = await world.collect()
    assert (state.name, state.message) == ("Completed", "3 files offered: 3 fetched; 0 acknowledged")
    assert world.dropped() == [f"stock/stock_{number}.csv" for number in range(3)]
    assert world.incidents() == [("retry", "source_cut")]
    assert world.asked == (1, 1)


async def test_a_download_that_is_cut_again_and_again_keeps_the_order_and_the_next_run_goes_on(
    world: RfeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_downloads(world, monkeypatch, times=2)
    state = await world.collect()
    assert state.name == "Failed"
    assert (state.message or "").startswith("3 files offered: 3 waiting")
    assert world.dropped() == []
    assert (await world.collect()).name == "Completed"
    assert world.dropped() == [f"stock/stock_{number}.csv" for number in range(3)]


async def test_no_key_of_the_exchange_is_at_rest(world: RfeWorld) -> None:
    world.rfe.put("stock.csv", STOCK)
    world.rfe.faults.add("503", "get")
    await world.collect()
    await world.collect()
    secrets = [*world.rfe._tokens, *world.rfe._keys, "sandbox"]
    assert len(secrets) > 2
    for path in world.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), path
