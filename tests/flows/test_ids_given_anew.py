"""A shop restored from a backup gives the ids of what was lost to what comes next: `since` must not trust them."""

from __future__ import annotations

import pytest

from tests.flows.world import World

RECENTLY = "yesterday"


@pytest.fixture
async def restored(world: World) -> World:
    """A bag and a dress were imported and lost with a backup; the merchant has made others, under their ids."""
    world.drop_products({"reference": "SAC", "stocks": "4"}, *world.dress(1))
    assert (await world.products()).name == "Completed"
    for lost, other in (("SAC", "CHAPEAU"), ("ROBE0000", "ECHARPE")):
        names = {1: other.title(), 2: other.title()}
        world.shop.change("products", int(world.product(lost)["id"]), {"reference": other, "name": names})
    for row in world.dress(1):
        combination = world.combination(row["reference"])
        world.shop.change("combinations", int(combination["id"]), {"reference": f"ECHARPE-{row['taille']}"})
    for row in world.shop.rows("stock_availables"):
        world.shop.change("stock_availables", int(row["id"]), {"quantity": 77})
    world.shop.reset_counts()
    return world


async def test_products_are_made_again_and_those_that_bear_their_ids_are_left_alone(restored: World) -> None:
    others = {name: restored.product(name) for name in ("CHAPEAU", "ECHARPE")}
    state = await restored.products(since=RECENTLY, accept_guard=True)
    assert state.name == "Completed", state.message
    for name, before in others.items():
        assert restored.product(name)["name"] == before["name"]
        assert restored.product(name)["price"] == before["price"]
    assert restored.quantity("CHAPEAU") == 77
    assert restored.quantity("ECHARPE-S") == 77
    assert restored.quantity("SAC") == 4
    assert int(restored.combination("ROBE0000-M")["id_product"]) == int(restored.product("ROBE0000")["id"])


async def test_quantities_do_not_go_to_those_that_bear_their_ids(restored: World) -> None:
    restored.drop_stock({"SAC": 3, "ROBE0000-S": 2})
    state = await restored.stock(since=RECENTLY)
    assert state.name == "Completed", state.message
    assert restored.quantity("CHAPEAU") == 77
    assert restored.quantity("ECHARPE-S") == 77
    assert restored.counts() == {"rows_read": 2, "ignored": 2}
