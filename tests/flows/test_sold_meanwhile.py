"""A piece that is sold between the write of a quantity and its read-back stays sold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from deployments.sandbox.shop.module import stock_lines
from deployments.sandbox.shop.store import Store
from tests.flows.beginnings import Beginnings
from tests.flows.world import KEY_VARIABLE, World

READ_BACK = r"/api/stock_availables\?filter\[id\]="


@pytest.fixture
async def stocked(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[World]:
    """A shop with a belt and a dress in three sizes, ten of each."""
    async with beginnings.copy(World, _stocked, tmp_path, module=True) as world:
        yield world


async def _stocked(world: World) -> None:
    world.drop_products(*world.dress(1), {"reference": "CEINTURE"})
    await world.products()
    world.drop_stock({row["reference"]: 10 for row in world.dress(1)} | {"CEINTURE": 10})
    await world.stock()


def _row(world: World, reference: str) -> dict[str, str]:
    identifier = int(world.links("stock").filter(erp_key=reference)["shop_id"][0])
    return world.shop.row("stock_availables", identifier)


def _order(world: World, reference: str, pieces: int) -> None:
    """An order of this moment; its pieces are taken off by whoever calls this."""
    row = _row(world, reference)
    at = f"{datetime.now(ZoneInfo('Europe/Paris')) + timedelta(seconds=1):%Y-%m-%d %H:%M:%S}"
    values = {"current_state": 2, "date_add": at, "date_upd": at, "reference": "ABCDEFGHI", "module": "x"}
    item = {"product_id": row["id_product"], "product_attribute_id": row["id_product_attribute"]}
    number = world.shop.insert("orders", values)
    world.shop.insert("order_details", {"id_order": number, "product_quantity": pieces, **item})


def _sell(world: World, reference: str, pieces: int) -> None:
    row = _row(world, reference)
    world.shop.change("stock_availables", int(row["id"]), {"quantity": int(row["quantity"]) - pieces})
    _order(world, reference, pieces)


@pytest.mark.parametrize("reference", ["CEINTURE", "ROBE0000-M"])
async def test_what_is_sold_before_the_read_back_is_not_put_on_sale_again(stocked: World, reference: str) -> None:
    stocked.shop.faults.meanwhile(lambda: _sell(stocked, reference, 1), method="GET", path=READ_BACK)
    stocked.drop_stock({reference: 9})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.counts() == {"rows_read": 1, "updated": 1}
    assert stocked.quantity(reference) == 8
    stocked.drop_stock({reference: 9}, name="stock_z.csv")
    await stocked.stock()
    assert stocked.counts() == {"rows_read": 1, "unchanged": 1}
    assert stocked.quantity(reference) == 8


async def test_the_module_s_own_word_is_believed_with_its_sales(
    stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.write_settings(shop={"lane": "module"})
    belt = int(_row(stocked, "CEINTURE")["id"])
    held = stock_lines._held

    def sell(store: Store, owner: tuple[int, int] | None) -> str:
        store["stock_availables"].update(belt, {"quantity": "8"})
        return held(store, owner)

    monkeypatch.setattr(stock_lines, "_held", sell)
    _order(stocked, "CEINTURE", 1)
    stocked.drop_stock({"CEINTURE": 9})
    assert (await stocked.stock()).name == "Completed"
    assert stocked.quantity("CEINTURE") == 8
    assert stocked.shop.count("PATCH", "stock_availables") == 0


@pytest.mark.parametrize(("sold", "held"), [(1, 7), (1, 10), (0, 8)])
async def test_what_no_order_explains_is_refused(stocked: World, sold: int, held: int) -> None:
    def change() -> None:
        stocked.shop.change("stock_availables", int(_row(stocked, "CEINTURE")["id"]), {"quantity": held})
        if sold:
            _order(stocked, "CEINTURE", sold)

    stocked.shop.faults.meanwhile(change, method="GET", path=READ_BACK)
    stocked.drop_stock({"CEINTURE": 9})
    assert (await stocked.stock()).name == "CompletedWithRejects"
    assert f"9 / {held}" in stocked.report()["rejects"][0]["reason"]


async def test_a_key_that_may_not_read_orders_lets_nothing_be_explained(
    stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = {"stock_availables": ("GET", "PUT", "PATCH"), "products": ("GET",), "combinations": ("GET",)}
    others = dict.fromkeys(("languages", "configurations", "shops", "shop_groups", "countries", "currencies"), ("GET",))
    stocked.shop.add_key("K" * 32, {**rights, **others})
    monkeypatch.setenv(KEY_VARIABLE, "K" * 32)
    stocked.shop.faults.meanwhile(lambda: _sell(stocked, "CEINTURE", 1), method="GET", path=READ_BACK)
    stocked.drop_stock({"CEINTURE": 9})
    assert (await stocked.stock()).name == "CompletedWithRejects"


async def test_a_row_that_is_deleted_before_its_read_back_is_not_a_row_at_nothing(stocked: World) -> None:
    belt = int(_row(stocked, "CEINTURE")["id"])
    stocked.shop.faults.meanwhile(lambda: stocked.shop.remove("stock_availables", belt), method="GET", path=READ_BACK)
    stocked.drop_stock({"CEINTURE": 0, "ROBE0000-M": 5})
    await stocked.stock()
    assert stocked.counts().get("updated") == 1
