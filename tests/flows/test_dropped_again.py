from __future__ import annotations

import shutil

from tests.flows.world import World


async def test_the_same_file_is_read_again_when_its_archive_was_purged(world: World) -> None:
    world.drop_stock({"SAC": 8})
    await world.stock()
    assert world.counts() == {"rows_read": 1, "ignored": 1}
    shutil.rmtree(world.folder / "archives")
    world.drop_products({"reference": "SAC"})
    await world.products()
    path = world.drop_stock({"SAC": 8})
    state = await world.stock()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "updated": 1}
    assert world.quantity("SAC") == 8
    assert not path.exists()
