"""The sum that a product with combinations shows is that of its combinations, also over several connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.world import World

SIZES = ("34", "36", "38", "40", "42", "44")


@pytest.fixture
def slow(prefect_api: str, tmp_path: Path) -> Iterator[World]:
    """A shop in which others write between the reading of a sum and its writing."""
    with World.at(tmp_path / "shop", seconds_between_statements=0.01) as world:
        world.write_settings(shop__limits={"max_connections": 4, "max_batch_by_resource": {"stock_availables": 3}})
        yield world


def sums_that_are_wrong(world: World) -> dict[str, tuple[int, int]]:
    """(shown, true) by id_product."""
    shown: dict[str, int] = {}
    true: Counter[str] = Counter()
    for row in world.shop.rows("stock_availables"):
        if str(row["id_product_attribute"]) == "0":
            shown[str(row["id_product"])] = int(row["quantity"])
        else:
            true[str(row["id_product"])] += int(row["quantity"])
    return {product: (shown[product], true[product]) for product in true if shown[product] != true[product]}


async def test_sums_are_right_after_a_first_import_and_after_each_stock_file(slow: World) -> None:
    rows = slow.dress(8, SIZES)
    slow.drop_products(*rows)
    state = await slow.products()
    assert state.name == "Completed", state.message
    assert sums_that_are_wrong(slow) == {}
    for quantity in (7, 9):
        slow.drop_stock({row["reference"]: quantity + number for number, row in enumerate(rows)})
        state = await slow.stock()
        assert state.name == "Completed", state.message
        assert slow.counts() == {"rows_read": 48, "updated": 48}
        assert sums_that_are_wrong(slow) == {}


async def test_sums_are_right_where_the_products_did_not_come_from_the_erp(slow: World) -> None:
    rows = slow.dress(4, SIZES)
    slow.drop_products(*rows)
    await slow.products()
    (slow.folder / "ledger.db").unlink()
    for quantity in (7, 9):
        slow.drop_stock({row["reference"]: quantity + number for number, row in enumerate(rows)})
        await slow.stock()
        assert sums_that_are_wrong(slow) == {}
