"""Conservation: the rows of a generated file, counted again by Python's own reader, against what the run tells."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tasks.run.state import State
from tests.campaigns import laws
from tests.campaigns.generated import Row, rows_in, write_products, write_stock
from tests.flows.world import World

ENDED_WELL = frozenset({"Completed", "CompletedWithRejects"})


async def products_and_stock(products: Sequence[Row], quantities: Sequence[Row]) -> None:
    """A new shop takes the product file, takes it again, takes the stock file, and forgets what it knew.

    Every row of every file is told once; the same rows once more write nothing; a lost ledger makes nothing twice.
    """
    with tempfile.TemporaryDirectory() as place, World.at(Path(place) / "boutique") as world:
        world.write_settings(shop__limits={"settle_seconds": 0.0})
        first = world.folder / "streams" / "product_1.csv"
        write_products(first, products)
        read = rows_in(first)
        _ended_well(await world.products(accept_guard=True))
        _all_told(world, read, products)
        nothing_twice(world)
        await _writes_nothing(world, products, "product_2.csv")
        stock = world.folder / "streams" / "stock_1.csv"
        write_stock(stock, quantities)
        read = rows_in(stock)
        _ended_well(await world.stock(accept_guard=True))
        _all_told(world, read, quantities)
        _forget(world)
        write_products(world.folder / "streams" / "product_3.csv", products, "\r\n")
        _ended_well(await world.products(accept_guard=True))
        _all_told(world, rows_in(next((world.folder / "archives").rglob("product_3.*"))), products)
        nothing_twice(world)


def nothing_twice(world: World) -> None:
    assert laws.twice(world.shop.snapshot()) == []


def _ended_well(state: State) -> None:
    assert state.name in ENDED_WELL, f"{state.name}: {state.message}"


def _all_told(world: World, read: int, rows: Sequence[Mapping[str, Any]]) -> None:
    report = world.report()
    counts = Counter(report["counts"])
    assert counts.pop("rows_read") == read == len(rows)
    assert counts.total() == read
    assert not counts["waiting"]
    keys = {str(row["reference"]).strip() for row in rows} - {""}
    superseded = len([row for row in rows if str(row["reference"]).strip()]) - len(keys)
    assert counts["ignored"] + counts["rejected"] + counts["refused"] >= superseded
    lines = {reject["line"] for reject in report["rejects"]}
    assert len(lines) == counts["rejected"] + counts["refused"]


async def _writes_nothing(world: World, products: Sequence[Row], name: str) -> None:
    world.shop.reset_counts()
    write_products(world.folder / "streams" / name, products, "\r\n")
    _ended_well(await world.products(accept_guard=True))
    assert [request for request in world.shop.requests if request[0] != "GET"] == []


def _forget(world: World) -> None:
    """The ledger is lost."""
    for left in world.folder.glob("ledger.db*"):
        left.unlink()
    shutil.rmtree(world.folder / ".snapshots", ignore_errors=True)
