from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deployments.sandbox.shop import Fault
from tests.flows.world import World


@pytest.mark.prefect
async def test_items_and_combinations_are_in_the_shop(world: World) -> None:
    world.drop_products(*world.dress(3), {"reference": "CEINTURE", "name": "Ceinture", "stocks": "4"})
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 10, "created": 10}
    dress = world.product("ROBE0001")
    assert dress["name"] == {1: "Dress 1", 2: "Robe 1"}
    assert str(dress["active"]) == "1"
    assert str(dress["state"]) == "1"
    assert world.quantity("ROBE0001-M") == 1
    assert world.quantity("CEINTURE") == 4
    categories = {str(row["id"]): row for row in world.shop.rows("categories")}
    assert "Robes" in categories[str(dress["id_category_default"])]["name"].values()


@pytest.mark.prefect
async def test_a_second_run_writes_nothing(world: World) -> None:
    rows = world.dress(5)
    world.drop_products(*rows)
    await world.products()
    world.shop.reset_counts()
    world.drop_products(*reversed(rows))
    state = await world.products()
    assert state.name == "Completed"
    assert world.counts() == {"rows_read": 15, "unchanged": 15}
    assert world.shop.writes == 0


async def test_only_the_changed_field_of_the_changed_product_is_written(world: World) -> None:
    rows = world.dress(3)
    world.drop_products(*rows)
    await world.products()
    world.shop.reset_counts()
    rows[0]["nameFR"] = rows[1]["nameFR"] = rows[2]["nameFR"] = "Robe longue"
    world.drop_products(*rows)
    await world.products()
    assert world.counts() == {"rows_read": 9, "updated": 3, "unchanged": 6}
    assert world.shop.writes == 1
    assert "Robe longue" in world.product("ROBE0000")["name"].values()


@pytest.mark.prefect
async def test_one_bad_row_does_not_stop_the_others_and_comes_back_as_a_file(world: World) -> None:
    rows = world.dress(2)
    rows[0]["price"] = "douze"
    world.drop_products(*rows)
    state = await world.products()
    assert state.name == "CompletedWithRejects"
    assert world.counts() == {"rows_read": 6, "created": 5, "rejected": 1}
    report = world.report()
    [reject] = report["rejects"]
    assert (reject["line"], reject["column"], reject["value"]) == (2, "price", "douze")
    assert reject["remedy"]
    rejects = world.folder / report["files"][0]["rejects_file"]
    text = rejects.read_text(encoding="utf-8-sig").replace("douze", "20.90")
    (world.folder / "streams" / "product_corrected.csv").write_text(text, encoding="utf-8")
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 1, "created": 1}


async def test_a_row_the_shop_refuses_is_named_in_its_own_words(world: World) -> None:
    rows = world.dress(4)
    rows[3]["description"] = rows[4]["description"] = rows[5]["description"] = "<p onclick='x()'>no</p>"
    world.drop_products(*rows)
    state = await world.products()
    counts = world.counts()
    assert state.name == "CompletedWithRejects"
    assert counts["rows_read"] == 12
    assert counts["created"] == 9
    assert counts.get("refused", 0) + counts.get("rejected", 0) == 3


async def test_busy_busy_fine_is_survived(world: World) -> None:
    world.shop.faults.add(Fault(kind="503", method="POST", path=r"/api/products", times=2))
    world.drop_products(*world.dress(2))
    assert (await world.products()).name == "Completed"
    assert len(world.shop.rows("products")) == 2


async def test_a_lost_answer_after_a_successful_write_makes_no_duplicate(world: World) -> None:
    for kind in ("500-after", "reset-after"):
        for path in ("/api/products", "/api/combinations", "/api/product_option_values", "/api/categories"):
            world.shop.faults.add(Fault(kind=kind, method="POST", path=path, times=1))
    world.drop_products(*world.dress(6))
    state = await world.products()
    assert state.name == "Completed", state.message
    for resource, field in (("products", "reference"), ("combinations", "reference")):
        found = [row[field] for row in world.shop.rows(resource)]
        assert len(found) == len(set(found))
    assert len(world.shop.rows("combinations")) == 18
    names = [tuple(row["name"].values()) for row in world.shop.rows("product_option_values")]
    assert len(names) == len(set(names))


