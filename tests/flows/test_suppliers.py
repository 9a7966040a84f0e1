"""Suppliers, and what they call an item: once each, as the ERP says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deployments.sandbox.shop import Fault, FaultKind
from flows.import_product_suppliers import import_product_suppliers
from flows.import_suppliers import import_suppliers
from tests.flows.flat_world import FlatWorld

SUPPLIER = ("erp_code", "name", "active", "description")
ITEM = ("reference", "supplier", "supplier_reference", "price", "currency")


@pytest.fixture
def world(flat_world: FlatWorld) -> FlatWorld:
    specify_suppliers(flat_world)
    return flat_world


def specify_suppliers(world: FlatWorld) -> None:
    """The streams of suppliers and of what they call an item."""
    path = world.folder / "import.json"
    specs = json.loads(path.read_text("utf-8"))
    for name, columns, kind in (("supplier", SUPPLIER, "\\Supplier"), ("productsupplier", ITEM, "\\ProductSupplier")):
        data = {column: {"index": i} | ({"object_key": True} if i == 0 else {}) for i, column in enumerate(columns)}
        specs[name] = {"class": kind, "enabled": True, "type": "local", "data": data}
    path.write_text(json.dumps(specs), "utf-8")


def drop(world: FlatWorld, stream: str, *rows: dict[str, Any]) -> None:
    world._drop(stream, SUPPLIER if stream == "supplier" else ITEM, [dict(row) for row in rows], None)


async def test_the_shop_has_the_erps_suppliers(world: FlatWorld) -> None:
    drop(
        world,
        "supplier",
        {"erp_code": "F1", "name": "Tisserands & Fils", "active": "1", "description": "<p>Lin</p>"},
        {"erp_code": "F2", "name": "Boutons SA", "active": ""},
        {"erp_code": "F3", "name": "Fermé", "active": "0"},
    )
    state = await world.run(import_suppliers)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "created": 2, "ignored": 1}
    rows = {row["name"]: row for row in world.shop.rows("suppliers")}
    assert rows.keys() == {"Tisserands & Fils", "Boutons SA"}
    assert {int(row["active"]) for row in rows.values()} == {1}
    assert rows["Tisserands & Fils"]["description"] == {1: "<p>Lin</p>", 2: "<p>Lin</p>"}
    world.shop.reset_counts()
    drop(world, "supplier", {"erp_code": "F2", "name": "Boutons SA"}, {"erp_code": "F1", "name": "Tisserands & Fils"})
    await world.run(import_suppliers)
    assert (world.counts()["unchanged"], world.shop.writes) == (2, 0)


async def test_a_supplier_of_the_same_name_is_adopted_and_twice_the_same_name_is_told(world: FlatWorld) -> None:
    adopted = world.shop.insert("suppliers", {"name": "Boutons SA", "active": 1})
    for _ in range(2):
        world.shop.insert("suppliers", {"name": "Double", "active": 1})
    drop(
        world,
        "supplier",
        {"erp_code": "F1", "name": "BOUTONS sa"},
        {"erp_code": "F2", "name": "Double"},
        {"erp_code": "F3", "name": "Neu"},
        {"erp_code": "F4", "name": "neu"},
    )
    state = await world.run(import_suppliers)
    assert state.name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 4, "updated": 1, "created": 1, "refused": 1, "rejected": 1}
    assert world.shop.row("suppliers", adopted)["name"] == "BOUTONS sa"


async def test_a_supplier_that_is_closed_is_deactivated(world: FlatWorld) -> None:
    drop(world, "supplier", {"erp_code": "F1", "name": "Boutons SA", "active": "1"})
    await world.run(import_suppliers)
    drop(world, "supplier", {"erp_code": "F1", "name": "Boutons SA", "active": "0"})
    await world.run(import_suppliers)
    assert world.counts() == {"rows_read": 1, "deactivated": 1}
    assert [int(row["active"]) for row in world.shop.rows("suppliers")] == [0]


async def stocked(world: FlatWorld) -> dict[str, int]:
    world.drop_products(*world.dress(1, ("S", "M")), {"reference": "CEINTURE"})
    await world.products()
    drop(world, "supplier", {"erp_code": "F1", "name": "Boutons SA"})
    await world.run(import_suppliers)
    return {"by_hand": world.shop.insert("suppliers", {"name": "À la main", "active": 1})}


async def test_what_a_supplier_calls_an_item_is_in_the_shop(world: FlatWorld) -> None:
    numbers = await stocked(world)
    rows = (
        {"reference": "CEINTURE", "supplier": "F1", "supplier_reference": "B-77", "price": "4,20", "currency": "EUR"},
        {"reference": "ROBE0000-S", "supplier": "F1", "supplier_reference": "R-S"},
        {"reference": "ROBE0000-S", "supplier": "à la MAIN", "supplier_reference": "X"},
    )
    drop(world, "productsupplier", *rows)
    state = await world.run(import_product_suppliers)
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 3, "created": 3}
    made = world.shop.rows("product_suppliers")
    small = world.combination("ROBE0000-S")
    assert {(int(row["id_product_attribute"]), row["product_supplier_reference"]) for row in made} == {
        (0, "B-77"),
        (int(small["id"]), "R-S"),
        (int(small["id"]), "X"),
    }
    assert (
        float(next(row for row in made if row["product_supplier_reference"] == "B-77")["product_supplier_price_te"])
        == 4.2
    )
    assert numbers["by_hand"] in {int(row["id_supplier"]) for row in made}
    world.shop.reset_counts()
    drop(world, "productsupplier", *reversed(rows))
    await world.run(import_product_suppliers)
    assert (world.counts(), world.shop.writes) == ({"rows_read": 3, "unchanged": 3}, 0)


async def test_unknown_items_and_suppliers_are_told_and_the_others_go(world: FlatWorld) -> None:
    await stocked(world)
    drop(
        world,
        "productsupplier",
        {"reference": "CEINTURE", "supplier": "F9", "supplier_reference": "B"},
        {"reference": "NOTHING", "supplier": "F1", "supplier_reference": "B"},
        {"reference": "CEINTURE", "supplier": "F1", "supplier_reference": "B", "currency": "XXX"},
        {"reference": "ROBE0000-M", "supplier": "F1", "supplier_reference": "M"},
    )
    state = await world.run(import_product_suppliers)
    assert state.name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 4, "created": 1, "rejected": 2, "ignored": 1}
    assert {(one["column"], one["value"]) for one in world.report()["rejects"]} == {
        ("supplier", "F9"),
        ("currency", "XXX"),
    }


@pytest.mark.parametrize("kind", ["500-after", "reset-after"])
async def test_a_lost_answer_makes_nothing_twice(world: FlatWorld, kind: FaultKind) -> None:
    await stocked(world)
    world.shop.faults.add(Fault(kind=kind, method="POST", path="/api/product_suppliers", times=2))
    drop(
        world,
        "productsupplier",
        *({"reference": f"ROBE0000-{size}", "supplier": "F1", "supplier_reference": size} for size in ("S", "M")),
    )
    state = await world.run(import_product_suppliers)
    assert state.name == "Completed", state.message
    assert len(world.shop.rows("product_suppliers")) == 2
