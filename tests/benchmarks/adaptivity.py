"""What the client settles on, at shops of several sizes and speeds, and what the shop's other visitors feel."""

from __future__ import annotations

import asyncio
import base64
import http.client
import statistics
import threading
import time
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from connectors.prestashop import Shop, ShopLimits
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import REAL, Catalogue, ShopProcess, Speed, catalogue

PRODUCTS = 20_000
SECONDS = 8.0
SHOPS = tuple(
    Speed(
        f"{workers} worker{'s' if workers > 1 else ''}, {cores} core{'s' if cores > 1 else ''}, {speed:g}",
        workers,
        speed,
        cores,
    )
    for workers, cores in ((1, 1), (2, 2), (4, 2), (4, 4))
    for speed in (0.5, 1.0, 4.0)
)
Moment = tuple[float, int, int]
_VISITS_APART = 0.05


def measure(sheet: Sheet, place: Path) -> None:
    """The table of shops, how the client backs off, and the visitors of a polite run."""
    shop = catalogue(place, PRODUCTS)
    sheet.title("Adaptivity (pace full, stock)")
    rows = [_settles(shop, speed) for speed in SHOPS]
    sheet.table(("shop", "documents of", "connections", "there after s", "lines/s"), rows)
    _backs_off(sheet, shop)
    _visitors(sheet, shop)


def _settles(shop: Catalogue, speed: Speed) -> tuple[str, ...]:
    with ShopProcess(speed, shop.state) as running:
        written, seen = asyncio.run(_write(running, shop, "full", SECONDS))
    _, size, connections = seen[-1]
    there = next(at for at, size_then, count in seen if size_then >= 0.8 * size and count >= connections)
    return (speed.name, str(size), str(connections), f"{there:.1f}", f"{written / seen[-1][0]:,.0f}")


async def _write(
    running: ShopProcess, known: Catalogue, pace: Literal["polite", "full"], seconds: float
) -> tuple[int, list[Moment]]:
    """Lines written within so many seconds; (seconds, size, connections) after each receipt."""
    ids = list(known.stock_ids.values())
    seen: list[Moment] = []
    written = 0
    limits = ShopLimits(pace=pace, max_batch_by_resource={"stock_availables": 500})
    async with Shop(running.url, running.key, limits=limits) as shop:
        await shop.describe()
        started = time.perf_counter()

        def note(receipts: object) -> None:
            nonlocal written
            written += len(receipts)  # type: ignore[arg-type] # a sequence of receipts
            seen.append(
                (time.perf_counter() - started, shop.pace.batch_size("stock_availables"), shop.pace.connections)
            )

        turn = 0
        while time.perf_counter() - started < seconds:
            turn += 1
            part = ids[:2_000]
            await shop.update("stock_availables", [{"id": each, "quantity": turn} for each in part], on_receipts=note)
    return written, seen


def _backs_off(sheet: Sheet, known: Catalogue) -> None:
    """Documents and connections before and after the shop says 429, and after each answer takes 3 s longer."""
    rows: list[tuple[str, ...]] = []
    for kind, fault in (
        ("429, ten times", {"kind": "429", "method": "PATCH", "times": 10}),
        ("each write 3 s longer", {"kind": "latency", "method": "PATCH", "times": 8, "seconds": 3.0}),
    ):
        with ShopProcess(REAL, known.state) as running:
            struck = threading.Timer(4.0, running.ask, ("POST", "faults", fault))
            struck.start()
            _, seen = asyncio.run(_write(running, known, "full", 12.0))
            struck.join()
        before = [moment for moment in seen if moment[0] < 4.0][-1]
        after = [moment for moment in seen if moment[0] >= 4.0]
        fewest = min(count for _, _, count in after)
        smallest = min(size for _, size, _ in after)
        row = (kind, f"{before[1]} x {before[2]}", f"{smallest} x {fewest}", f"{after[-1][1]} x {after[-1][2]}")
        rows.append(row)
    sheet.note("Documents x connections:")
    sheet.table(("what happens", "before", "least", "12 s after the start"), rows)


def _visitors(sheet: Sheet, known: Catalogue) -> None:
    """p95 of a client that only reads, alone and beside an import; a shop of 4 workers."""
    sheet.title("Visitors of a shop of 4 workers beside an import")
    with ShopProcess(REAL, known.state) as running:
        idle = _p95(running, 6.0)
        for pace, target in (("polite", "<= 1.5"), ("full", "")):
            import_ = threading.Thread(target=lambda pace=pace: asyncio.run(_write(running, known, pace, 10.0)))
            import_.start()
            time.sleep(2.0)
            beside = _p95(running, 7.0)
            import_.join()
            sheet.add(f"visitors' p95 beside a {pace} import, against idle", beside / idle, "ratio", target)
        sheet.add("visitors' p95, idle", idle * 1000, "ms")


def _p95(running: ShopProcess, seconds: float) -> float:
    """Of three visitors who read a product each, one after the other."""
    waits: list[float] = []
    threads = [threading.Thread(target=_visit, args=(running, seconds, waits)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statistics.quantiles(waits, n=20)[-1]


def _visit(running: ShopProcess, seconds: float, waits: list[float]) -> None:
    token = base64.b64encode(f"{running.key}:".encode()).decode()
    connection = http.client.HTTPConnection(urlsplit(running.url).netloc)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        connection.request("GET", "/api/products/7", headers={"Authorization": f"Basic {token}"})
        connection.getresponse().read()
        waits.append(time.perf_counter() - started)
        time.sleep(_VISITS_APART)
    connection.close()