@pytest.mark.prefect
async def test_a_refused_key_stops_the_run_at_once_with_a_remedy(world: World) -> None:
    world.shop.faults.add(Fault(kind="401", method="GET", path=r".*", times=1000))
    path = world.drop_products(*world.dress(1))
    state = await world.products()
    assert state.is_failed()
    assert "Remedy" in (state.message or "")
    assert path.exists()
    assert world.shop.writes == 0


async def test_products_that_the_shop_holds_already_are_adopted(world: World) -> None:
    world.drop_products(*world.dress(3), {"reference": "CEINTURE"})
    await world.products()
    for left in world.folder.glob("ledger.db*"):
        left.unlink()
    world.shop.reset_counts()
    world.drop_products(*world.dress(3), {"reference": "CEINTURE"}, name="product_again.csv")
    state = await world.products()
    assert state.name == "Completed", state.message
    assert world.counts() == {"rows_read": 10, "unchanged": 10}
    assert world.shop.writes == 0


async def test_what_the_merchant_enriches_survives(world: World) -> None:
    rows = world.dress(1)
    world.drop_products(*rows)
    await world.products()
    shop_id = int(world.product("ROBE0000")["id"])
    world.shop.change("products", shop_id, {"meta_title": {1: "SEO", 2: "SEO"}, "description": {1: "Long", 2: "Long"}})
    for row in rows:
        row["price"] = "33.00"
    world.drop_products(*rows)
    await world.products(accept_guard=True)
    dress = world.product("ROBE0000")
    assert dress["meta_title"] == {1: "SEO", 2: "SEO"}
    assert dress["description"] == {1: "Long", 2: "Long"}
    assert float(dress["price"]) == 33.0


async def test_closed_items_leave_the_sale(world: World) -> None:
    rows = [*world.dress(2), {"reference": "CEINTURE", "stocks": "4"}]
    world.drop_products(*rows)
    await world.products()
    rows[1]["active"] = "0"
    rows[6]["active"] = "0"
    world.drop_products(*rows, {"reference": "INCONNU", "active": "0"})
    await world.products()
    assert world.counts() == {"rows_read": 8, "unchanged": 5, "deactivated": 2, "ignored": 1}
    assert str(world.product("CEINTURE")["active"]) == "0"
    assert world.quantity(rows[1]["reference"]) == 0
    assert str(world.product("ROBE0000")["active"]) == "1"
    world.shop.reset_counts()
    world.drop_products({"reference": "INCONNU", "active": "0"}, *rows)
    await world.products()
    assert world.shop.writes == 0
    assert world.counts() == {"rows_read": 8, "unchanged": 7, "ignored": 1}


@pytest.mark.prefect
async def test_a_dry_run_writes_nothing_and_tells_every_change(world: World) -> None:
    world.drop_products(*world.dress(2))
    state = await world.products(dry_run=True)
    assert state.name == "Planned"
    assert world.shop.writes == 0
    assert world.counts() == {"rows_read": 6, "created": 6}
    report = world.report()
    assert (world.folder / report["plan_file"]).read_text(encoding="utf-8-sig").count("ROBE0001-") >= 3
    assert (await world.products()).name == "Completed"


