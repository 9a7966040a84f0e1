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


async def test_a_file_whose_columns_moved_is_refused_until_the_merchant_accepts_them(world: World) -> None:
    world.drop_products({"reference": "SAC"})
    await world.products()
    world.drop_stock({"SAC": 8})
    await world.stock()
    moved = world.drop_stock({}, name="stock_moved.csv")
    moved.write_text("reference;reserved;quantity\nSAC;3;9\n", encoding="utf-8")
    writes = world.shop.writes
    state = await world.stock()
    assert state.name == "Failed"
    assert "quantity (index 1 → 2)" in (state.message or "")
    assert "reserved (index 1)" in (state.message or "")
    assert world.shop.writes == writes
    assert world.quantity("SAC") == 8
    again = world.drop_stock({}, name="stock_again.csv")
    again.write_text("reference;reserved\nSAC;3\n", encoding="utf-8")
    assert (await world.stock()).name == "Failed"
    again = world.drop_stock({}, name="stock_again.csv")
    again.write_text("reference;reserved\nSAC;3\n", encoding="utf-8")
    assert (await world.stock(accept_guard=True)).name == "Completed"
    assert world.quantity("SAC") == 3
    later = world.drop_stock({}, name="stock_later.csv")
    later.write_text("reference;reserved\nSAC;4\n", encoding="utf-8")
    assert (await world.stock()).name == "Completed"
    assert world.quantity("SAC") == 4
