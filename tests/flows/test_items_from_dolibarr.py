"""What Dolibarr has of an item is the shop's: weight, bar code, whether it is on sale; a new one with its texts.

With --erp-url and --erp-key on a real Dolibarr; otherwise on the sandbox.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.import_products import import_products
from tasks.run.state import State
from tests.flows.catalogue_world import CatalogueWorld
from tests.flows.running import final_state

FIRST = {"owner": "first-write"}
DATA: dict[str, Any] = {
    "reference": {"index": 0, "object_key": True},
    "reference_parent": {"index": 1, "parent_ref": True},
    "name": {"index": 2} | FIRST,
    "active": {"index": 3},
    "price": {"index": 4},
    "tax_code": {"index": 5},
    "weight": {"index": 6},
    "ean13": {"index": 7},
    "description_short": {"index": 8} | FIRST,
    "description": {"index": 9} | FIRST,
    "category1": {"index": 10, "is_category": True, "category_depth": 0} | FIRST,
    "category2": {"index": 11, "is_category": True, "category_depth": 1} | FIRST,
}
OWNED = ["price", "weight", "barcode", "on_sale"]
SETTINGS: dict[str, Any] = {"guards": {"min_affected": 9}, "catalogue": {"erp_owns": OWNED}}
NEW: dict[str, Any] = SETTINGS | {"products": {"new_from_erp": True}}


@pytest.fixture
def world(prefect_api: str, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[CatalogueWorld]:
    with CatalogueWorld.of_session(tmp_path / "boutique", pytestconfig) as opened:
        opened.ask_for("product", "\\Product", DATA)
        opened.write_settings(**NEW)
        path = opened.folder / "associations.toml"
        path.write_text(f'{path.read_text(encoding="utf-8")}\n[taxes]\n"20" = 1\n', encoding="utf-8")
        yield opened


async def brought(world: CatalogueWorld, **asked: Any) -> State:
    return await final_state(import_products, str(world.folder), **asked)


def ean() -> str:
    """A bar code that no other session has used."""
    digits = f"2{random.randrange(10**11):011d}"
    total = sum(int(each) * (3 if place % 2 else 1) for place, each in enumerate(digits))
    return f"{digits}{-total % 10}"


def there(world: CatalogueWorld, reference: str, **more: Any) -> int:
    """A product of Dolibarr."""
    body = {"label": "Lamp", "type": 0, "status": 1, "price": "4", "price_base_type": "HT", "tva_tx": "20"}
    return world.make("/products", ref=world.called(reference), **(body | more))


def here(world: CatalogueWorld) -> dict[str, dict[str, Any]]:
    """The shop's products of this test, by their references without the prefix: a real Dolibarr has others too."""
    named = {row["reference"].partition("-"): row for row in world.shop.rows("products")}
    return {name: row for (prefix, _, name), row in named.items() if prefix == world.prefix}


async def test_an_item_of_dolibarr_is_made_in_the_shop_once_and_its_texts_are_the_shops_then(
    world: CatalogueWorld,
) -> None:
    code = ean()
    texts = {"description": "<p>Short</p>", "note_public": "<p>Long</p>"}
    weight = {"weight": "350", "weight_units": -3, "barcode": code, "barcode_type": 2}
    lamp = there(world, "LAMP", **weight, **texts)
    top = world.make("/categories", label=f"Home {world.prefix}", type="product", fk_parent=0)
    below = world.make("/categories", label="Lamps", type="product", fk_parent=top)
    for category in (top, below):
        world.rest.post(f"/categories/{category}/objects/product/{lamp}").raise_for_status()
    for reference, more in (("OFF", {"status": 0}), ("SERVICE", {"type": 1}), ("FREE", {"price": "0"})):
        there(world, reference, **more)
    there(world, "BESIDE")
    there(world, "THEIRS", array_options={"options_ps_uid": f"{world.prefix}yp1"})
    world.write_settings(**NEW | {"products": {"new_from_erp": True, "new_category": f"Home {world.prefix}"}})
    await brought(world, dry_run=True)
    planned = {each["key"] for each in world.report()["plan"] if each["kind"] == "product"}
    assert (here(world), planned) == ({}, {world.called("LAMP")})
    state = await brought(world)
    assert state.is_completed(), state.message
    [(name, made)] = here(world).items()
    assert (name, made["name"][1], str(made["active"]), made["ean13"]) == ("LAMP", "Lamp", "1", code)
    assert (Decimal(made["price"]), Decimal(made["weight"])) == (Decimal(4), Decimal("0.35"))
    assert (made["description_short"][1], made["description"][1]) == ("<p>Short</p>", "<p>Long</p>")
    names = {row["id"]: (row["name"][1], row["id_parent"]) for row in world.shop.rows("categories")}
    category, parent = names[int(made["id_category_default"])]
    assert (category, names[int(parent)][0]) == ("Lamps", f"Home {world.prefix}")
    writes = world.shop.writes
    await brought(world)
    assert (world.shop.writes, list((world.folder / "streams").rglob("product_erp*"))) == (writes, [])
    changed = {"label": "Other", "description": "other", "weight": "400", "status": 0}
    world.rest.put(f"/products/{lamp}", json=changed).raise_for_status()
    await brought(world)
    made = here(world)["LAMP"]
    assert (made["name"][1], made["description_short"][1]) == ("Lamp", "<p>Short</p>")
    assert (Decimal(made["weight"]), str(made["active"])) == (Decimal("0.4"), "0")


async def test_what_the_shop_sells_follows_and_combinations_keep_what_is_their_products(world: CatalogueWorld) -> None:
    world.write_settings(**SETTINGS)
    code = ean()
    there(world, "LAMP", weight="2", weight_units=99)
    there(world, "NEW")
    there(world, "ROBE-S", weight="1.5", weight_units=0, barcode=code, barcode_type=2, description="Size: S")
    world.sell("LAMP", active=0)
    world.sizes(world.sell("ROBE", "Robe", price="4"), ("S", "ROBE-S", "0"), ("M", "ROBE-M", "0"))
    state = await brought(world)
    assert state.is_completed(), state.message
    assert here(world).keys() == {"LAMP", "ROBE"}
    lamp, robe = here(world)["LAMP"], here(world)["ROBE"]
    assert (Decimal(lamp["weight"]), str(lamp["active"]), lamp["name"][1]) == (Decimal("0.907185"), "1", "Mug")
    small, medium = world.shop.rows("combinations")
    base = Decimal(robe["weight"] or 0)
    assert (base + Decimal(small["weight"]), base + Decimal(medium["weight"] or 0)) == (Decimal("1.5"), Decimal(0))
    assert (small["ean13"], robe["name"][1]) == (code, "Robe")
    assert not any((robe.get("description_short") or {}).values())
    writes = world.shop.writes
    await brought(world)
    assert world.shop.writes == writes


async def test_a_field_that_both_sides_would_write_and_a_new_item_without_name_are_refused(
    world: CatalogueWorld,
) -> None:
    world.write_settings(**SETTINGS | {"catalogue": {"erp_owns": ["price"]}})
    state = await brought(world)
    assert state.name == "Failed"
    assert "weight" in (state.message or "")
    world.write_settings(**NEW | {"products": {"new_from_erp": True, "new_category": f"None {world.prefix}"}})
    state = await brought(world)
    assert f"None {world.prefix}" in (state.message or "")
    world.write_settings(**NEW)
    world.ask_for("product", "\\Product", {name: DATA[name] for name in ("reference", "price")})
    state = await brought(world)
    assert state.name == "Failed"
    assert "name" in (state.message or "")
