"""Several shops of one PrestaShop, each with a folder: shops 1 and 2 share their stock, shop 3 stands alone.

They run on the sandbox, and on a real installation like that, with our module, which PASSERELLE_MULTISHOP_URL and
PASSERELLE_MULTISHOP_KEY name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tasks.check.shop import check_shop
from tests.flows.several_shops import UNIQUE, Folders, Installation, installations
from tests.flows.world import World


@pytest.fixture(params=["sandbox", "real"])
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    yield from installations(request.param)


@pytest.fixture
def shop_of(installation: Installation, prefect_api: str, tmp_path: Path) -> Callable[[int], World]:
    folders = Folders(installation, tmp_path)
    return lambda id_shop: folders.of(id_shop, World)


def dresses(world: World, count: int, **more: str) -> list[dict[str, Any]]:
    """Rows whose references are this run's own."""
    rows = world.dress(count)
    own = ("reference", "reference_parent")
    return [row | {name: f"{row[name]}-{UNIQUE}" for name in own} | more for row in rows]


def simple(reference: str, **more: Any) -> dict[str, Any]:
    return {"reference": f"{reference}-{UNIQUE}", **more}


async def runs(world: World, *rows: Mapping[str, Any]) -> dict[str, int]:
    world.drop_products(*rows)
    state = await world.products()
    assert state.name == "Completed", (state, world.report()["rejects"][:3])
    return world.counts()


async def test_two_folders_of_one_prestashop_keep_one_product_with_a_price_and_a_name_of_each_shop(
    installation: Installation, shop_of: Callable[[int], World]
) -> None:
    belt = simple("BELT", name="Belt", nameFR="Ceinture", price="12.00", stocks="4", manufacturer=f"Maker {UNIQUE}")
    assert (await runs(shop_of(1), belt))["created"] == 1
    for id_shop, price in ((2, "15.00"), (3, "18.00")):
        counts = await runs(shop_of(id_shop), belt | {"price": price, "name": f"Belt {id_shop}"})
        assert counts == {"rows_read": 1, "updated": 1}
    held = [installation.product(belt["reference"], id_shop) for id_shop in (1, 2, 3)]
    assert len({product["id"] for product in held}) == 1
    assert [Decimal(product["price"]) for product in held] == [Decimal(price) for price in ("12", "15", "18")]
    assert [product["name"][0]["value"] for product in held] == ["Belt", "Belt 2", "Belt 3"]
    assert {product["active"] for product in held} == {"1"}


async def test_combinations_and_their_names_are_found_in_another_shop(
    installation: Installation, shop_of: Callable[[int], World]
) -> None:
    more = {"couleur": f"Rouge {UNIQUE}", "matiere": f"Lin {UNIQUE}", "manufacturer": f"Maison {UNIQUE}"}
    rows = dresses(shop_of(1), 3, **more)
    await runs(shop_of(1), *rows)
    await runs(shop_of(3), *rows)
    for reference in {row["reference_parent"] for row in rows}:
        ids = {installation.product(reference, id_shop)["id"] for id_shop in (1, 3)}
        assert len(ids) == 1
        in_each = [
            {row["id"] for row in installation.listed("combinations", one, "id", id_product=str(*ids))}
            for one in (1, 3)
        ]
        assert in_each[0] == in_each[1]
        assert len(in_each[0]) == 3
    named = [installation.listed("manufacturers", one, "id", name=f"Maison {UNIQUE}") for one in (1, 3)]
    assert named[0] == named[1] != []


async def test_a_second_run_of_each_folder_writes_nothing(
    installation: Installation, shop_of: Callable[[int], World]
) -> None:
    rows = [*dresses(shop_of(1), 2), simple("BELT", price="12.00")]
    for id_shop in (1, 2, 3):
        await runs(shop_of(id_shop), *rows)
    for id_shop in (1, 2, 3):
        world = shop_of(id_shop)
        counts = await runs(world, *rows)
        assert counts == {"rows_read": len(rows), "unchanged": len(rows)}
        assert world.report()["requests"]["writes"] == 0
        (world.folder / "ledger.db").unlink()
        await runs(world, *rows)
        assert world.report()["requests"]["writes"] == 0


