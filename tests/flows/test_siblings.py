"""Combinations that the file does not name, when their product changes."""

from __future__ import annotations

from tests.flows.world import World


async def test_a_combination_of_no_row_that_could_not_follow_its_product_is_told(world: World) -> None:
    rows = world.dress(1)
    world.drop_products(*rows)
    await world.products()
    left_out = world.combination("ROBE0000-L")
    # A text that only a module or SQL can write, and that the shop refuses in any later write of the row.
    world.shop.change("combinations", int(left_out["id"]), {"ean13": "not a code"})
    world.drop_products(*({**row, "price": "5.00"} for row in rows[:2]))
    state = await world.products()
    told = [one for one in world.report()["incidents"] if one["level"] == "error"]
    assert [one["key"] for one in told] == ["ROBE0000"], state.message
    assert str(left_out["id"]) in told[0]["reason"]
    assert "price" in told[0]["remedy"]
    assert world.counts() == {"rows_read": 2, "updated": 2}