@pytest.mark.prefect
async def test_a_guard_stops_a_run_that_would_close_the_shop(world: World) -> None:
    rows = world.dress(30)
    world.drop_products(*rows)
    await world.products()
    for row in rows:
        row["active"] = "0"
    path = world.drop_products(*rows)
    world.shop.reset_counts()
    state = await world.products()
    assert (state.name, state.is_failed()) == ("StoppedByGuard", True)
    assert world.shop.writes == 0
    assert path.exists()
    report = world.report()
    assert report["plan_total"] == len(report["plan"]) == 30
    assert report["plan"][0]["action"] == "deactivate"
    assert (world.folder / report["plan_file"]).read_text(encoding="utf-8-sig").count("deactivate") >= 30
    state = await world.products(accept_guard=True)
    assert state.name == "Completed", state.message
    assert not any(str(row["active"]) == "1" for row in world.shop.rows("products"))


async def test_a_shop_restored_from_a_backup_is_repaired_by_since(world: World) -> None:
    rows = world.dress(2)
    world.drop_products(*rows)
    await world.products()
    for product in world.shop.rows("products"):
        world.shop.change("products", int(product["id"]), {"price": "1.000000", "active": "0"})
    assert (await world.products(since="yesterday")).name == "Completed"
    assert world.counts() == {"rows_read": 6, "updated": 6}
    assert float(world.product("ROBE0000")["price"]) == 20.9
    assert str(world.product("ROBE0000")["active"]) == "1"


async def test_d3_a_shop_without_patch_is_served_the_same(make_world: Callable[..., World]) -> None:
    world = make_world(profile="1.7.8")
    rows: list[dict[str, Any]] = world.dress(2)
    world.drop_products(*rows)
    state = await world.products()
    assert state.name == "Completed", state.message
    for row in rows:
        row["price"] = "15.00"
    world.drop_products(*rows)
    state = await world.products(accept_guard=True)
    assert state.name == "Completed", state.message
    dress = world.product("ROBE0001")
    assert float(dress["price"]) == 15.0
    assert str(dress["active"]) == "1"
    assert dress["name"] == {1: "Dress 1", 2: "Robe 1"}
    world.shop.reset_counts()
    world.drop_products(*reversed(rows))
    await world.products()
    assert world.counts() == {"rows_read": 6, "unchanged": 6}
    assert world.shop.writes == 0


async def test_a_combination_of_values_that_the_product_has_already_is_refused_and_two_may_swap(world: World) -> None:
    red, blue = (
        {"reference": f"ROBE-{colour}", "reference_parent": "ROBE", "couleur": colour} for colour in ("Rouge", "Bleu")
    )
    world.drop_products(red, blue)
    await world.products()
    world.drop_products(red | {"couleur": "Bleu"}, red | {"reference": "ROBE-NEW", "couleur": "bleu"})
    await world.products()
    assert world.counts() == {"rows_read": 2, "rejected": 1, "refused": 1}
    assert len(world.shop.rows("combinations")) == 2
    world.drop_products(red | {"couleur": "Bleu"}, blue | {"couleur": "Rouge"})
    await world.products()
    assert world.counts() == {"rows_read": 2, "updated": 2}


async def test_simple_articles_that_share_a_family_are_one_product(world: World) -> None:
    """As a Sage exports them: articles alone, one column that some of them share, no row for the group."""
    articles = [
        {"reference": f"TSHIRT-{size}", "reference_parent": "TSHIRT", "name": "T-shirt", "price": price, "taille": size}
        for size, price in (("S", "10.00"), ("M", "10.00"), ("L", "12.00"))
    ]
    world.drop_products(*articles, {"reference": "MUG", "name": "Mug", "price": "7.50"})
    assert (await world.products()).name == "Completed"
    assert world.counts() == {"rows_read": 4, "created": 4}
    grouped = world.product("TSHIRT")
    assert {float(world.combination(f"TSHIRT-{size}")["price"]) for size in "SM"} == {0}
    assert float(grouped["price"]) + float(world.combination("TSHIRT-L")["price"]) == 12
    assert not [row for row in world.shop.rows("combinations") if row["id_product"] == world.product("MUG")["id"]]
