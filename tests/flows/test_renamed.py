"""An article whose reference was renamed in the ERP."""

from __future__ import annotations

import pytest

from deployments.cli import answer
from tests.flows.flat_world import FlatWorld
from tests.flows.lost import one_of
from tests.flows.world import World

EAN, OTHER = "4006381333931", "4006381333948"


def references(world: World) -> list[str]:
    return sorted(row["reference"] for row in world.shop.rows("products"))


def reject(world: World) -> tuple[str, str]:
    [found] = world.report()["rejects"]
    return found["reason"], found["remedy"]


@pytest.mark.parametrize("old", [None, {"reference": "OLD", "ean13": EAN, "active": "0"}])
@pytest.mark.parametrize("complete", one_of(True, False))
async def test_a_new_reference_with_a_known_ean_is_held_and_a_rename_keeps_the_product(
    world: World, old: dict[str, str] | None, complete: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write_specs(product={"absentRows": "deactivate"} if complete else {})
    world.drop_products({"reference": "OLD", "ean13": EAN, "stocks": "4"}, {"reference": "B"})
    await world.products()
    known = world.product("OLD")["id"]
    after = [{"reference": "NEW", "ean13": EAN, "price": "12.00", "stocks": "3"}, {"reference": "B"}]
    world.drop_products(*after, *([old] if old else []))
    assert (await world.products()).name == "CompletedWithRejects"
    reason, remedy = reject(world)
    assert "OLD" in reason
    assert "passerelle rename OLD NEW" in remedy
    assert references(world) == ["B", "OLD"]
    assert world.product("OLD")["active"] == ("0" if old else "1")
    assert await answer_of(world, "OLD", "NEW") == 0
    capsys.readouterr()
    assert references(world) == ["B", "NEW"]
    world.drop_products(*after)
    assert (await world.products()).name == "Completed"
    found = world.product("NEW")
    assert (found["id"], found["price"], found["active"]) == (known, "12.000000", "1")
    assert world.quantity("NEW") == 3
    world.shop.reset_counts()
    world.drop_products(*after)
    await world.products()
    assert world.shop.writes == 0


async def answer_of(world: World, old: str, new: str) -> int:
    from deployments.commands.rename import rename  # noqa: PLC0415 - as the command line imports it

    return int(await rename(old, new, shop=world.folder))


@pytest.mark.parametrize("complete", one_of(True, False))
async def test_a_renamed_combination_keeps_its_id_stock_and_discount(flat_world: FlatWorld, complete: bool) -> None:
    world = flat_world
    world.write_specs(product={"absentRows": "deactivate"} if complete else {})
    rows = [row | {"ean13": ean} for row, ean in zip(world.dress(1), (EAN, OTHER, ""), strict=True)]
    world.drop_products(*rows)
    await world.products()
    world.drop_stock({"ROBE0000-S": 7})
    await world.stock()
    known = world.combination("ROBE0000-S")["id"]
    renamed = [rows[0] | {"reference": "NEW-S", "stocks": ""}, *rows[1:]]
    world.drop_products(*renamed)
    await world.products()
    assert world.counts()["refused"] == 1
    assert world.quantity("ROBE0000-S") == 7
    assert await answer_of(world, "ROBE0000-S", "NEW-S") == 0
    world.drop_products(*renamed)
    assert (await world.products()).name == "Completed"
    assert (world.combination("NEW-S")["id"], world.quantity("NEW-S")) == (known, 7)
    world.shop.reset_counts()
    world.drop_stock({"NEW-S": 7})
    await world.stock()
    assert world.shop.writes == 0


async def test_two_articles_on_sale_with_one_ean_are_made_and_noted(world: World) -> None:
    world.drop_products({"reference": "A", "ean13": EAN})
    await world.products()
    world.drop_products({"reference": "A", "ean13": EAN}, {"reference": "B", "ean13": EAN})
    assert (await world.products()).name == "Completed"
    assert references(world) == ["A", "B"]
    assert [one["key"] for one in world.report()["incidents"] if "same EAN" in one["reason"]] == ["B"]


async def test_eans_that_move_between_articles_hold_nothing(world: World) -> None:
    world.drop_products({"reference": "A", "ean13": EAN})
    await world.products()
    world.drop_products({"reference": "A", "ean13": OTHER}, {"reference": "B", "ean13": EAN})
    assert (await world.products()).name == "Completed"


async def test_by_setting_the_new_reference_is_another_article(world: World) -> None:
    world.write_settings(products={"same_ean": "create"})
    world.drop_products({"reference": "A", "ean13": EAN})
    await world.products()
    world.drop_products({"reference": "B", "ean13": EAN})
    assert (await world.products()).name == "Completed"
    assert references(world) == ["A", "B"]


async def test_a_rename_that_cannot_be_meant_changes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.drop_products({"reference": "A"}, {"reference": "B"})
    await world.products()
    world.shop.change("products", int(world.product("B")["id"]), {"reference": "HAND"})
    world.shop.reset_counts()
    for old, new, words in (
        ("C", "D", "knows no"),
        ("A", "B", "already"),
        ("A", "HAND", "already"),
        ("B", "D", "another"),
    ):
        assert await answer_of(world, old, new) == 1
        assert words in capsys.readouterr().out.replace("\n", " ")
    assert world.shop.writes == 0
    assert answer(["rename", "A"]) == 2


async def test_a_row_of_a_new_parent_that_the_shop_holds_elsewhere_holds_itself_alone(world: World) -> None:
    def dress(key: str, parent: str, size: str) -> dict[str, str]:
        return {"reference": key, "reference_parent": parent, "taille": size}

    world.drop_products(dress("C1", "P1", "S"), dress("C2", "P1", "M"))
    await world.products()
    world.drop_products(dress("C1", "P2", "S"), dress("C3", "P2", "M"), dress("C2", "P1", "M"))
    assert (await world.products()).name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 3, "created": 1, "refused": 1, "unchanged": 1}
    assert int(world.combination("C3")["id_product"]) == int(world.product("P2")["id"])
    assert int(world.combination("C1")["id_product"]) == int(world.product("P1")["id"])


@pytest.mark.parametrize("named", one_of(True, False))
async def test_a_combination_that_moves_to_a_new_parent_takes_no_other_with_it(world: World, named: bool) -> None:
    def dress(key: str, parent: str, size: str) -> dict[str, str]:
        return {"reference": key, "reference_parent": parent, "taille": size}

    rows = [dress("C1", "P1", "S"), dress("C2", "P1", "M")]
    world.drop_products(*rows)
    await world.products()
    world.drop_products(dress("C1", "P2", "S"), *(rows[1:] if named else []))
    assert (await world.products()).name == "CompletedWithRejects"
    assert references(world) == ["P1"]
    world.drop_products(dress("C1", "P3", "S"), dress("C2", "P3", "M"))
    assert (await world.products()).name == "Completed"
    assert references(world) == ["P3"]


async def test_an_ean_that_several_articles_bear_holds_nothing(world: World) -> None:
    world.drop_products({"reference": "A", "ean13": EAN}, {"reference": "B", "ean13": EAN})
    await world.products()
    world.drop_products({"reference": "C", "ean13": EAN})
    assert (await world.products()).name == "Completed"
    assert references(world) == ["A", "B", "C"]
