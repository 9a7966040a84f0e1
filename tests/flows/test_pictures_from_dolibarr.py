"""The pictures that Dolibarr has of a product are the shop's, and none comes back that the shop has sent.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.import_images import import_images
from tasks.run.state import State
from tests.flows.catalogue_world import CatalogueWorld
from tests.flows.pictures import png
from tests.flows.running import final_state

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
OWNED: dict[str, Any] = {"images": {"from_erp": True}, "catalogue": {"erp_owns": ["images"]}}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        opened.write_settings(**OWNED)
        yield opened


async def brought(world: CatalogueWorld, **asked: Any) -> State:
    return await final_state(import_images, str(world.folder), **asked)


def upload(world: CatalogueWorld, reference: str, name: str, content: bytes, position: int) -> None:
    """Somebody puts a picture onto the product in Dolibarr."""
    body = {
        "filename": name,
        "modulepart": "product",
        "ref": world.called(reference),
        "filecontent": base64.b64encode(content).decode("ascii"),
        "fileencoding": "base64",
        "overwriteifexists": 1,
        "createdirifnotexists": 1,
        "position": position,
        "generateThumbs": 0,
    }
    world.rest.post("/documents/upload", json=body).raise_for_status()


def shown(world: CatalogueWorld, reference: str) -> int:
    """How many pictures a product of the shop has."""
    [row] = [row for row in world.shop.rows("products") if row["reference"] == world.called(reference)]
    return len(row.get("images", []))


async def test_pictures_of_dolibarr_are_in_the_shop_once_in_their_order(world: CatalogueWorld) -> None:
    world.make("/products", ref=world.called("LAMP"), label="Lamp", type=0, status=1)
    lamp = world.sell("LAMP")
    upload(world, "LAMP", "front.png", png(RED), 1)
    upload(world, "LAMP", "back.png", png(GREEN), 2)
    upload(world, "LAMP", f"{world.prefix}p{lamp}-7.png", png(BLUE), 3)
    await brought(world, dry_run=True)
    assert shown(world, "LAMP") == 0
    state = await brought(world)
    assert state.name == "Completed", state.message
    folder = world.folder / "images" / "erp"
    named = {path.name: path.read_bytes() for path in folder.iterdir()}
    name = world.called("LAMP")
    assert named == {f"{name}.png": png(RED), f"{name}_2.png": png(GREEN)}
    assert shown(world, "LAMP") == 2
    writes = world.shop.writes
    await brought(world, since="2026-01-01")
    assert (world.shop.writes, shown(world, "LAMP")) == (writes, 2)
    upload(world, "LAMP", "front.png", png(BLUE), 1)
    await brought(world, since="2026-01-01")
    assert (folder / f"{name}.png").read_bytes() == png(BLUE)
    assert shown(world, "LAMP") == 2
    assert world.shop.writes > writes


async def test_pictures_that_both_sides_would_send_are_refused(world: CatalogueWorld) -> None:
    world.write_settings(images={"from_erp": True})
    state = await brought(world)
    assert state.name == "Failed"
    assert "images" in (state.message or "")
