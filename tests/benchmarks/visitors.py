"""What a shop's visitors feel beside an import: the p95 of a page, idle and beside it, in turns.

`python -m tests.benchmarks visitors --shop-url URL --shop-key KEY` measures a real shop, in less than five minutes.
`python -m tests.benchmarks.visitors URL KEY PACE` is the import: stock lines of the ids on its input, until that ends.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from connectors.prestashop import Shop, ShopLimits
from tests.benchmarks.figures import Sheet
from tests.benchmarks.real_shop import RealShop, products_of_ours

LINES = 2_000
REAL_LINES = 400
REAL_ROUNDS = 4
ALONE_SECONDS = 8.0
_FIRST_SECONDS = 2.0
"""In which an import gets to know the shop."""


@dataclass(frozen=True, slots=True)
class Visitors:
    """So many people who open a page, look at it for a while, and open it again."""

    path: str
    count: int
    seconds_apart: float
    seconds: float
    """How long they stay."""

    def waits(self, url: str, key: str) -> list[float]:
        """How long each page took; an answer that is not one is an error."""
        waits: list[float] = []
        threads = [threading.Thread(target=self._visit, args=(url, key, waits)) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return waits

    def _visit(self, url: str, key: str, waits: list[float]) -> None:
        token = base64.b64encode(f"{key}:".encode()).decode()
        headers = {"Authorization": f"Basic {token}"}
        until = time.perf_counter() + self.seconds
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        while time.perf_counter() < until:
            started = time.perf_counter()
            connection.request("GET", self.path, headers=headers)
            try:
                answer = connection.getresponse()
            except http.client.RemoteDisconnected:  # by a web server that was told to read its settings again
                connection.close()
                continue
            answer.read()
            if answer.status != http.client.OK:
                raise RuntimeError(f"{self.path}: {answer.status}")
            waits.append(time.perf_counter() - started)
            time.sleep(self.seconds_apart)
        connection.close()


@dataclass(frozen=True, slots=True)
class Turn:
    """The p95 of both halves of one round, and the load of the machine after it."""

    idle: float
    beside: float
    lines_per_second: float
    load: float

    @property
    def ratio(self) -> float:
        return self.beside / self.idle

    def __str__(self) -> str:
        return (
            f"{self.idle * 1000:.0f} ms idle, {self.beside * 1000:.0f} beside ({self.ratio:.2f}), "
            f"{self.lines_per_second:,.0f} lines/s, load {self.load:.1f}"
        )


def turns(visitors: Visitors, url: str, key: str, ids: Iterable[int], pace: str, rounds: int) -> list[Turn]:
    """Idle and beside an import, in turns: a machine whose speed changes shows it in both."""
    wanted, found = list(ids)[:LINES], []
    for _ in range(rounds):
        idle = p95(visitors.waits(url, key))
        with _importing(url, key, wanted, pace) as wrote:
            beside = p95(visitors.waits(url, key))
        found.append(Turn(idle, beside, wrote[0], os.getloadavg()[0]))
    return found


def p95(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=20)[-1]


def measure_on(sheet: Sheet, place: Path, shop: RealShop) -> None:
    """Two visitors of a product's page beside a polite import of stock, and that import with nobody there."""
    sheet.title("Visitors of a product's page beside a polite import: a real shop")
    visitors = Visitors(page_of_a_product(shop), count=2, seconds_apart=0.3, seconds=25.0)
    with products_of_ours(shop, REAL_LINES) as stock_ids:
        ids = [*stock_ids.values()]
        Visitors(visitors.path, count=2, seconds_apart=0.0, seconds=3.0).waits(shop.url, shop.key)
        found = turns(visitors, shop.url, shop.key, ids, "polite", REAL_ROUNDS)
        for number, turn in enumerate(found, 1):
            sheet.add(f"turn {number}: visitors' p95 beside the import, against idle", turn.ratio, "ratio", "<= 1.5")
            sheet.note(str(turn))
        ratio = statistics.median(turn.ratio for turn in found)
        sheet.add("visitors' p95 beside the import, against idle: the median turn", ratio, "ratio", "<= 1.5")
        for pace in ("polite", "full"):
            with _importing(shop.url, shop.key, ids, pace) as wrote:
                time.sleep(ALONE_SECONDS)
            sheet.add(f"nobody visiting, {pace}", wrote[0], "lines/s")
            sheet.note(f"load {os.getloadavg()[0]:.1f}")


def page_of_a_product(shop: RealShop) -> str:
    """Where the shop leads who asks for the first of its products by its id."""
    product = shop.list("products", "filter[active]=1&display=[id]&sort=[id_ASC]&limit=1")[0]["id"]
    connection = http.client.HTTPConnection(urlsplit(shop.url).netloc)
    connection.request("GET", f"/index.php?controller=product&id_product={product}")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    page = urlsplit(answer.headers.get("Location", ""))
    return page.path or f"/index.php?controller=product&id_product={product}"


@contextmanager
def _importing(url: str, key: str, ids: list[int], pace: str) -> Iterator[list[float]]:
    """An import in a process of its own; its lines per second once it has ended."""
    command = [sys.executable, "-m", "tests.benchmarks.visitors", url, key, pace]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    wrote: list[float] = []
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the import has no input or output")
    try:
        process.stdin.write(json.dumps(ids) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        yield wrote
    finally:
        out, _ = process.communicate()
        wrote.append(float(out or 0))


async def _write(url: str, key: str, pace: Literal["polite", "full"], ids: list[int], ended: threading.Event) -> float:
    """Lines per second until it has ended; says when it knows the shop."""
    limits = ShopLimits(pace=pace, max_batch_by_resource={"stock_availables": 500})
    written, knows, turn = 0, False, 0
    async with Shop(url, key, limits=limits) as shop:
        await shop.describe()
        started = time.perf_counter()

        def note(receipts: object) -> None:
            nonlocal written, knows
            written += len(receipts)  # type: ignore[arg-type] # a sequence of receipts
            if not knows and time.perf_counter() - started > _FIRST_SECONDS:
                knows = True
                sys.stdout.write("\n")
                sys.stdout.flush()

        while not ended.is_set():
            turn += 1
            lines = [{"id": each, "quantity": turn % 50 + 1} for each in ids]
            await shop.update("stock_availables", lines, on_receipts=note)
        return written / (time.perf_counter() - started)


def main() -> int:
    """The import; lines per second are the end of the output."""
    url, key, pace = sys.argv[1:]
    ids: list[int] = json.loads(sys.stdin.readline())
    ended = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    chosen: Literal["polite", "full"] = "full" if pace == "full" else "polite"
    rate = asyncio.run(_write(url, key, chosen, ids, ended))
    sys.stdout.write(f"{rate}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
