"""What somebody deleted in the shop while the ERP's files stayed the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from connectors.ledger import Ledger
from tests.flows.world import World

ROWS = ({"reference": "A"}, {"reference": "B"})


async def delete(world: World, resource: str, number: str) -> None:
    async with httpx.AsyncClient(base_url=world.shop.url, auth=(world.shop.key, "")) as merchant:
        (await merchant.delete(f"/api/{resource}/{number}")).raise_for_status()
    world.shop.reset_counts()


def a_day_later(world: World) -> None:
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        ledger.set_watermark(world.folder.name, "products swept", datetime.now(UTC) - timedelta(days=1))


def references(world: World, resource: str = "products") -> list[str]:
    return sorted(row["reference"] for row in world.shop.rows(resource))


def told(world: World) -> list[str]:
    return [one["key"] for one in world.report()["incidents"] if "deleted in the shop" in one["reason"]]


async def test_a_product_deleted_in_the_shop_is_made_again_a_day_later_by_the_same_file(world: World) -> None:
    world.drop_products(*ROWS)
    await world.products()
    await delete(world, "products", world.product("A")["id"])
    world.drop_products(*ROWS)
    await world.products()
    assert (references(world), told(world)) == (["B"], [])
    a_day_later(world)
    world.drop_products(*ROWS)
    await world.products()
    assert (references(world), told(world)) == (["A", "B"], ["A"])
    assert world.counts() == {"rows_read": 2, "created": 1, "unchanged": 1}
    a_day_later(world)
    world.shop.reset_counts()
    world.drop_products(*ROWS)
    await world.products()
    assert (world.shop.writes, told(world)) == (0, [])


async def test_a_combination_sent_into_a_product_that_is_deleted_meanwhile_is_refused_and_made_by_the_next_run(
    world: World,
) -> None:
    first, more = world.dress(1, ("S", "M")), world.dress(1, ("S", "M", "L"))
    world.drop_products(*first)
    await world.products()
    at = f"{world.shop.url}/api/products/{world.product('ROBE0000')['id']}"
    world.shop.faults.meanwhile(lambda: httpx.delete(at, auth=(world.shop.key, "")), method="POST", path="combinations")
    world.drop_products(*more)
    assert (await world.products()).name == "CompletedWithRejects"
    assert "deleted on the shop" in next(
        one["reason"] for one in world.report()["rejects"] if one["key"] == "ROBE0000-L"
    )
    world.drop_products(*more)
    state = await world.products()
    assert state.name == "Completed", state.message
    number = int(world.product("ROBE0000")["id"])
    sold = [row["reference"] for row in world.shop.rows("combinations") if int(row["id_product"]) == number]
    assert sorted(sold) == ["ROBE0000-L", "ROBE0000-M", "ROBE0000-S"]


async def test_by_setting_it_is_left_away_until_the_setting_changes(world: World) -> None:
    world.write_settings(products={"deleted_in_shop": "leave"})
    world.drop_products(*ROWS)
    await world.products()
    await delete(world, "products", world.product("A")["id"])
    for price, expected in (("10.00", ["A"]), ("10.00", []), ("11.00", [])):
        a_day_later(world)
        world.drop_products({"reference": "A", "price": price}, ROWS[1])
        assert (await world.products()).name == "Completed"
        assert (references(world), told(world), world.counts().get("ignored")) == (["B"], expected, 1)
    assert world.shop.writes == 0
    world.write_settings(products={"deleted_in_shop": "recreate"})
    world.drop_products({"reference": "A", "price": "11.00"}, ROWS[1])
    await world.products()
    assert references(world) == ["A", "B"]


@pytest.mark.parametrize("left", [True, False])
async def test_a_combination_deleted_in_the_shop_is_named_by_its_product(world: World, left: bool) -> None:
    world.write_settings(products={"deleted_in_shop": "leave" if left else "recreate"})
    world.drop_products(*world.dress(1))
    await world.products()
    await delete(world, "combinations", world.combination("ROBE0000-M")["id"])
    a_day_later(world)
    world.drop_products(*world.dress(1))
    await world.products()
    assert told(world) == ["ROBE0000"]
    assert ("ROBE0000-M" in references(world, "combinations")) is not left
    assert (world.shop.writes == 0) is left


async def test_of_a_shop_that_lost_most_of_its_products_nothing_is_made_again_by_itself(world: World) -> None:
    rows = [{"reference": f"R{number:02}"} for number in range(30)]
    world.drop_products(*rows)
    await world.products()
    for product in world.shop.rows("products")[:25]:
        await delete(world, "products", product["id"])
    a_day_later(world)
    world.drop_products(*rows)
    await world.products()
    assert world.shop.writes == 0
    [said] = [one for one in world.report()["incidents"] if one["level"] == "error"]
    assert "25 of the 30" in said["reason"]
