"""What a shop's version and languages allow decides, before anything is written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.import_products import import_products
from tasks.check.shop import check_shop
from tests.flows.flat_world import FlatWorld
from tests.flows.running import final_state
from tests.flows.world import KEY_VARIABLE, World

MakeWorld = Callable[..., World]
KEY = "PUTONLY0PUTONLY0PUTONLY0PUTONLY0"
SIGNS = "Été = soldes; n° #1"


def add_column(world: World, key: str, **flags: Any) -> None:
    """One more column of the product stream, after the others."""
    path = world.folder / "import.json"
    specs = json.loads(path.read_text(encoding="utf-8"))
    columns = specs["product"]["data"]
    columns[key] = {"index": len(columns)} | flags
    path.write_text(json.dumps(specs), encoding="utf-8")


async def run(world: World) -> Any:
    return await final_state(import_products, str(world.folder))


async def columns_found(world: World) -> list[tuple[str, str]]:
    found = [finding for finding in await check_shop(world.folder) if finding.subject == "columns"]
    return [(finding.verdict, finding.reason) for finding in found]


async def stopped(world: World, *said: str) -> None:
    """`check` and the run name the fault, and the run wrote nothing."""
    [(verdict, told)] = await columns_found(world)
    assert verdict == "error"
    world.shop.reset_counts()
    state = await run(world)
    assert state.name == "Failed"
    assert all(word in told and word in state.message for word in said), (told, state.message)
    assert world.shop.writes == 0
    assert list((world.folder / "streams").rglob("*.csv")), "the file stays where it was dropped"


async def test_a_shop_without_product_types_takes_products(make_world: MakeWorld) -> None:
    world = make_world(profile="1.7.7")
    world.drop_products({"reference": "S"}, {"reference": "C1", "reference_parent": "C", "taille": "M"})
    assert (await run(world)).name == "Completed"
    assert {row["reference"] for row in world.shop.rows("products")} == {"S", "C"}
    world.drop_products(
        {"reference": "S", "name": "Autre"}, {"reference": "C1", "reference_parent": "C", "taille": "M"}
    )
    assert (await run(world)).name == "Completed"
    assert await columns_found(world) == [("ok", "the shop has every field and language that import.json names")]


@pytest.mark.parametrize(("profile", "field"), [("9.1", "meta_keywords"), ("1.7.8", "unit_price")])
async def test_a_column_whose_field_the_shop_lacks_stops_the_run(
    make_world: MakeWorld, profile: str, field: str
) -> None:
    world = make_world(profile=profile)
    add_column(world, field)
    world.drop_products({"reference": "P"})
    await stopped(world, field, profile)


async def test_a_column_that_is_never_sent_may_name_anything(make_world: MakeWorld) -> None:
    world = make_world(profile="9.1")
    add_column(world, "meta_keywords", owner="shop")
    assert [verdict for verdict, _ in await columns_found(world)] == ["ok"]


@pytest.mark.parametrize(("profile", "verdict"), [("8.2", "error"), ("9.1", "ok")])
async def test_the_name_of_an_attribute_is_judged_by_the_shops_version(
    make_world: MakeWorld, profile: str, verdict: str
) -> None:
    world = make_world(profile=profile)
    add_column(world, "longueur", is_attribute=True, public_name="Longueur = L")
    assert [found for found, _ in await columns_found(world)] == [verdict]


async def test_two_columns_for_the_default_language_stop_the_run(make_world: MakeWorld) -> None:
    world = make_world(languages=("fr", "en"))
    world.drop_products({"reference": "P", "name": "Shirt", "nameFR": "Chemise"})
    await stopped(world, "nameFR", "name", "FR")


async def test_two_columns_of_one_text_are_harmless_while_the_rows_fill_one_of_them(make_world: MakeWorld) -> None:
    world = make_world(languages=("fr", "en"))
    world.drop_products({"reference": "P", "name": "Chemise", "nameFR": ""}, {"reference": "Q", "name": "Robe"})
    assert (await run(world)).name == "Completed"
    [(verdict, _)] = await columns_found(world)
    assert verdict == "error"


async def test_a_language_that_the_shop_lacks_stops_the_run(make_world: MakeWorld) -> None:
    world = make_world(languages=("en", "de"))
    world.drop_products({"reference": "P", "name": "Shirt", "nameFR": "Chemise"})
    await stopped(world, "nameFR", "FR", "de")


async def test_updates_that_would_empty_a_field_for_good_are_told_by_check(tmp_path: Path) -> None:
    with FlatWorld.at(tmp_path / "neuf", profile="9.1") as world:
        rights = dict.fromkeys(("customers", "languages", "configurations"), ("GET", "PUT", "POST"))
        world.shop.add_key(KEY, rights)
        os.environ[KEY_VARIABLE] = KEY
        found = [finding for finding in await check_shop(world.folder) if "secure_key" in finding.reason]
        assert [(one.subject, one.verdict, "customers" in one.remedy) for one in found] == [("rights", "error", True)]


async def test_a_language_of_no_column_gets_the_default_text_once_and_keeps_its_own(make_world: MakeWorld) -> None:
    world = make_world(languages=("en", "fr", "de"))
    world.drop_products({"reference": "P", "name": "Shirt", "nameFR": "Chemise"})
    assert (await run(world)).name == "Completed"
    [made] = world.shop.rows("products")
    assert made["name"] == {1: "Shirt", 2: "Chemise", 3: "Shirt"}
    world.shop.change("products", made["id"], {"name": made["name"] | {3: "Hemd"}})
    world.drop_products({"reference": "P", "name": "Blouse", "nameFR": "Chemisier"})
    assert (await run(world)).name == "Completed"
    assert world.shop.row("products", made["id"])["name"] == {1: "Blouse", 2: "Chemisier", 3: "Hemd"}


async def test_a_default_language_without_a_column_is_told(make_world: MakeWorld) -> None:
    world = make_world(languages=("de", "fr"))
    path = world.folder / "import.json"
    specs = json.loads(path.read_text(encoding="utf-8"))
    del specs["product"]["data"]["name"]
    path.write_text(json.dumps(specs), encoding="utf-8")
    [(verdict, told)] = await columns_found(world)
    assert (verdict, "DE" in told, "`name`" in told) == ("warning", True, True)


@pytest.mark.parametrize(("profile", "outcome"), [("8.2", "rejected"), ("9.1", "created")])
async def test_signs_in_names_are_judged_by_the_shops_version(
    make_world: MakeWorld, profile: str, outcome: str
) -> None:
    world = make_world(profile=profile)
    world.drop_products({"reference": "P", "name": SIGNS, "nameFR": SIGNS, "category1": "A & B; C"})
    await run(world)
    assert world.counts()[outcome] == 1
    names = [row["name"][1] for row in world.shop.rows("products")]
    assert names == ([SIGNS] if outcome == "created" else [])


@pytest.mark.parametrize(("profile", "kept"), [("8.2", ""), ("9.1", "03760000000017")])
async def test_a_barcode_of_fourteen_digits_is_one_since_9_1(make_world: MakeWorld, profile: str, kept: str) -> None:
    world = make_world(profile=profile)
    world.drop_products({"reference": "P", "ean13": "03760000000017"})
    await run(world)
    assert [row["ean13"] for row in world.shop.rows("products")] == [kept]


async def test_a_length_that_the_shop_names_is_the_limit(make_world: MakeWorld) -> None:
    world = make_world(profile="9.1")
    add_column(world, "unity")
    given = {"name": "Chemise", "active": "1", "price": "10.00"}
    columns = list(json.loads((world.folder / "import.json").read_text(encoding="utf-8"))["product"]["data"])
    world._drop("product", columns, [given | {"reference": "P", "unity": "x" * 256}], None)
    await run(world)
    assert world.counts()["rejected"] == 1
    assert world.shop.rows("products") == []
