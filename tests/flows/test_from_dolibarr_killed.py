"""import_images and import_products killed while they take from Dolibarr: the next run ends it, nothing is twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployments.sandbox.shop import Fault
from flows.import_images import import_images
from flows.import_products import import_products
from schemas.flows import FlowName
from tests.flows import flow_process
from tests.flows.catalogue_world import CatalogueWorld
from tests.flows.dolibarr_world import KEY_VARIABLE as ERP_KEY
from tests.flows.pictures import png
from tests.flows.running import final_state
from tests.flows.test_pictures_from_dolibarr import OWNED, upload
from tests.flows.world import KEY_VARIABLE

pytestmark = [pytest.mark.slow, pytest.mark.prefect]
_UNDER_WAY_SECONDS = 0.7
DATA = {
    "reference": {"index": 0, "object_key": True},
    "name": {"index": 1, "owner": "first-write"},
    "price": {"index": 2},
}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.at(tmp_path / "boutique") as opened:
        yield opened


def _killed_once(world: CatalogueWorld, flow: FlowName, struck: Callable[[], int]) -> None:
    before, environment = struck(), {name: os.environ[name] for name in (KEY_VARIABLE, ERP_KEY)}
    process = flow_process.start(flow, world.folder, environment)
    while process.is_alive() and struck() == before:
        time.sleep(0.001)
    process.kill()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


async def test_killed_while_a_picture_is_fetched_or_sent_each_is_in_the_shop_once(world: CatalogueWorld) -> None:
    assert world.sandbox_erp is not None
    world.write_settings(**OWNED)
    world.make("/products", ref=world.called("LAMP"), label="Lamp", type=0, status=1)
    lamp = world.sell("LAMP")
    for number, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255)), start=1):
        upload(world, "LAMP", f"{number}.png", png(colour), number)
    faults = world.sandbox_erp.faults
    faults.add("slow", "GET documents/download", after=1, seconds=_UNDER_WAY_SECONDS)
    _killed_once(world, "import_images", lambda: faults.struck)
    world.shop.faults.add(Fault("latency", "POST", "images", skip=1, seconds=_UNDER_WAY_SECONDS))
    _killed_once(world, "import_images", lambda: world.shop.faults.struck)
    state = await final_state(import_images, str(world.folder))
    assert state.name == "Completed", state.message
    assert len(world.shop.row("products", lamp)["images"]) == 3
    assert len(list((world.folder / "images" / "erp").iterdir())) == 3
    writes = world.shop.writes
    await final_state(import_images, str(world.folder), since="2026-01-01")
    assert world.shop.writes == writes


async def test_killed_while_new_items_are_read_or_made_each_is_in_the_shop_once(world: CatalogueWorld) -> None:
    assert world.sandbox_erp is not None
    world.ask_for("product", "\\Product", DATA)
    world.write_settings(guards={"min_affected": 9}, catalogue={"erp_owns": ["price"]}, products={"new_from_erp": True})
    for name in ("LAMP", "VASE", "POT"):
        world.make("/products", ref=world.called(name), label=name, type=0, status=1, price="4")
    faults = world.sandbox_erp.faults
    faults.add("slow", "GET products", seconds=_UNDER_WAY_SECONDS)
    _killed_once(world, "import_products", lambda: faults.struck)
    world.shop.faults.add(Fault("latency", "POST", "products", seconds=_UNDER_WAY_SECONDS))
    _killed_once(world, "import_products", lambda: world.shop.faults.struck)
    state = await final_state(import_products, str(world.folder))
    assert state.name == "Completed", state.message
    made = [row["reference"] for row in world.shop.rows("products") if row["reference"].startswith(world.prefix)]
    assert sorted(made) == [world.called(name) for name in ("LAMP", "POT", "VASE")]
    writes = world.shop.writes
    await final_state(import_products, str(world.folder))
    assert world.shop.writes == writes
    assert not list((world.folder / "streams").rglob("product_erp*"))
