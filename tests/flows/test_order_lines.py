"""What lines of orders owe to the ERP: its markdown codes, its items, and what a product was personalised with."""

from __future__ import annotations

from typing import Any

import pytest

from flows.import_specific_prices import import_specific_prices
from tests.flows.flat_world import FlatWorld
from tests.flows.order_world import OrderWorld


class SaleWorld(OrderWorld, FlatWorld):
    """A shop whose items and discounts come from the ERP, and whose orders go there."""


@pytest.fixture
async def world(order_world: OrderWorld) -> SaleWorld:
    """Two dresses of the ERP in three sizes at 20.90 and 21.90, and a mug that the shop added itself."""
    sale = order_world
    sale.__class__ = SaleWorld
    assert isinstance(sale, SaleWorld)
    sale.specify()
    associations = sale.folder / "associations.toml"
    associations.write_text(associations.read_text("utf-8") + "[taxes]\nNOR = 1\n", "utf-8")
    sale.drop_products(*sale.dress(2))
    state = await sale.products()
    assert state.name == "Completed", state.message
    sale.shop.insert("products", {"reference": "MUG", "name": {"1": "Mug", "2": "Mug"}, "price": "10"})
    return sale


def of_item(world: SaleWorld, reference: str, **more: Any) -> dict[str, Any]:
    """What an order's line says of its product."""
    combination = next((row for row in world.shop.rows("combinations") if row["reference"] == reference), None)
    if combination is None:
        return {"product_id": world.product(reference)["id"], "product_attribute_id": 0} | more
    return {"product_id": combination["id_product"], "product_attribute_id": combination["id"]} | more


def sent(world: SaleWorld, order: int) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = world.document(order)["Lines"]
    return lines


async def discounts(world: SaleWorld, *rows: dict[str, str]) -> None:
    given = {"erp_code": "SOLDES", "reduction": "20", "type": "%", "reduction_tax": "1"}
    world.drop("specificprice", *(given | row for row in rows))
    state = await world.run(import_specific_prices)
    assert state.name == "Completed", state.message


async def test_a_discount_of_the_erp_goes_back_under_its_own_code_and_one_made_in_the_shop_under_the_default(
    world: SaleWorld,
) -> None:
    await discounts(world, {"reference": "ROBE0000-S"})
    world.shop.insert(
        "specific_prices",
        {
            "id_product": world.product("MUG")["id"],
            "price": "-1",
            "reduction": "0.1",
            "reduction_type": "percentage",
            "from_quantity": 1,
            "from": "0000-00-00 00:00:00",
            "to": "0000-00-00 00:00:00",
        },
    )
    order = world.place(
        ("ROBE0000-S", 1, "20.06"),
        ("ROBE0001-M", 1, "26.28"),
        ("MUG", 2, "10.80"),
        reductions={
            1: of_item(world, "ROBE0000-S", reduction_percent="20.00"),
            2: of_item(world, "ROBE0001-M"),
            3: of_item(world, "MUG", reduction_percent="10.00"),
        },
    )
    state = await world.orders()
    assert state.name == "Completed", state.message
    lines = sent(world, order)
    assert [line.get("DiscountTypeId") for line in lines] == ["SOLDES", None, "WEBREM"]
    assert str(lines[0]["UnitPrice"]) == "25.08"


async def test_a_new_price_of_the_erp_goes_back_under_its_code_with_what_the_item_cost_before(world: SaleWorld) -> None:
    await discounts(world, {"reference": "ROBE0000-S", "reduction": "", "price": "15,00", "erp_code": "PROMO"})
    order = world.place(
        ("ROBE0000-S", 1, "18.00"),
        reductions={1: of_item(world, "ROBE0000-S", unit_price_tax_excl="15.000000")},
    )
    await world.orders()
    [line] = sent(world, order)
    assert line["DiscountTypeId"] == "PROMO"
    assert (str(line["NetUnitPrice"]), str(line["UnitPrice"])) == ("18.00", "25.08")


async def test_a_shop_without_discounts_of_the_erp_is_not_asked_for_its_prices(world: SaleWorld) -> None:
    world.place(("ROBE0000-S", 1, "25.08"), reductions={1: of_item(world, "ROBE0000-S")})
    world.shop.reset_counts()
    await world.orders()
    assert world.shop.count(path=r"/api/specific_prices") == 0


async def test_an_item_that_did_not_come_from_the_erp_is_what_the_setting_says(world: SaleWorld) -> None:
    def order() -> int:
        lines = {1: of_item(world, "MUG"), 2: of_item(world, "ROBE0000-S")}
        return world.place(("MUG", 1, "12.00"), ("ROBE0000-S", 1, "25.08"), reductions=lines)

    first = order()
    await world.orders()
    assert [line["ItemIdentifier"]["Reference"] for line in sent(world, first)] == ["MUG", "ROBE0000-S"]
    world.write_settings(erp={"unknown_items": "misc"})
    second = order()
    await world.orders()
    assert [line["ItemIdentifier"]["Reference"] for line in sent(world, second)] == ["DIVERS", "ROBE0000-S"]
    world.write_settings(erp={"unknown_items": "hold"})
    held = order()
    state = await world.orders()
    assert state.name == "CompletedWithRejects"
    assert world.deliveries()[str(held)] == "held"
    assert "MUG" in world.incidents()[0]["reason"]


async def test_a_hundred_orders_cost_as_many_requests_as_one(world: SaleWorld) -> None:
    await discounts(world, {"reference": "ROBE0000-S"})
    asked = []
    for orders in (1, 40):
        for _ in range(orders):
            world.place(("ROBE0000-S", 1, "25.08"), reductions={1: of_item(world, "ROBE0000-S")})
        await world.orders()
        asked.append(world.report()["requests"]["reads_per_hundred_orders"])
    assert asked[0] == asked[1] > 0
    page = max((world.folder / "reports").glob("2*.html"), key=lambda path: path.stat().st_mtime_ns)
    assert f"{asked[1]} reads per hundred orders" in page.read_text("utf-8")


async def test_what_a_product_was_personalised_with_is_the_comment_of_its_line(world: SaleWorld) -> None:
    engraved = world.shop.insert(
        "customizations",
        {
            "id_cart": 1,
            "id_product": world.product("MUG")["id"],
            "quantity": 1,
            "in_cart": 1,
            "customized_data_text_fields": [(1, "Pour Zoé"), (2, "12 mai")],
        },
    )
    order = world.place(
        ("MUG", 1, "12.00"),
        ("ROBE0000-S", 1, "25.08"),
        reductions={1: of_item(world, "MUG", id_customization=engraved), 2: of_item(world, "ROBE0000-S")},
    )
    await world.orders()
    assert [line.get("Comment") for line in sent(world, order)] == ["Pour Zoé\n12 mai", None]
