"""Rows of one value are read back together, by lists of bare ids: each that holds something else is still told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.prestashop import Entity, Receipt, Shop
from flows.import_specific_prices import import_specific_prices
from tests.flows.beginnings import Beginnings
from tests.flows.flat_world import FlatWorld

MANY = 400


@pytest.fixture
async def many(beginnings: Beginnings, tmp_path: Path) -> AsyncIterator[FlatWorld]:
    """A shop with so many simple products that no look-up holds only a few of them."""
    async with beginnings.copy(FlatWorld, _many, tmp_path) as world:
        yield world


async def _many(world: FlatWorld) -> None:
    world.drop_products(*({"reference": f"P{number:03}", "price": "10"} for number in range(MANY)))
    assert (await world.products()).name == "Completed"


@pytest.fixture(autouse=True)
def _large_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a shop that is known: its first documents hold as much as the later ones."""
    monkeypatch.setattr("connectors.prestashop.pace._FIRST_SIZE", 500)


def _meddle(monkeypatch: pytest.MonkeyPatch, method: str, resource: str, then: Any) -> None:
    """Somebody else is at work between each write of `resource` and its read-back."""
    write = getattr(Shop, method)

    async def write_and_meddle(
        shop: Shop, of: str, entities: Sequence[Entity], *rest: Any, **how: Any
    ) -> list[Receipt]:
        receipts: list[Receipt] = await write(shop, of, entities, *rest, **how)
        if of == resource:
            then([receipt.id for receipt in receipts])
        return receipts

    monkeypatch.setattr(Shop, method, write_and_meddle)


def _refused(world: FlatWorld) -> str:
    """Why the only row that was refused was."""
    [row] = world.report()["rejects"]
    return str(row["reason"])


def _asked_with_fields(world: FlatWorld, of: str) -> int:
    return world.shop.count("GET", rf"{of}.*display=\[id,quantity")


async def test_an_order_between_a_write_and_its_read_back_is_told(
    many: FlatWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = int(many.shop.rows("stock_availables")[MANY // 2]["id"])
    _meddle(
        monkeypatch, "update", "stock_availables", lambda _: many.shop.change("stock_availables", sold, {"quantity": 6})
    )
    many.drop_stock({f"P{number:03}": 7 for number in range(MANY)})
    assert (await many.stock()).name == "CompletedWithRejects"
    assert many.counts() == {"rows_read": MANY, "updated": MANY - 1, "refused": 1}
    assert "7 / 6" in _refused(many)


async def test_what_several_requests_wrote_is_read_back_together(
    many: FlatWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.prestashop.pace._FIRST_SIZE", 40)
    many.shop.reset_counts()
    many.drop_stock({f"P{number:03}": 8 for number in range(MANY)})
    await many.stock()
    assert many.counts() == {"rows_read": MANY, "updated": MANY}
    assert many.shop.count("GET", r"filter\[id\].*filter\[quantity\]") > 0
    # Only the last of them are so few that their fields cost less.
    assert (
        _asked_with_fields(many, r"stock_availables\?filter\[id\]") < many.shop.count("PATCH", "stock_availables") // 2
    )


async def test_quantities_of_few_values_are_read_back_without_their_fields(many: FlatWorld) -> None:
    many.shop.reset_counts()
    many.drop_stock({f"P{number:03}": 8 for number in range(MANY)})
    await many.stock()
    assert many.counts() == {"rows_read": MANY, "updated": MANY}
    assert many.quantity("P000") == 8
    assert many.shop.count("GET", r"filter\[id\].*filter\[quantity\]") > 0
    assert _asked_with_fields(many, r"stock_availables\?filter\[id\]") == 0


@pytest.mark.parametrize("field", ["reduction", "from_quantity", "id_group"])
async def test_a_new_price_that_somebody_changes_meanwhile_is_put_right(
    many: FlatWorld, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    changed: list[int] = []

    def change(ids: list[int]) -> None:
        changed.append(ids[len(ids) // 2])
        many.shop.change("specific_prices", changed[-1], {field: "0.500000" if field == "reduction" else "3"})

    _meddle(monkeypatch, "create", "specific_prices", change)
    _drop_prices(many, "20")
    await many.run(import_specific_prices)
    assert many.counts() == {"rows_read": MANY, "created": MANY}
    said = {(row["reduction"], row["from_quantity"], row["id_group"]) for row in many.shop.rows("specific_prices")}
    assert changed
    assert said == {("0.200000", "1", "0")}


async def test_a_price_that_is_gone_meanwhile_is_told(many: FlatWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    _drop_prices(many, "20")
    assert (await many.run(import_specific_prices)).name == "Completed"
    assert many.counts() == {"rows_read": MANY, "created": MANY}
    gone = int(many.shop.rows("specific_prices")[MANY // 2]["id"])
    there = {int(row["id"]) for row in many.shop.rows("specific_prices")}

    def remove(_: object) -> None:
        if gone in there:
            many.shop.remove("specific_prices", gone)
            there.remove(gone)

    _meddle(monkeypatch, "update", "specific_prices", remove)
    _drop_prices(many, "30")
    await many.run(import_specific_prices)
    assert f"was deleted on the shop while the import was running (id {gone})" in _refused(many)
    assert many.counts() == {"rows_read": MANY, "updated": MANY - 1, "refused": 1}


def _drop_prices(world: FlatWorld, reduction: str) -> None:
    rows = [
        {"reference": f"P{number:03}", "erp_code": "SOLDES", "reduction": reduction, "type": "%", "reduction_tax": "1"}
        for number in range(MANY)
    ]
    world.drop("specificprice", *rows, name=f"specificprice_{reduction}.csv")
