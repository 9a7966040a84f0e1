"""Stock on a real PrestaShop: the whole flow against bare batches, against the module and against the usual client.

It makes products of its own, and deletes them at the end. Where our module is installed, its ways are measured as well.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.benchmarks.bare import Rate, Request, best_rate, documents, one_by_one, send
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import Ran, drop_stock_file, run_flow
from tests.benchmarks.products import SIZES, values_of
from tests.benchmarks.stock import quantities
from tests.flows.world import World

SIMPLE = 3_000
SIZED = 4_000
"""Products with as many combinations as there are sizes."""
NAIVE_SAMPLE = 100
BATCHES = (200, 500)
CONNECTIONS = (4,)
LANE_BATCHES = (500, 1000)
LANE_CONNECTIONS = (2, 4)
ROUNDS = 2
_AT_ONCE = 50
_PREFIX = "PSSRLBENCH"
_LANES = {"module": "hooks", "module-plain": "plain"}
_TARGETS = {"webservice": ">= 33", "module": ">= 80", "module-plain": ">= 300"}
_HIGH = 1_000
"""Where the quantities of the bare requests begin: none is in a file."""


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
    for name, sizes in (("simple products", ()), ("combinations", SIZES)):
        with products_of_ours(shop, SIZED if sizes else SIMPLE, sizes) as stock_ids:
            sheet.title(f"Stock, {len(stock_ids):,} changed lines of {name}: a real shop")
            folder = place / "real"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            with World(folder, shop) as world:  # type: ignore[arg-type] # what a World needs of one
                _rounds(sheet, world, shop, stock_ids)


def _rounds(sheet: Sheet, world: World, shop: RealShop, stock_ids: dict[str, int]) -> None:
    lines, seed = len(stock_ids), 0
    ran = _stock(world, stock_ids, seed)
    sheet.add("first stock of the shop, lines per second", lines / ran.flow_seconds, "lines/s")
    for number in range(1, ROUNDS + 1):
        ids, high = [*stock_ids.values()], _HIGH * number
        bare = _bare(shop, ids, high)
        usual = _usual_client(shop, ids[:NAIVE_SAMPLE], high + len(BATCHES))
        sheet.note(f"round {number}: bare {bare}; usual client {usual:.1f}/s")
        # By turns: what goes first comes right after the bare requests.
        both = (True, False) if number % 2 else (False, True)
        for lane, target, in_prefect in ((*each, there) for each in _TARGETS.items() for there in both):
            world.write_settings(shop={"lane": lane})
            seed += 1
            ran = _stock(world, stock_ids, seed, in_prefect=in_prefect)
            rate = lines / ran.flow_seconds
            name = f"round {number}, {lane}{'' if in_prefect else ' as from cron'}: "
            steps = {step["name"]: step["seconds"] for step in world.report()["steps"]}
            target_of_bare = ">= 0.85"
            if lane in _LANES:
                own = _bare_lane(shop, [*stock_ids], _LANES[lane], high)
                sheet.add(name + "against the module's bare rate", rate / own.per_second, "ratio", target_of_bare)
                sheet.note(f"the module's bare rate: {own}")
                target_of_bare = ""
            step = lines / steps["write stock"]
            sheet.add(name + "against bare batches", rate / bare.per_second, "ratio", target_of_bare)
            sheet.add(name + "writing step against bare batches", step / bare.per_second, "ratio")
            sheet.add(name + "against the usual client", rate / usual, "ratio", target)
            sheet.note(f"{rate:,.0f} lines/s. CPU {ran.flow_cpu:.1f} s. Steps: {steps}. {world.report()['requests']}")


def _stock(world: World, stock_ids: dict[str, int], seed: int, *, in_prefect: bool = True) -> Ran:
    drop_stock_file(world, quantities([*stock_ids], seed), f"stock_{seed:04}.csv")
    return run_flow("import_stock", world, in_prefect=in_prefect)


def _bare(shop: RealShop, ids: list[int], quantity: int) -> Rate:
    """The best of the sizes, each with a quantity of its own: a real shop writes nothing where nothing changes."""
    rates = [
        best_rate(shop.url, shop.key, "PATCH", "stock_availables", _entities(ids, quantity + n), (size,), CONNECTIONS)
        for n, size in enumerate(BATCHES)
    ]
    return max(rates, key=lambda rate: rate.per_second)


def _bare_lane(shop: RealShop, references: list[str], mode: str, quantity: int) -> Rate:
    """The best of the module's sizes and connections."""
    rates: list[Rate] = []
    for size in LANE_BATCHES:
        for connections in LANE_CONNECTIONS:
            lines = [f"{reference};{quantity + len(rates)}\n".encode() for reference in references]
            requests = [
                Request("PUT", f"/api/stock_lines?mode={mode}", b"".join(lines[start : start + size]), size)
                for start in range(0, len(lines), size)
            ]
            rates.append(Rate(len(lines) / send(shop.url, shop.key, requests, connections), size, connections))
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
def products_of_ours(shop: RealShop, count: int, sizes: Sequence[str] = ()) -> Iterator[dict[str, int]]:
    """id_stock_available by reference, of products or their combinations that live as long as the block."""
    _delete(shop)
    try:
        send(shop.url, shop.key, documents("POST", "products", [_product(n) for n in range(count)], _AT_ONCE), 4)
        ids = ours(shop)
        if not sizes:
            yield {ids[product]: row for product, combination, row in _rows(shop, ids) if not combination}
            return
        values = values_of(shop)
        nodes = [_combination(product, value, n) for product in ids for n, value in enumerate(values)]
        send(shop.url, shop.key, documents("POST", "combinations", nodes, _AT_ONCE), 4)
        references = dict(_combinations(shop, ids))
        yield {references[combination]: row for _, combination, row in _rows(shop, ids) if combination}
    finally:
        _delete(shop)


