"""The catalogue to a Dolibarr: 10,000 items of which nothing has changed; on a real one, against the bare requests.

The second part needs PASSERELLE_BENCH_DOLIBARR="https://erp.example.com KEY"; it leaves its products there.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import uuid
from pathlib import Path
from typing import Any

import httpx

from deployments.sandbox.dolibarr import SandboxDolibarr
from tests.benchmarks.figures import Sheet
from tests.flows.catalogue_world import CatalogueWorld
from tests.flows.running import by_function

ITEMS = 10_000
CATEGORIES = 20
SAMPLE, ROUNDS = 150, 3
TEXTS = {"description_short": {1: "<p>Short</p>"}, "description": {1: "<p>Long text</p>" * 20}, "weight": "0.35"}


def measure(sheet: Sheet, place: Path) -> None:
    """Requests of a run that finds nothing to do, and the share of the bare requests' speed."""
    shutil.rmtree(place / "catalogue", ignore_errors=True)
    with by_function(wanted=True):
        asyncio.run(_unchanged(sheet, place / "catalogue" / "unchanged"))
        if told := os.environ.get("PASSERELLE_BENCH_DOLIBARR"):
            url, _, key = told.partition(" ")
            asyncio.run(_against_bare(sheet, place / "catalogue" / "bare", url, key))


async def _unchanged(sheet: Sheet, place: Path) -> None:
    sheet.title(f"{ITEMS:,} items of which nothing has changed, to a Dolibarr (sandbox)")
    with CatalogueWorld.at(place / "boutique") as world:
        assert world.sandbox_erp is not None
        categories = [world.category(f"C{number}") for number in range(CATEGORIES)]
        await world.catalogue()
        there = {each["label"]: int(each["id"]) for each in world.ours("/categories")}
        for number in range(ITEMS):
            name = f"C{number % CATEGORIES}"
            category = categories[number % CATEGORIES]
            id_ = world.sell(f"M{number}", "Mug", "10", categories=[2, category], id_category_default=category)
            _put(world.sandbox_erp, world.called(f"M{number}"), f"{world.prefix}p{id_}", there[name])
        await world.catalogue()
        for name, swept in (("a run", False), ("a run with its sweep", True)):
            started = time.perf_counter()
            await world.catalogue(sweep=swept)
            seconds, requests = time.perf_counter() - started, world.report()["requests"]
            assert world.counts() == {"rows_read": ITEMS + CATEGORIES, "unchanged": ITEMS + CATEGORIES}
            sheet.add(f"{name}: reads of shop and Dolibarr", requests["reads"] + world.reads(), "requests", "< 60")
            sheet.add(f"{name}: writes", requests["writes"] + len(world.written()), "requests", "== 0")
            sheet.add(f"{name}: wall", seconds, "s")


def _put(erp: SandboxDolibarr, reference: str, uid: str, category: int) -> None:
    """A product as the flow would have made it, without the sandbox's looking at all the others first."""
    id_ = len(erp.state.products.rows) + 1
    values = {"ref": reference, "label": "Mug", "price": "10.00000000", "price_base_type": "HT", "tva_tx": "20.0000"}
    kind = {"id": id_, "type": "0", "status": "1", "status_buy": "1", "weight": "0", "weight_units": "0"}
    erp.state.products.rows[id_] = kind | values | {"array_options": {"options_ps_uid": uid}}
    erp.state.sorted_in.add((category, id_))


async def _against_bare(sheet: Sheet, place: Path, url: str, key: str) -> None:
    sheet.title(f"{ROUNDS} times {SAMPLE} items to {url}, against the same writes on one connection")
    spent = {"made": [0.0, 0.0], "changed": [0.0, 0.0]}
    with CatalogueWorld.at(place / "boutique").real(url, key) as world:
        category = world.category(f"Robes {world.prefix}")
        world.write_settings(guards={"min_affected": SAMPLE * ROUNDS * 2})
        await world.catalogue()
        number = int(world.ours("/categories")[0]["id"])
        for round_ in range(ROUNDS):
            started = time.perf_counter()
            ids = _made(world.rest, number)
            spent["made"][0] += time.perf_counter() - started
            more: dict[str, Any] = TEXTS | {"categories": [2, category], "id_category_default": category}
            own = [world.sell(f"{round_}-{each}", "Mug", **more) for each in range(SAMPLE)]
            spent["made"][1] += await _seconds(world)
            started = time.perf_counter()
            for id_ in ids:
                _put_price(world.rest, id_, "12.34567")
            spent["changed"][0] += time.perf_counter() - started
            for id_ in own:
                world.shop.change("products", id_, {"price": f"12.3456{round_ + 1}"})
            spent["changed"][1] += await _seconds(world)
    for name, (bare, ours) in spent.items():
        sheet.add(f"items {name}: share of the bare requests' speed", bare / ours, "ratio", ">= 0.9")
        sheet.add(f"items {name}: flow", SAMPLE * ROUNDS / ours, "items/s")


async def _seconds(world: CatalogueWorld) -> float:
    await world.catalogue()
    return float(next(step["seconds"] for step in world.report()["steps"] if step["name"] == "send the items"))


def _made(rest: httpx.Client, category: int) -> list[int]:
    """Each made, priced to five decimals and put into a category, as the flow does it."""
    mark, found = uuid.uuid4().hex[:8], []
    for number in range(SAMPLE):
        texts = {"label": "Mug", "description": "<p>Short</p>", "note_public": "<p>Long text</p>" * 20, "barcode": ""}
        values = {"ref": f"{mark}-{number}", "type": 0, "status": 1, "status_buy": 1, "tva_tx": "20", "weight": "0.35"}
        guarded = {"array_options": {"options_ps_uid": f"{mark}p{number}"}, "weight_units": 0}
        answer = rest.post("/products", json=texts | values | guarded | {"price": "9.91667", "price_base_type": "HT"})
        found.append(int(answer.raise_for_status().json()))
        _put_price(rest, found[-1], "9.91667")
        rest.post(f"/categories/{category}/objects/product/{found[-1]}").raise_for_status()
    return found


def _put_price(rest: httpx.Client, id_: int, price: str) -> None:
    rest.put(f"/products/{id_}", json={"price": price, "price_base_type": "HT"}).raise_for_status()