async def test_stock_goes_to_the_row_of_the_group_that_shares_and_to_the_shops_own_row(
    installation: Installation, shop_of: Callable[[int], World]
) -> None:
    rows = [*dresses(shop_of(1), 1, stocks=""), simple("BELT")]
    for id_shop in (1, 2, 3):
        await runs(shop_of(id_shop), *rows)
    size, belt = rows[0]["reference"], rows[-1]["reference"]
    for id_shop, quantities in ((1, {size: 5, belt: 6}), (2, {size: 7, belt: 6}), (3, {size: 2, belt: 3})):
        world = shop_of(id_shop)
        world.drop_stock(quantities)
        state = await world.stock()
        assert state.name == "Completed", (state, world.report()["rejects"])
    [combination] = installation.listed("combinations", 1, "id", reference=size)
    parent = rows[0]["reference_parent"]
    assert installation.stock(belt, 1) == {("0", "1"): 6, ("3", "0"): 3}
    assert installation.stock(parent, 1, combination["id"]) == {("0", "1"): 7, ("3", "0"): 2}
    assert installation.stock(parent, 1) == {("0", "1"): 7, ("3", "0"): 2}
    for id_shop, quantities in ((2, {size: 7, belt: 6}), (3, {size: 2, belt: 3})):
        world = shop_of(id_shop)
        world.drop_stock(quantities)
        await world.stock()
        assert world.report()["requests"]["writes"] == 0


async def test_an_item_that_only_another_shop_sells_and_that_is_closed_here_stays_out_of_this_shop(
    installation: Installation, shop_of: Callable[[int], World]
) -> None:
    strap = simple("STRAP", price="12.00")
    await runs(shop_of(1), strap)
    assert await runs(shop_of(3), strap | {"active": "0"}) == {"rows_read": 1, "ignored": 1}
    assert installation.listed("products", 3, "id", reference=strap["reference"]) == []
    assert installation.product(strap["reference"], 1)["active"] == "1"
    assert await runs(shop_of(2), strap) == {"rows_read": 1, "updated": 1}
    assert await runs(shop_of(2), strap | {"active": "0"}) == {"rows_read": 1, "deactivated": 1}
    assert installation.product(strap["reference"], 1)["active"] == "1"
    assert installation.product(strap["reference"], 2)["active"] == "0"


async def test_a_folder_that_names_none_of_several_shops_is_told_which_there_are(
    shop_of: Callable[[int], World],
) -> None:
    world = shop_of(1)
    world.write_settings()
    world.drop_products(simple("BELT"))
    state = await world.products()
    assert state.name == "Failed"
    assert "several shops" in str(state.message)
    assert "2 = " in str(state.message)


async def test_a_french_folder_that_names_none_is_told_so_in_french(shop_of: Callable[[int], World]) -> None:
    world = shop_of(1)
    world.write_settings(shop={"language": "fr"})
    [told] = [found for found in await check_shop(world.folder) if found.subject == "shop"]
    assert told.verdict == "error"
    assert "plusieurs boutiques" in told.reason
    assert "Indiquez `id_shop`" in told.remedy
    assert "2 = " in told.remedy


async def test_check_says_which_shop_it_is_in_the_folders_language(shop_of: Callable[[int], World]) -> None:
    world = shop_of(3)
    for language, own in (("en", "stock its own"), ("fr", "stock propre")):
        world.write_settings(shop={"id_shop": 3, "language": language})
        [told] = [found for found in await check_shop(world.folder) if found.subject == "multishop"]
        assert told.verdict == "ok"
        assert own in told.reason
        assert "3 (" in told.reason
