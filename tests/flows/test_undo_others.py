"""Undo of the streams beside articles, quantities, discounts and accounts; where the keys of its report lead."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from connectors.ledger import Ledger
from flows.import_product_suppliers import import_product_suppliers
from flows.import_specific_prices import import_specific_prices
from flows.import_stores import import_stores
from flows.import_suppliers import import_suppliers
from tests.flows.beginnings import Beginnings
from tests.flows.discounts import discount
from tests.flows.flat_world import FlatWorld
from tests.flows.test_items_anew import delete
from tests.flows.test_stock_items import EAN, OTHER_EAN, weight
from tests.flows.test_stock_items import _stocked as with_items
from tests.flows.test_stock_items import drop as drop_stock_items
from tests.flows.test_stores import COUNTRIES, store
from tests.flows.test_suppliers import drop, specify_suppliers
from tests.flows.test_undo import last_run, undone
from tests.flows.world import World


def rows(world: World, resource: str, besides: Collection[str] = ("date_upd", "date_add")) -> list[dict[str, Any]]:
    """Of a resource all rows, oldest first, without the dates of change."""
    return [{name: row[name] for name in row if name not in besides} for row in world.shop.rows(resource)]


def by_name(world: World) -> dict[str, dict[str, Any]]:
    return {row["name"][1]: row for row in rows(world, "stores")}


def cut_off(world: World, kind: str, *keys: str) -> None:
    """The ledger as after a run that died before it knew of these."""
    with Ledger.open(f"sqlite:///{world.folder / 'ledger.db'}") as ledger:
        ledger.forget(world.folder.name, kind, keys)


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in row if name != "id"}


async def test_stores_are_as_before_and_one_that_somebody_changed_is_left(flat_world: FlatWorld) -> None:
    world = flat_world
    (world.folder / "associations.toml").write_text(COUNTRIES, encoding="utf-8")
    world.drop("store", store("001"), store("002", city="Lyon"), store("004"))
    await world.run(import_stores)
    before = by_name(world)
    changed = (store("001", city="Nice"), store("002", active="0"), store("003"), store("004", city="Brest"))
    world.drop("store", *changed)
    await world.run(import_stores, accept_guard=True)
    run, brest = last_run(world), next(row for row in world.shop.rows("stores") if row["city"] == "Brest")
    world.shop.change("stores", int(brest["id"]), {"city": "Quimper"})
    state = await undone(world, run, accept_guard=True)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 4, "updated": 2, "deactivated": 1, "ignored": 1}
    now = by_name(world)
    assert {name: now[name] for name in before if name != "Boutique 004"} == {
        name: row for name, row in before.items() if name != "Boutique 004"
    }
    assert (now["Boutique 004"]["city"], str(now["Boutique 003"]["active"])) == ("Quimper", "0")
    world.shop.reset_counts()
    world.drop("store", *changed[:3])
    await world.run(import_stores, accept_guard=True)
    assert (world.shop.writes, world.counts()) == (0, {"rows_read": 3, "ignored": 3})


async def test_a_store_that_a_run_made_and_the_ledger_does_not_know_is_closed(flat_world: FlatWorld) -> None:
    world = flat_world
    (world.folder / "associations.toml").write_text(COUNTRIES, encoding="utf-8")
    world.drop("store", store("001"))
    assert (await world.run(import_stores)).name == "Completed"
    cut_off(world, "store", "001")
    assert [str(row["active"]) for row in world.shop.rows("stores")] == ["1"]
    state = await undone(world, accept_guard=True)
    assert state.name == "Completed", state.message
    assert [str(row["active"]) for row in world.shop.rows("stores")] == ["0"]


async def test_of_two_stores_that_are_as_a_cut_off_run_wrote_them_neither_is_closed(flat_world: FlatWorld) -> None:
    world = flat_world
    (world.folder / "associations.toml").write_text(COUNTRIES, encoding="utf-8")
    world.drop("store", store("001"), store("002"))
    assert (await world.run(import_stores)).name == "Completed"
    cut_off(world, "store", "001", "002")
    first, second = world.shop.rows("stores")
    copied = world.shop.insert("stores", _without_id(first))
    world.shop.insert("stores", _without_id(second) | {"phone": "0102030405"})
    state = await undone(world, accept_guard=True)
    assert state.name == "Completed", state.message
    assert [str(row["active"]) for row in world.shop.rows("stores")] == ["1", "0", "1", "1"]
    assert world.counts() == {"rows_read": 2, "deactivated": 1, "ignored": 1}
    [question] = [each for each in world.report()["incidents"] if each["level"] == "error"]
    assert f"{first['id']}, {copied}" in question["reason"]
    assert first["name"][1] == f"Boutique {question['key']}"


async def test_what_a_cut_off_run_did_not_get_to_send_is_not_deleted_where_a_person_has_made_it(
    flat_world: FlatWorld,
) -> None:
    world = flat_world
    specify_suppliers(world)
    world.drop_products(*world.dress(1, ("S", "M")), {"reference": "CEINTURE"})
    await world.products()
    drop(world, "supplier", {"erp_code": "F1", "name": "Boutons SA"})
    await world.run(import_suppliers)
    drop(world, "productsupplier", {"reference": "CEINTURE", "supplier": "F1", "supplier_reference": "B-77"})
    await world.run(import_product_suppliers)
    cut_off(world, "product_supplier", "CEINTURE|F1")
    of_supplier = last_run(world)
    world.drop("specificprice", discount("CEINTURE"))
    await world.run(import_specific_prices)
    cut_off(world, "specific_price", *world.links("specific_price")["erp_key"])
    for run, resource in ((last_run(world), "specific_prices"), (of_supplier, "product_suppliers")):
        before = rows(world, resource)
        state = await undone(world, run, accept_guard=True)
        assert state.name == "Completed", state.message
        assert (rows(world, resource), world.counts()) == (before, {"rows_read": 1, "ignored": 1})
        assert "did not note" in next(
            each["reason"] for each in world.report()["incidents"] if each["level"] == "error"
        )


async def test_what_hung_on_an_item_that_is_gone_is_not_made_again(flat_world: FlatWorld) -> None:
    world = flat_world
    world.specify(specificprice={"absentRows": "deactivate"})
    world.drop_products({"reference": "CEINTURE"}, {"reference": "GANT"})
    await world.products()
    world.drop("specificprice", discount("CEINTURE"), discount("GANT"), discount("GANT", from_quantity="3"))
    await world.run(import_specific_prices)
    world.drop("specificprice", discount("GANT"))
    await world.run(import_specific_prices, accept_guard=True)
    await delete(world, "products", int(world.product("CEINTURE")["id"]))
    state = await undone(world, accept_guard=True)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 2, "created": 1, "ignored": 1}
    glove = str(world.product("GANT")["id"])
    assert [str(row["id_product"]) for row in world.shop.rows("specific_prices")] == [glove, glove]


async def test_suppliers_and_what_they_call_an_item_are_as_before(flat_world: FlatWorld) -> None:
    world = flat_world
    specify_suppliers(world)
    world.write_settings(shop={"admin_url": "https://shop.example/adm"})
    world.drop_products(*world.dress(1, ("S", "M")), {"reference": "CEINTURE"})
    await world.products()
    drop(world, "supplier", {"erp_code": "F1", "name": "Boutons SA"}, {"erp_code": "F2", "name": "Fils"})
    await world.run(import_suppliers)
    button = {"reference": "CEINTURE", "supplier": "F1", "supplier_reference": "B-77", "price": "4.20"}
    drop(world, "productsupplier", button)
    await world.run(import_product_suppliers)
    suppliers = {row["id"]: row for row in rows(world, "suppliers")}
    items = rows(world, "product_suppliers")

    told = (
        {"erp_code": "F1", "name": "Boutons & Cie"},
        {"erp_code": "F2", "name": "Fils", "active": "0"},
        {"erp_code": "F3", "name": "Neuf"},
    )
    drop(world, "supplier", *told)
    await world.run(import_suppliers, accept_guard=True)
    of_suppliers = last_run(world)
    small = {"reference": "ROBE0000-S", "supplier": "F1", "supplier_reference": "R-S"}
    drop(world, "productsupplier", button | {"price": "9.99"}, small)
    await world.run(import_product_suppliers)

    state = await undone(world, accept_guard=True)
    assert state.name == "Completed", state.message
    assert rows(world, "product_suppliers") == items
    assert world.counts() == {"rows_read": 2, "updated": 1, "deactivated": 1}
    world.shop.reset_counts()
    drop(world, "productsupplier", button | {"price": "9.99"}, small)
    await world.run(import_product_suppliers)
    assert (world.shop.writes, world.counts()) == (0, {"rows_read": 2, "ignored": 2})

    state = await undone(world, of_suppliers, accept_guard=True)
    assert state.name == "Completed", state.message
    now = {row["id"]: row for row in rows(world, "suppliers")}
    assert {number: now[number] for number in suppliers} == suppliers
    assert [(now[number]["name"], str(now[number]["active"])) for number in now.keys() - suppliers] == [("Neuf", "0")]
    world.shop.reset_counts()
    drop(world, "supplier", *told)
    await world.run(import_suppliers, accept_guard=True)
    assert (world.shop.writes, world.counts()) == (0, {"rows_read": 3, "ignored": 3})


async def test_weights_and_bar_codes_of_stock_files_are_as_before(beginnings: Beginnings, tmp_path: Path) -> None:
    async with beginnings.copy(World, with_items, tmp_path) as world:
        first = [
            {"reference": "CEINTURE", "quantity": 10, "weight": "0,35", "ean13": EAN},
            {"reference": "ROBE0000-S", "quantity": 10, "weight": "0,6"},
        ]
        drop_stock_items(world, first)
        await world.stock()
        before = rows(world, "products"), rows(world, "combinations"), rows(world, "stock_availables")
        second = [
            {"reference": "CEINTURE", "quantity": 4, "weight": "0,5", "ean13": OTHER_EAN},
            {"reference": "ROBE0000-S", "quantity": 3, "weight": "0,9"},
        ]
        drop_stock_items(world, second)
        await world.stock()
        run = last_run(world)
        assert (weight(world, "ROBE0000-S"), world.product("CEINTURE")["ean13"]) == (0.9, OTHER_EAN)
        state = await undone(world, run, accept_guard=True)
        assert state.name == "Completed", state.message
        assert (rows(world, "products"), rows(world, "combinations"), rows(world, "stock_availables")) == before
        world.shop.reset_counts()
        assert (await undone(world, run, accept_guard=True)).name == "Completed"
        assert world.shop.writes == 0
        drop_stock_items(world, second)
        await world.stock()
        assert world.shop.writes == 0


async def test_keys_lead_into_the_back_office(flat_world: FlatWorld) -> None:
    world = flat_world
    specify_suppliers(world)
    world.write_settings(shop={"admin_url": "https://shop.example/adm"})
    world.drop_products(*world.dress(1, ("S", "M")), {"reference": "CEINTURE"})
    await world.products()
    of_products = last_run(world)
    belt, dress = (int(world.product(each)["id"]) for each in ("CEINTURE", "ROBE0000"))
    at = "https://shop.example/adm/index.php?controller=AdminProducts&id_product={}&updateproduct"

    await undone(world, of_products, dry_run=True)
    pages = dict(world.report()["pages"])
    assert {row["key"] for row in world.report()["plan"]} == pages.keys()
    assert pages.pop("CEINTURE") == at.format(belt)
    assert set(pages.values()) == {at.format(dress)}
    world.drop_stock({"CEINTURE": 5, "ROBE0000-M": 4})
    await world.stock()
    await undone(world, dry_run=True)
    assert world.report()["pages"] == {"CEINTURE": at.format(belt), "ROBE0000-M": at.format(dress)}
    world.drop("specificprice", discount("ROBE0000-M"))
    await world.run(import_specific_prices)
    await undone(world, dry_run=True)
    assert list(world.report()["pages"].values()) == [at.format(dress)]
    drop(world, "supplier", {"erp_code": "F1", "name": "Boutons SA"})
    await world.run(import_suppliers)
    [made] = world.shop.rows("suppliers")
    await undone(world, dry_run=True)
    own = f"https://shop.example/adm/index.php?controller=AdminSuppliers&id_supplier={made['id']}&updatesupplier"
    assert world.report()["pages"] == {"F1": own}