def _rows(shop: RealShop, ids: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """Product, combination and id_stock_available."""
    for part in parts(ids):
        query = f"filter[id_product]=[{part}]&display=[id,id_product,id_product_attribute]"
        for row in shop.list("stock_availables", query):
            yield int(row["id_product"]), int(row["id_product_attribute"]), int(row["id"])


def _combinations(shop: RealShop, ids: Iterable[int]) -> Iterator[tuple[int, str]]:
    for part in parts(ids):
        for row in shop.list("combinations", f"filter[id_product]=[{part}]&display=[id,reference]"):
            yield int(row["id"]), row["reference"]


def parts(ids: Iterable[int]) -> Iterator[str]:
    """Filters by so many ids at a time."""
    known = [str(id_) for id_ in ids]
    return ("|".join(known[start : start + 500]) for start in range(0, len(known), 500))


def _combination(product: int, value: int, number: int) -> bytes:
    return (
        f"<combination><id_product>{product}</id_product><reference>{_PREFIX}-{product}-{number}</reference>"
        f"<minimal_quantity>1</minimal_quantity><associations><product_option_values><product_option_value>"
        f"<id>{value}</id></product_option_value></product_option_values></associations></combination>"
    ).encode()


def ours(shop: RealShop) -> dict[int, str]:
    """The products that are there for a measurement: their references by id."""
    rows = shop.list("products", f"filter[reference]=[{_PREFIX}]%&display=[id,reference]")
    return {int(row["id"]): row["reference"] for row in rows}


def _delete(shop: RealShop) -> None:
    ids = [str(id_) for id_ in ours(shop)]
    for start in range(0, len(ids), _AT_ONCE):
        shop.answer("DELETE", f"/api/products?id=[{','.join(ids[start : start + _AT_ONCE])}]")
    for row in shop.list("product_options", "filter[name]=[Bench%20size]&display=[id]"):
        shop.answer("DELETE", f"/api/product_options/{row['id']}")


def _product(number: int) -> bytes:
    name = f"Bench {number}"
    texts = "".join(f'<language id="{language}">{name}</language>' for language in (1, 2))
    return (
        f"<product><reference>{_PREFIX}{number:06}</reference><price>10</price><state>1</state><active>1</active>"
        f"<id_category_default>2</id_category_default><name>{texts}</name></product>"
    ).encode()
