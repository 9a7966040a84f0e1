"""20,000 changed stock lines, whose ids an earlier sync has learnt, against bare batches and one request per line."""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import log
from pathlib import Path

from tests.benchmarks.bare import Request, best_rate, documents, one_by_one
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import (
    FLAT_OUT,
    REAL,
    Catalogue,
    Speed,
    catalogue,
    drop_stock_file,
    known_links,
    open_world,
    run_flow,
)
from tests.flows.world import World

LINES = 20_000
NAIVE_SAMPLE = 200
SAMPLE_SHARE = 0.02
"""Of a run that shows what reading every line back costs."""
_HALF_HAVE = 8
_SEEDS = 8
BATCHES = (100, 500, 1000)
CONNECTIONS = (4, 6)


def measure(sheet: Sheet, place: Path) -> None:
    """Both ratios at both speeds of the shop."""
    shop = catalogue(place, LINES)
    for speed in (REAL, FLAT_OUT):
        sheet.title(f"Stock, {LINES:,} changed lines: {speed.name}")
        world = open_world(place / "stock", speed, shop.state)
        with world:
            _one_speed(sheet, world, shop, speed)


def _one_speed(sheet: Sheet, world: World, shop: Catalogue, speed: Speed) -> None:
    url, key, keys = world.shop.url, world.shop.key, list(shop.stock_ids)
    known_links(world, keys, shop.stock_ids.values(), [0] * LINES)
    drop_stock_file(world, quantities(keys, 1), "stock_1.csv")
    first = run_flow("import_stock", world)
    bare = best_rate(url, key, "PATCH", "stock_availables", _entities(shop, 2), BATCHES, CONNECTIONS)
    naive = one_by_one(url, key, _naive(shop, 3))
    drop_stock_file(world, quantities(keys, 4), "stock_2.csv")
    ran = run_flow("import_stock", world)
    steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
    rate = LINES / ran.flow_seconds
    name = f"stock, {speed.name}: "
    sheet.add(name + "against bare batches", rate / bare.per_second, "ratio", ">= 0.85")
    sheet.add(name + "against one request per line", rate / naive, "ratio", ">= 20")
    sheet.add(name + "whole process against bare batches", LINES / ran.process_seconds / bare.per_second, "ratio")
    sheet.add(name + "writing step alone against bare batches", LINES / steps["write stock"] / bare.per_second, "ratio")
    sheet.add(name + "lines per second, flow", rate, "lines/s")
    sheet.add(name + "lines per second, first run of this shop", LINES / first.flow_seconds, "lines/s")
    sheet.add(name + "lines per second, bare", bare.per_second, "lines/s")
    sheet.add(name + "lines per second, one request per line", naive, "lines/s")
    sheet.note(f"Bare: {bare}. Steps: {steps}. CPU of the flow {ran.flow_cpu:.2f} s. {world.report()['requests']}")
    drop_stock_file(world, quantities(keys, 6), "stock_4.csv")
    from_cron = run_flow("import_stock", world, in_prefect=False)
    told = name + "as from cron, without a Prefect server, against bare batches"
    sheet.add(told, LINES / from_cron.flow_seconds / bare.per_second, "ratio", ">= 0.85")
    world.write_settings(read_back={"mode": "sample", "sample_share": SAMPLE_SHARE})
    drop_stock_file(world, quantities(keys, 5), "stock_3.csv")
    sampled = LINES / run_flow("import_stock", world).flow_seconds
    told = f"{name}one line in {1 / SAMPLE_SHARE:.0f} read back, against bare batches"
    sheet.add(told, sampled / bare.per_second, "ratio")


def quantities(keys: Sequence[str], seed: int) -> dict[str, int]:
    """Of most items few, of some many: half below `_HALF_HAVE` steps; with another of 8 seeds each has another."""
    chance = random.Random(0)
    return {key: int(chance.expovariate(log(2) / _HALF_HAVE)) * _SEEDS + seed % _SEEDS for key in keys}


def _entities(shop: Catalogue, quantity: int) -> list[bytes]:
    return [
        f"<stock_available><id>{known}</id><quantity>{quantity}</quantity></stock_available>".encode()
        for known in shop.stock_ids.values()
    ]


def _naive(shop: Catalogue, quantity: int) -> list[Request]:
    """A client that knows no batch, and already knows the ids."""
    return documents("PATCH", "stock_availables", _entities(shop, quantity)[:NAIVE_SAMPLE], 1)
