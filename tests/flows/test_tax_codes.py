from __future__ import annotations

from tests.flows.world import World


async def test_a_tax_code_that_changed_is_noted_once_and_the_shops_rule_kept(world: World) -> None:
    world.drop_products({"reference": "A", "tax_code": "NOR"})
    await world.products()
    for noted in (1, 0):
        world.shop.reset_counts()
        world.drop_products({"reference": "A", "tax_code": "RED"})
        assert (await world.products()).name == "Completed"
        said = [one for one in world.report()["incidents"] if "tax rule" in one["reason"]]
        assert (len(said), world.shop.writes) == (noted, 0)
    assert world.product("A")["id_tax_rules_group"] == "1"
