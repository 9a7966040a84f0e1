"""Where a benchmark is played: a sandbox shop and flows, each in a process of its own, and a shop's folder."""

from __future__ import annotations

import http.client
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import polars as pl

from connectors.ledger import Ledger
from deployments.sandbox.shop import SandboxShop
from deployments.sandbox.shop.pace import MEASURED_CORES
from tests.flows.world import KEY_VARIABLE, World


@dataclass(frozen=True, slots=True)
class Speed:
    """A sandbox shop's pace: `speed` 0 is as fast as this machine serves, 1 the measured real shop of two cores."""

    name: str
    workers: int | None
    speed: float
    cores: int = MEASURED_CORES


REAL = Speed("simulated real shop, 4 workers on 2 cores", 4, 1.0)
FLAT_OUT = Speed("sandbox flat out", None, 0.0)


class ShopProcess:
    """A sandbox shop in another process; the part of `SandboxShop` that a `World` needs."""

    def __init__(self, speed: Speed, state: Path | None = None, *, module: bool = False) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.shop_process", str(speed.workers or 0)]
        command += [str(speed.speed), str(speed.cores), "module" if module else "none"]
        command += [str(state)] if state else []
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        out = self._process.stdout
        if out is None:
            raise RuntimeError("the sandbox shop has no output")
        self.url, self.key = out.readline().split()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.communicate()

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        """The answer of the sandbox's own panel."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc)
        body = None if content is None else json.dumps(content).encode()
        connection.request(method, f"/_sandbox/{path}", body)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    @property
    def writes(self) -> int:
        return int(self.ask("GET", "requests")["writes"])


@dataclass(frozen=True, slots=True)
class Ran:
    """How a flow's process went: seconds of wall and of CPU, with and without its start, and its peak memory."""

    state: str
    message: str
    flow_seconds: float
    flow_cpu: float
    import_cpu: float
    process_seconds: float
    process_cpu: float
    peak_mb: float


def run_flow(flow: str, world: World, *, in_prefect: bool = True) -> Ran:
    """The flow in a process of its own; a run that did not complete is an error.

    `in_prefect`: beside the Prefect server of these benchmarks, and else where none is named, as from cron.
    """
    command = [sys.executable, "-m", "tests.benchmarks.run_flow", flow, str(world.folder)]
    kept = {name: value for name, value in os.environ.items() if in_prefect or name != "PREFECT_API_URL"}
    told, process_cpu = measured(command, kept | {KEY_VARIABLE: world.shop.key})
    ran = Ran(**told, process_cpu=process_cpu)
    if ran.state != "Completed":
        raise RuntimeError(f"{flow} ended {ran.state}: {ran.message}")
    return ran


def measured(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> tuple[Any, float]:
    """What a program writes as JSON on its last line, and its seconds of CPU from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(ended.stdout.splitlines()[-1]), cpu


def open_world(folder: Path, speed: Speed, state: Path | None = None, *, module: bool = False) -> World:
    """A folder made anew and a shop process, to be entered; pace full, as every `World`."""
    shutil.rmtree(folder, ignore_errors=True)
    world = World(folder, ShopProcess(speed, state, module=module))  # type: ignore[arg-type] # what a World needs of one
    folder.mkdir(parents=True)
    return world


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The state of a shop with simple products, and id_stock_available by their reference."""

    state: Path
    stock_ids: dict[str, int]


def catalogue(place: Path, count: int) -> Catalogue:
    """A shop with `count` simple products; made once."""
    state, ids = place / f"shop-{count}.state", place / f"shop-{count}.json"
    if not ids.exists():
        place.mkdir(parents=True, exist_ok=True)
        state.unlink(missing_ok=True)
        with SandboxShop(state_file=state) as shop:
            products = {_insert(shop, number): reference(number) for number in range(count)}
            stock = {products[int(row["id_product"])]: int(row["id"]) for row in shop.rows("stock_availables")}
        ids.write_text(json.dumps(stock), encoding="utf-8")
    return Catalogue(state, json.loads(ids.read_text(encoding="utf-8")))


def _insert(shop: SandboxShop, number: int) -> int:
    names = {1: f"Product {number}", 2: f"Produit {number}"}
    return shop.insert("products", {"reference": reference(number), "name": names, "price": "10.00"})


def reference(number: int) -> str:
    return f"R{number:07}"


def known_links(world: World, keys: Iterable[str], ids: Iterable[int], quantities: Iterable[int]) -> None:
    """The ledger of an earlier sync: these keys were confirmed with these stock rows and quantities."""
    _confirmed(world, "stock", keys, ids, [str(quantity) for quantity in quantities])


def known_products(world: World) -> None:
    """The ledger of an earlier import: every product of the shop has its link."""
    rows = world.shop.ask("GET", "rows/products")  # type: ignore[attr-defined] # a ShopProcess
    known_as(world, {row["reference"]: int(row["id"]) for row in rows})


def known_as(world: World, ids: Mapping[str, int]) -> None:
    """The same of these products, by reference."""
    _confirmed(world, "product", ids.keys(), ids.values(), [None] * len(ids))


def _confirmed(world: World, kind: str, keys: Iterable[str], ids: Iterable[int], values: Iterable[str | None]) -> None:
    confirmed = pl.Series(list(values), dtype=pl.String)
    links = pl.DataFrame({"erp_key": list(keys), "shop_id": list(ids), "confirmed_value": confirmed})
    place = world.folder
    with Ledger.open(f"sqlite:///{place / 'ledger.db'}", snapshots=place / ".snapshots") as ledger:
        ledger.confirm(place.name, kind, links, run_id=None)
        ledger.links(place.name, kind)


def drop_stock_file(world: World, quantities: Mapping[str, int] | pl.DataFrame, name: str) -> Path:
    """A stock file; written aside and moved, as a transfer program does."""
    if not isinstance(quantities, pl.DataFrame):
        quantities = pl.DataFrame({"reference": list(quantities), "quantity": list(quantities.values())})
    path = world.folder / "streams" / name
    quantities.write_csv(path, separator=";")
    return path
