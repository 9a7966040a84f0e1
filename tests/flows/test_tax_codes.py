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


async def test_a_tax_code_that_nobody_knows_is_told_once_for_all_products_that_have_it(world: World) -> None:
    world.drop_products({"reference": "A"}, {"reference": "B"}, {"reference": "C"})
    await world.products()
    for told in (1, 0):
        world.shop.reset_counts()
        world.drop_products(*({"reference": key, "tax_code": "NEU" if key != "C" else "NOR"} for key in "ABC"))
        assert (await world.products()).name == "Completed"
        found = [one for one in world.report()["incidents"] if "NEU" in one["reason"]]
        assert (len(found), world.shop.writes) == (told, 0)
    world.drop_products({"reference": "D", "tax_code": "NEU"})
    assert (await world.products()).name == "CompletedWithRejects"
