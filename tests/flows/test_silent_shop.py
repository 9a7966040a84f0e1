"""A shop whose database fails in silence: an empty list where there is something is never acted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.sandbox.shop import Fault
from tasks.check.shop import check_shop
from tests.flows.lost import one_of
from tests.flows.world import World


@pytest.fixture
def silent(prefect_api: str, tmp_path: Path) -> Iterator[World]:
    """A PrestaShop 8.2 under PHP 7."""
    with World.at(tmp_path / "shop", php=7) as world:
        yield world


@pytest.mark.parametrize(
    "path",
    [
        "/api/products.*filter.reference",
        *one_of(
            "/api/categories",
            "/api/combinations.*filter.id_product",
            "/api/manufacturers",
            "/api/product_options",
            "/api/product_option_values",
            "/api/product_features",
            "/api/tax_rules",
        ),
    ],
)
async def test_a_query_that_fails_in_silence_makes_nothing_twice(silent: World, path: str) -> None:
    silent.drop_products(*silent.dress(3), {"reference": "CEINTURE", "name": "Ceinture"})
    await silent.products()
    before = silent.shop.snapshot()
    (silent.folder / "ledger.db").unlink()
    silent.shop.faults.add(Fault("sql-failure", method="GET", path=path, times=2))
    silent.drop_products(*silent.dress(3), {"reference": "CEINTURE", "name": "Ceinture"})
    state = await silent.products()
    assert state.name == "Completed", state.message
    assert silent.counts() == {"rows_read": 10, "unchanged": 10}
    assert silent.shop.snapshot() == before
    assert silent.shop.faults.struck == 2


async def test_a_known_product_that_is_not_listed_once_is_not_made_again(silent: World) -> None:
    rows = silent.dress(2)
    silent.drop_products(*rows)
    await silent.products()
    for row in rows:
        row["price"] = "39.90"
    silent.drop_products(*rows)
    silent.shop.faults.add(Fault("sql-failure", method="GET", path="/api/products.*filter.id", times=3))
    state = await silent.products()
    assert state.name == "Completed", state.message
    assert silent.counts() == {"rows_read": 6, "updated": 6}
    assert len(silent.shop.rows("products")) == 2
    assert len(silent.shop.rows("combinations")) == 6


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("path", ["/api/products", "/api/combinations"])
async def test_a_write_that_a_lock_keeps_out_for_a_moment_is_made_once(silent: World, method: str, path: str) -> None:
    rows = silent.dress(2)
    if method == "PATCH":
        silent.drop_products(*rows)
        await silent.products()
        for row in rows:
            row["price"], row["ean13"] = "39.90", ""
    silent.drop_products(*rows)
    silent.shop.faults.add(Fault("sql-failure-write", method=method, path=path, times=2))
    state = await silent.products()
    assert state.name == "Completed", state.message
    assert len(silent.shop.rows("products")) == 2
    assert len(silent.shop.rows("combinations")) == 6


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_a_lock_on_the_texts_while_a_price_is_written_empties_none(
    prefect_api: str, tmp_path: Path, method: str
) -> None:
    with World.at(tmp_path / "shop", php=7, profile="8.2" if method == "PATCH" else "1.7.8") as world:
        row = {"reference": "CEINTURE", "name": "Ceinture", "description": "<p>En cuir</p>", "price": "9.90"}
        world.drop_products(row)
        await world.products()
        [before] = world.shop.rows("products")
        world.drop_products(row | {"price": "12.90"})
        world.shop.faults.add(Fault("sql-failure-inside", method=method, path="/api/products", times=None))
        state = await world.products()
        assert state.name == "Completed", state.message
        assert world.shop.faults.struck > 0
        [after] = world.shop.rows("products")
        assert (after["name"], after["description"]) == (before["name"], before["description"])
        assert after["price"] != before["price"]
        assert after["name"][1] == "Ceinture"


@pytest.mark.parametrize("profile", ["8.2", "1.7.8"])
@pytest.mark.parametrize("resource", ["products", "combinations"])
async def test_what_is_made_without_its_row_of_the_shop_is_completed_and_not_made_again(
    prefect_api: str, tmp_path: Path, profile: str, resource: str
) -> None:
    with World.at(tmp_path / "shop", php=7, profile=profile) as world:
        rows = world.dress(2)
        world.drop_products(*rows)
        world.shop.faults.add(Fault("sql-failure-shop-row", method="POST", path=f"/api/{resource}", times=1))
        state = await world.products()
        assert (state.name, world.shop.faults.struck) == ("Completed", 1), state.message
        made = [len(world.shop.rows(name)) for name in ("products", "combinations")]
        assert made == [2, 6]
        (world.folder / "ledger.db").unlink()
        world.drop_products(*rows)
        await world.products()
        assert world.counts() == {"rows_read": 6, "unchanged": 6}
        assert [len(world.shop.rows(name)) for name in ("products", "combinations")] == made


async def test_texts_that_are_locked_as_they_are_read_for_a_put_are_read_again(
    prefect_api: str, tmp_path: Path
) -> None:
    with World.at(tmp_path / "shop", profile="1.7.8") as world:
        world.drop_products({"reference": "CEINTURE", "name": "Ceinture", "price": "9.90"})
        await world.products()
        [before] = world.shop.rows("products")
        world.drop_products({"reference": "CEINTURE", "name": "Ceinture", "price": "12.90"})
        world.shop.faults.add(Fault("sql-failure-inside", method="GET", path="/api/products.*display=full", times=1))
        state = await world.products()
        assert (state.name, world.shop.faults.struck) == ("Completed", 1)
        [after] = world.shop.rows("products")
        assert (after["name"], after["price"] != before["price"]) == (before["name"], True)


async def test_stock_of_a_product_that_is_not_listed_once_is_written(silent: World) -> None:
    silent.drop_products({"reference": "CEINTURE", "name": "Ceinture"})
    await silent.products()
    silent.shop.faults.add(Fault("sql-failure", method="GET", path="/api/(products|stock_availables)", times=2))
    silent.drop_stock({"CEINTURE": 7})
    state = await silent.stock()
    assert state.name == "Completed", state.message
    assert silent.quantity("CEINTURE") == 7


async def test_a_shop_that_says_nothing_for_a_moment_is_not_taken_for_one_without_combinations(silent: World) -> None:
    silent.drop_products({"reference": "CEINTURE", "name": "Ceinture"})
    await silent.products()
    silent.drop_stock({"CEINTURE": 7})
    await silent.stock()
    belt = int(silent.product("CEINTURE")["id"])
    silent.shop.reset_counts()
    silent.shop.insert("combinations", {"id_product": belt, "reference": "CEINTURE-90", "quantity": 4})
    silent.shop.faults.add(Fault("sql-failure", method="GET", path="/api/stock_availables.*sort=.*attribute", times=1))
    silent.drop_stock({"CEINTURE": 8})
    await silent.stock()
    assert silent.counts() == {"rows_read": 1, "ignored": 1}
    assert silent.shop.faults.struck == 1
    assert silent.shop.writes == 0


async def test_check_names_the_silence_in_the_shop_s_language(silent: World) -> None:
    silent.write_settings(shop={"language": "fr"})
    findings = [finding for finding in await check_shop(silent.folder) if finding.subject == "database"]
    assert [(finding.verdict, "liste vide" in finding.reason) for finding in findings] == [("warning", True)]


async def test_check_names_no_silence_where_a_failed_query_is_an_error(tmp_path: Path) -> None:
    with World.at(tmp_path / "shop") as world:
        assert not [finding for finding in await check_shop(world.folder) if finding.subject == "database"]
