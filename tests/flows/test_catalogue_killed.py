"""export_catalogue killed at any write: the next run ends what was begun, and nothing is there twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from decimal import Decimal
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from deployments.sandbox.dolibarr import web
from deployments.sandbox.dolibarr.faults import Fault, Faults
from tests.flows import flow_process
from tests.flows.catalogue_world import CatalogueWorld
from tests.flows.dolibarr_world import KEY_VARIABLE as ERP_KEY
from tests.flows.world import KEY_VARIABLE

MOMENTS = ((1, True), (2, True), (4, False), (5, True), (6, False), (7, True))
"""Of a new item in a new category are written: the category, the product, its price, its place in the category, its
stock, two pictures. The number of a write, and whether it is carried out before the run is killed."""


class Deadly(Faults):
    """Kills (SIGKILL) whoever writes, before a chosen write is carried out or after it."""

    def __init__(self) -> None:
        super().__init__()
        self.victim: BaseProcess | None = None
        self.writes_left = 0
        self.after = False

    def kill_at(self, victim: BaseProcess, write: int, *, after: bool) -> None:
        self.victim, self.writes_left, self.after = victim, write, after

    def take(self, operation: str) -> Fault | None:
        if self.victim is None or operation.startswith("GET "):
            return super().take(operation)
        self.writes_left -= 1
        if self.writes_left or self.after:
            return None
        self._kill()
        return Fault("reset-before", operation)

    def watch(self, _client: str, _verb: str, _path: str, _query: object, _body: object, _status: int) -> None:
        """Called once a request was carried out, before it is answered."""
        if self.victim is not None and self.after and not self.writes_left:
            self._kill()

    def _kill(self) -> None:
        assert self.victim is not None
        self.victim.kill()
        self.victim = None


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.at(tmp_path / "boutique") as opened:
        yield opened


def _begun(world: CatalogueWorld, deadly: Deadly, write: int, *, after: bool) -> None:
    environment = {name: os.environ[name] for name in (KEY_VARIABLE, ERP_KEY)}
    process = flow_process.start("export_catalogue", world.folder, environment)
    deadly.kill_at(process, write, after=after)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, f"write {write}, after={after}: not killed"


@pytest.mark.slow
@pytest.mark.prefect
async def test_killed_at_any_write_everything_is_there_once_with_its_first_quantity(
    world: CatalogueWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.sandbox_erp is not None
    world.sandbox_erp.faults = deadly = Deadly()
    monkeypatch.setattr(web, "WATCHERS", [*web.WATCHERS, deadly.watch])
    house = f"{world.prefix}-house"
    world.make("/warehouses", label=house, ref=house, statut=1)
    world.write_settings(catalogue={"first_stock": house})
    for number, (write, after) in enumerate(MOMENTS, start=1):
        robes = world.category(f"Robes {number}")
        mug = world.sell(f"MUG{number}", f"Mug {number}", quantity=number, categories=[2, robes])
        pictures = [f"{world.picture(mug, colour)}.jpg" for colour in (number, 100 + number)]
        _begun(world, deadly, write, after=after)
        state = await world.catalogue()
        assert state.name == "Completed", (write, after, state.message)
        there = world.products_there()
        stock = {name: int(Decimal(each["stock_reel"])) for name, each in there.items()}
        assert stock == {f"MUG{each}": each for each in range(1, number + 1)}, (write, after)
        assert (there[f"MUG{number}"]["price"], world.inside(f"MUG{number}")) == ("9.91667000", [f"Robes {number}"])
        assert len(world.ours("/categories")) == number
        assert [name for name, _, _ in world.pictures_there(f"MUG{number}")] == pictures
    await world.catalogue(sweep=True)
    assert (world.counts(), world.written()) == ({"rows_read": 12, "unchanged": 12}, [])
