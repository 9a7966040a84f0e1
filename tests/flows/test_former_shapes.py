from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.flows.world import World


def dress(reference: str, parent: str = "", **said: Any) -> dict[str, Any]:
    size = {"taille": reference} if parent else {}
    return {"reference": reference, "reference_parent": parent, "name": "Dress", "price": "10"} | size | said


def quantities(world: World) -> dict[int, int]:
    return {int(row["id_product_attribute"]): int(row["quantity"]) for row in world.shop.rows("stock_availables")}


async def test_the_stock_of_an_item_that_got_combinations_since_is_not_written(world: World) -> None:
    world.drop_products(dress("S1", stocks="50"))
    await world.products()
    world.drop_products(dress("S1-R", "S1", stocks="2"), dress("S1-B", "S1", stocks="3"))
    await world.products()
    world.drop_stock({"S1": 77, "S1-R": 2, "S1-B": 3})
    world.shop.reset_counts()
    assert (await world.stock()).name == "Completed"
    assert world.counts() == {"rows_read": 3, "unchanged": 2, "ignored": 1}
    assert (quantities(world)[0], world.shop.writes) == (5, 0)


async def test_what_a_refused_row_is_taken_for_in_the_shop_is_not_absent(world: World) -> None:
    world.write_specs(product={"absentRows": "deactivate"})
    names = [f"R{number}" for number in range(8)]
    world.drop_products(*map(dress, names))
    await world.products()
    world.drop_products(dress("r4"), *(dress(name) for name in names if name not in {"R4", "R7"}))
    state = await world.products(accept_guard=True)
    assert world.counts() == {"rows_read": 7, "unchanged": 6, "refused": 1}
    assert {name: world.product(name)["active"] for name in ("R4", "R7")} == {"R4": "1", "R7": "0"}
    assert "1 closed because the file no longer has them" in (state.message or "")
    assert world.report()["beyond_rows"] == {"products_gone": 1}


@pytest.mark.parametrize(
    "text", ["Size 1 < 2 > 0", "<ul><li>cotton<li>linen</ul>", "a<!-- b --><p style='color:red'>c"]
)
async def test_html_that_the_shop_cleans_is_not_written_again(world: World, text: str) -> None:
    world.drop_products(dress("H1", description=text))
    assert (await world.products()).name == "Completed"
    world.shop.reset_counts()
    await world.products(since="yesterday")
    assert (world.counts()["unchanged"], world.shop.writes) == (1, 0)


async def test_a_combination_that_moved_holds_no_other_row(world: World) -> None:
    world.drop_products(dress("C1", "P1", stocks="4"), dress("C2", "P1"), dress("C3", "P2"))
    assert (await world.products()).name == "Completed"
    moved = (dress("C1", "P2", stocks="9"), dress("C2", "P1"), dress("C3", "P2", price="12"))
    world.drop_products(*moved)
    assert (await world.products()).name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 3, "updated": 1, "unchanged": 1, "refused": 1}
    assert (float(world.product("P2")["price"]), world.quantity("C1")) == (12, 4)
    old = world.combination("C1")
    async with httpx.AsyncClient(base_url=world.shop.url, auth=(world.shop.key, "")) as merchant:
        (await merchant.delete(f"/api/combinations/{old['id']}")).raise_for_status()
    world.drop_products(*moved)
    assert (await world.products()).name == "Completed"
    assert int(world.combination("C1")["id_product"]) == int(world.product("P2")["id"])
    assert world.quantity("C1") == 9


async def test_a_file_that_moves_one_combination_renames_no_product(world: World) -> None:
    world.drop_products(dress("C1", "P1"), dress("C2", "P1"), dress("C3", "P2"))
    await world.products()
    world.drop_products(dress("C1", "P2"))
    assert (await world.products()).name == "CompletedWithRejects"
    assert {row["reference"] for row in world.shop.rows("products")} == {"P1", "P2"}
