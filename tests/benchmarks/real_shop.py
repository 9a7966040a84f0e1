"""Stock of simple products on a real PrestaShop: the whole flow against bare batches and against the usual client.

It makes products of its own, and deletes them at the end. Where our module is installed, its ways are measured as well.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.benchmarks.bare import Rate, Request, best_rate, documents, one_by_one, send
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import Ran, drop_stock_file, run_flow
from tests.flows.world import World

LINES = 3_000
NAIVE_SAMPLE = 100
BATCHES = (200, 500)
CONNECTIONS = (4,)
ROUNDS = 2
_AT_ONCE = 50
_PREFIX = "PSSRLBENCH"


@dataclass(frozen=True, slots=True)
class RealShop:
    """The part of `SandboxShop` that a `World` needs, of a shop that nobody here has started."""

    url: str
    key: str

    def __enter__(self) -> Self:
        return self

    def stop(self) -> None:
        """Nothing: it goes on."""

    def list(self, resource: str, query: str) -> list[dict[str, Any]]:
        """The rows of one list, in JSON."""
        rows = json.loads(self.answer("GET", f"/api/{resource}?{query}&output_format=JSON"))
        found: list[dict[str, Any]] = rows[resource] if rows else []
        return found

    def answer(self, method: str, path: str) -> bytes:
        """The body of an answer; a refusal is an error."""
        token = base64.b64encode(f"{self.key}:".encode()).decode()
        with contextlib.closing(http.client.HTTPConnection(urlsplit(self.url).netloc)) as connection:
            connection.request(method, path, headers={"Authorization": f"Basic {token}"})
            answer = connection.getresponse()
            body = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{method} {path.partition('?')[0]}: {answer.status}")
        return body


def measure_on(sheet: Sheet, place: Path, shop: RealShop) -> None:
    """The ratios of each round: a shared machine's rounds differ, and the ways of one round were measured together."""
    sheet.title(f"Stock, {LINES:,} changed lines of simple products: a real shop")
    with _products(shop) as stock_ids:
        folder = place / "real"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with World(folder, shop) as world:  # type: ignore[arg-type] # what a World needs of one
            _rounds(sheet, world, shop, stock_ids)


def _rounds(sheet: Sheet, world: World, shop: RealShop, stock_ids: dict[str, int]) -> None:
    ran, quantity = _stock(world, stock_ids, 1), 1
    sheet.add("first stock of the shop, lines per second", LINES / ran.flow_seconds, "lines/s")
    for number in range(1, ROUNDS + 1):
        ids = [*stock_ids.values()]
        bare = _bare(shop, ids, quantity + 1)
        usual = _usual_client(shop, ids[:NAIVE_SAMPLE], quantity + len(BATCHES) + 1)
        quantity += len(BATCHES) + 2
        for lane in ("webservice", "module", "module-plain"):
            world.write_settings(shop={"lane": lane})
            ran, quantity = _stock(world, stock_ids, quantity), quantity + 1
            rate = LINES / ran.flow_seconds
            name = f"round {number}, {lane}: "
            sheet.add(name + "against bare batches", rate / bare.per_second, "ratio")
            sheet.add(name + "against the usual client", rate / usual, "ratio")
            steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
            sheet.note(f"{rate:,.0f} lines/s; bare {bare}; usual client {usual:.1f}/s. Steps: {steps}.")


def _stock(world: World, stock_ids: dict[str, int], quantity: int) -> Ran:
    drop_stock_file(world, dict.fromkeys(stock_ids, quantity), f"stock_{quantity:04}.csv")
    return run_flow("import_stock", world)


def _bare(shop: RealShop, ids: list[int], quantity: int) -> Rate:
    """The best of the sizes, each with a quantity of its own: a real shop writes nothing where nothing changes."""
    rates = [
        best_rate(shop.url, shop.key, "PATCH", "stock_availables", _entities(ids, quantity + n), (size,), CONNECTIONS)
        for n, size in enumerate(BATCHES)
    ]
    return max(rates, key=lambda rate: rate.per_second)


def _entities(ids: list[int], quantity: int) -> list[bytes]:
    return [f"<stock_available><id>{id_}</id><quantity>{quantity}</quantity></stock_available>".encode() for id_ in ids]


def _usual_client(shop: RealShop, ids: list[int], quantity: int) -> float:
    """Lines per second of a client that gets each row, edits it and puts it back, one after the other."""
    gets = [Request("GET", f"/api/stock_availables/{id_}", b"", 1) for id_ in ids]
    puts = []
    for id_ in ids:
        whole = shop.answer("GET", f"/api/stock_availables/{id_}")
        changed = re.sub(rb"<quantity>.*?</quantity>", b"<quantity>%d</quantity>" % quantity, whole)
        puts.append(Request("PUT", f"/api/stock_availables/{id_}", changed, 1))
    return 1 / (1 / one_by_one(shop.url, shop.key, gets) + 1 / one_by_one(shop.url, shop.key, puts))


@contextlib.contextmanager
def _products(shop: RealShop) -> Iterator[dict[str, int]]:
    """id_stock_available by reference, of products that live as long as the block."""
    _delete(shop)
    try:
        send(shop.url, shop.key, documents("POST", "products", [_product(n) for n in range(LINES)], _AT_ONCE), 1)
        ids = _ours(shop)
        rows: dict[int, int] = {}
        for start in range(0, len(ids), 500):
            part = "|".join(str(id_) for id_ in [*ids][start : start + 500])
            query = f"filter[id_product]=[{part}]&display=[id,id_product]"
            rows |= {int(row["id_product"]): int(row["id"]) for row in shop.list("stock_availables", query)}
        yield {reference: rows[id_] for id_, reference in ids.items()}
    finally:
        _delete(shop)


def _ours(shop: RealShop) -> dict[int, str]:
    rows = shop.list("products", f"filter[reference]=[{_PREFIX}]%&display=[id,reference]")
    return {int(row["id"]): row["reference"] for row in rows}


def _delete(shop: RealShop) -> None:
    ids = [str(id_) for id_ in _ours(shop)]
    for start in range(0, len(ids), _AT_ONCE):
        shop.answer("DELETE", f"/api/products?id=[{','.join(ids[start : start + _AT_ONCE])}]")


def _product(number: int) -> bytes:
    name = f"Bench {number}"
    texts = "".join(f'<language id="{language}">{name}</language>' for language in (1, 2))
    return (
        f"<product><reference>{_PREFIX}{number:06}</reference><price>10</price><state>1</state><active>1</active>"
        f"<id_category_default>2</id_category_default><name>{texts}</name></product>"
    ).encode()
