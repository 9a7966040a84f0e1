"""What an item costs in Dolibarr is its price in the shop: of what is on sale there, by its reference.

A combination's is its product's price with its own impact.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.import_products import import_products
from tasks.run.state import State
from tests.flows.catalogue_world import CatalogueWorld
from tests.flows.running import final_state

DATA = {
    "reference": {"index": 0, "object_key": True},
    "reference_parent": {"index": 1, "parent_ref": True},
    "price": {"index": 2},
}

OWNED = {"guards": {"min_affected": 9}, "catalogue": {"erp_owns": ["price"]}}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        opened.ask_for("product", "\\Product", DATA)
        opened.write_settings(**OWNED)
        yield opened


async def brought(world: CatalogueWorld, **asked: Any) -> State:
    return await final_state(import_products, str(world.folder), **asked)


def priced(world: CatalogueWorld, reference: str, price: str) -> int:
    """A product of Dolibarr at this price without tax, of which the creation keeps the cents."""
    ref = world.called(reference)
    id_ = world.make("/products", ref=ref, label=ref, type=0, status=1, tva_tx="20")
    world.rest.put(f"/products/{id_}", json={"price": price, "price_base_type": "HT"}).raise_for_status()
    return id_


def shown(world: CatalogueWorld) -> dict[str, tuple[Decimal, str]]:
    """Price without tax and whether it is on sale, of each product."""
    rows = {row["reference"].partition("-")[2]: row for row in world.shop.rows("products")}
    return {name: (Decimal(row["price"]), str(row["active"])) for name, row in rows.items()}


async def test_prices_of_products_on_sale_follow_those_of_dolibarr(world: CatalogueWorld) -> None:
    mug = priced(world, "MUG", "7.12345")
    for reference, price in (("OFF", "3"), ("NEW", "4"), ("FREE", "0")):
        priced(world, reference, price)
    world.sell("MUG", price="9")
    world.sell("OFF", price="9", active=0)
    world.sell("FREE", price="9")
    state = await brought(world)
    assert state.name == "Completed", state.message
    nine = Decimal(9)
    assert {name: shown(world)[name] for name in ("MUG", "OFF", "FREE")} == {
        "MUG": (Decimal("7.12345"), "1"),
        "OFF": (nine, "0"),
        "FREE": (nine, "1"),
    }
    assert "NEW" not in shown(world)
    writes = world.shop.writes
    await brought(world)
    assert (world.shop.writes, list((world.folder / "streams").rglob("product_erp*"))) == (writes, [])
    world.rest.put(f"/products/{mug}", json={"price": "8", "price_base_type": "HT"}).raise_for_status()
    state = await brought(world)
    assert (state.name, shown(world)["MUG"][0], world.shop.writes) == ("Completed", Decimal(8), writes + 1)


def paid(world: CatalogueWorld) -> dict[str, Decimal]:
    """What each combination costs in the shop without tax: its product's price and its own impact."""
    base = {row["id"]: Decimal(row["price"]) for row in world.shop.rows("products")}
    rows = world.shop.rows("combinations")
    return {row["reference"].partition("-")[2]: base[int(row["id_product"])] + Decimal(row["price"]) for row in rows}


async def test_prices_of_combinations_follow_those_of_dolibarr(world: CatalogueWorld) -> None:
    small = priced(world, "ROBE-S", "20.12345")
    for reference, price in (("ROBE", "19"), ("ROBE-L", "25"), ("OFF-S", "3"), ("BARE-S", "4")):
        priced(world, reference, price)
    robe = world.sell("ROBE", price="9")
    world.sizes(robe, ("S", "ROBE-S", "0"), ("M", "ROBE-M", "1.5"), ("L", "ROBE-L", "-1"))
    world.sizes(world.sell("OFF", price="9", active=0), ("S", "OFF-S", "0"))
    world.sizes(world.sell("", price="9"), ("S", "BARE-S", "0"))
    state = await brought(world)
    assert state.is_completed(), state.message
    told = {"ROBE-S": Decimal("20.12345"), "ROBE-M": Decimal("10.5"), "ROBE-L": Decimal(25)}
    nine = {"OFF-S": Decimal(9), "BARE-S": Decimal(9)}
    assert paid(world) == told | nine
    assert world.left_behind() == {world.called("BARE-S"): "erp_combination_without_parent"}
    writes = world.shop.writes
    await brought(world)
    assert (world.shop.writes, list((world.folder / "streams").rglob("product_erp*"))) == (writes, [])
    world.rest.put(f"/products/{small}", json={"price": "25", "price_base_type": "HT"}).raise_for_status()
    await brought(world)
    assert paid(world) == told | nine | {"ROBE-S": Decimal(25)}


async def test_a_plan_writes_nothing_prices_may_be_those_with_tax_and_each_has_one_owner(world: CatalogueWorld) -> None:
    mug = priced(world, "MUG", "7")
    world.sell("MUG", price="9")
    state = await brought(world, dry_run=True)
    assert state.is_completed(), state.message
    assert shown(world)["MUG"][0] == 9
    world.write_settings(**OWNED, products={"prices": "tax_incl"})
    await brought(world)
    assert shown(world)["MUG"][0] == 7
    world.rest.put(f"/products/{mug}", json={"price": "8", "price_base_type": "HT"}).raise_for_status()
    world.write_settings(guards={"min_affected": 9})
    state = await brought(world)
    assert "erp_owns" in (state.message or "")
    assert shown(world)["MUG"][0] == 7


async def test_the_price_of_another_items_product_is_not_taken(world: CatalogueWorld) -> None:
    mug = priced(world, "MUG", "7")
    world.sell("MUG", price="9")
    guard = {"array_options": {"options_ps_uid": f"{world.prefix}p999"}}
    world.rest.put(f"/products/{mug}", json=guard).raise_for_status()
    await brought(world)
    assert shown(world)["MUG"][0] == 9
    assert world.left_behind() == {world.called("MUG"): "erp_item_of_other"}


async def test_columns_that_dolibarr_does_not_tell_are_refused(world: CatalogueWorld) -> None:
    path = world.folder / "import.json"
    imports = json.loads(path.read_text(encoding="utf-8"))
    imports["product"]["data"]["weight"] = {"index": 3, "blank": "clear"}
    path.write_text(json.dumps(imports), encoding="utf-8")
    state = await brought(world)
    assert state.name == "Failed"
    assert "weight" in (state.message or "")


async def test_a_price_is_written_with_the_decimal_mark_of_the_stream(world: CatalogueWorld) -> None:
    path = world.folder / "import.json"
    imports = json.loads(path.read_text(encoding="utf-8"))
    imports["product"]["decimalMark"] = ","
    path.write_text(json.dumps(imports), encoding="utf-8")
    priced(world, "MUG", "7.125")
    world.sell("MUG", price="9")
    await brought(world, accept_guard=True)
    assert shown(world)["MUG"] == (Decimal("7.125"), "1")
