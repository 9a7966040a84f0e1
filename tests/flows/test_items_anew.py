"""Items that were deleted in the shop and are made anew have no stock and no discount, whatever the ledger knew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.import_product_suppliers import import_product_suppliers
from flows.import_specific_prices import import_specific_prices
from flows.import_suppliers import import_suppliers
from tests.flows.flat_world import FlatWorld
from tests.flows.test_suppliers import drop, specify_suppliers

SHIRT = {"reference": "SHIRT", "name": "Shirt"}
DRESS = {"reference": "DRESS-S", "reference_parent": "DRESS", "name": "Dress", "couleur": "Bleu", "taille": "S"}
DISCOUNTS = [
    {"reference": key, "erp_code": "SALES", "reduction": "20", "type": "percent", "reduction_tax": "1"}
    for key in ("SHIRT", "DRESS-S")
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[FlatWorld]:
    with FlatWorld.at(tmp_path / "boutique") as given:
        yield given


async def delete(world: FlatWorld, resource: str, identifier: int) -> None:
    async with httpx.AsyncClient(base_url=world.shop.url, auth=(world.shop.key, "")) as merchant:
        (await merchant.delete(f"/api/{resource}/{identifier}")).raise_for_status()


async def test_a_product_made_again_gets_its_stock_and_its_discount_again(world: FlatWorld) -> None:
    world.drop_products(SHIRT, DRESS)
    world.drop_stock({"SHIRT": 5, "DRESS-S": 7})
    world.drop("specificprice", *DISCOUNTS)
    states = [await world.products(), await world.stock(), await world.run(import_specific_prices)]
    assert {state.name for state in states} == {"Completed"}
    for reference in ("SHIRT", "DRESS"):
        await delete(world, "products", int(world.product(reference)["id"]))
    world.drop_products(SHIRT | {"price": "11"}, DRESS | {"price": "11"})
    await world.products()
    assert world.counts() == {"rows_read": 2, "created": 2}
    world.drop_stock({"SHIRT": 5, "DRESS-S": 7}, name="stock_again.csv")
    assert (await world.stock()).name == "Completed"
    assert (world.quantity("SHIRT"), world.quantity("DRESS-S")) == (5, 7)
    world.drop("specificprice", *DISCOUNTS, name="specificprice_again.csv")
    assert (await world.run(import_specific_prices)).name == "Completed"
    assert {int(row["id_product"]) for row in world.shop.rows("specific_prices")} >= {
        int(world.product(reference)["id"]) for reference in ("SHIRT", "DRESS")
    }


async def test_an_item_made_again_is_what_its_supplier_calls_it_again(world: FlatWorld) -> None:
    specify_suppliers(world)
    world.drop_products(SHIRT, DRESS)
    drop(world, "supplier", {"erp_code": "F1", "name": "Tisserands"})
    items = [{"reference": key, "supplier": "F1", "supplier_reference": f"T-{key}"} for key in ("SHIRT", "DRESS-S")]
    drop(world, "productsupplier", *items)
    states = [await world.products(), await world.run(import_suppliers), await world.run(import_product_suppliers)]
    assert {state.name for state in states} == {"Completed"}
    for reference in ("SHIRT", "DRESS"):
        await delete(world, "products", int(world.product(reference)["id"]))
    world.drop_products(SHIRT | {"price": "11"}, DRESS | {"price": "11"})
    await world.products()
    drop(world, "productsupplier", *reversed(items))
    assert (await world.run(import_product_suppliers)).name == "Completed"
    assert world.counts() == {"rows_read": 2, "created": 2}
    assert {int(row["id_product"]) for row in world.shop.rows("product_suppliers")} == {
        int(world.product(reference)["id"]) for reference in ("SHIRT", "DRESS")
    }


async def test_a_product_that_the_stock_file_found_deleted_is_made_again_by_the_next_product_file(
    world: FlatWorld,
) -> None:
    world.drop_products(SHIRT, DRESS)
    world.drop_stock({"SHIRT": 5, "DRESS-S": 7})
    assert [(await world.products()).name, (await world.stock()).name] == ["Completed", "Completed"]
    for reference in ("SHIRT", "DRESS"):
        await delete(world, "products", int(world.product(reference)["id"]))
    world.drop_stock({"SHIRT": 4, "DRESS-S": 6})
    await world.stock()
    assert world.counts() == {"rows_read": 2, "ignored": 2}
    world.drop_products(SHIRT, DRESS, name="product_again.csv")
    assert (await world.products()).name == "Completed"
    assert world.counts() == {"rows_read": 2, "created": 2}
    world.drop_stock({"SHIRT": 4, "DRESS-S": 6}, name="stock_again.csv")
    await world.stock()
    assert (world.quantity("SHIRT"), world.quantity("DRESS-S")) == (4, 6)


@pytest.mark.parametrize("named_by", ["F1", "Tisserands"])
async def test_a_supplier_made_again_calls_the_items_what_it_did(world: FlatWorld, named_by: str) -> None:
    specify_suppliers(world)
    world.drop_products(SHIRT, DRESS)
    drop(world, "supplier", {"erp_code": "F1", "name": "Tisserands"}, {"erp_code": "F2", "name": "Fils"})
    items = [
        {"reference": "SHIRT", "supplier": named_by, "supplier_reference": "T-1"},
        {"reference": "DRESS-S", "supplier": "F2", "supplier_reference": "F-1"},
    ]
    drop(world, "productsupplier", *items)
    states = [await world.products(), await world.run(import_suppliers), await world.run(import_product_suppliers)]
    assert {state.name for state in states} == {"Completed"}
    former = next(int(row["id"]) for row in world.shop.rows("suppliers") if row["name"] == "Tisserands")
    await delete(world, "suppliers", former)
    drop(world, "supplier", {"erp_code": "F1", "name": "Tisserands", "description": "<p>Lin</p>"})
    await world.run(import_suppliers)
    assert world.counts() == {"rows_read": 1, "created": 1}
    drop(world, "productsupplier", *reversed(items))
    await world.run(import_product_suppliers)
    assert world.counts() == {"rows_read": 2, "updated": 1, "unchanged": 1}
    there = {int(row["id"]) for row in world.shop.rows("suppliers")}
    assert {int(row["id_supplier"]) for row in world.shop.rows("product_suppliers")} == there


async def test_a_combination_made_again_is_what_its_supplier_calls_it_again(world: FlatWorld) -> None:
    specify_suppliers(world)
    world.drop_products(DRESS, DRESS | {"reference": "DRESS-M", "taille": "M"})
    drop(world, "supplier", {"erp_code": "F1", "name": "Tisserands"})
    item = {"reference": "DRESS-S", "supplier": "F1", "supplier_reference": "T-S"}
    drop(world, "productsupplier", item)
    states = [await world.products(), await world.run(import_suppliers), await world.run(import_product_suppliers)]
    assert {state.name for state in states} == {"Completed"}
    await delete(world, "combinations", int(world.combination("DRESS-S")["id"]))
    assert world.shop.rows("product_suppliers") == []
    world.drop_products(DRESS | {"weight": "0.4"}, DRESS | {"reference": "DRESS-M", "taille": "M", "weight": "0.4"})
    await world.products()
    drop(world, "productsupplier", item | {"price": ""}, {**item, "reference": "DRESS-M"})
    assert (await world.run(import_product_suppliers)).name == "Completed"
    made = {int(row["id_product_attribute"]) for row in world.shop.rows("product_suppliers")}
    assert made == {int(world.combination(reference)["id"]) for reference in ("DRESS-S", "DRESS-M")}


async def test_a_combination_made_again_under_another_product_gets_its_stock_again(world: FlatWorld) -> None:
    other = DRESS | {"reference": "COAT-S", "reference_parent": "COAT"}
    world.drop_products(DRESS, other)
    world.drop_stock({"DRESS-S": 7})
    assert [(await world.products()).name, (await world.stock()).name] == ["Completed", "Completed"]
    await delete(world, "combinations", int(world.combination("DRESS-S")["id"]))
    world.drop_products(DRESS | {"reference_parent": "COAT", "couleur": "Rouge"}, other)
    assert (await world.products()).name == "Completed"
    world.drop_stock({"DRESS-S": 7}, name="stock_again.csv")
    assert (await world.stock()).name == "Completed"
    assert world.quantity("DRESS-S") == 7
