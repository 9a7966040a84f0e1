"""What the client settles on, at shops of several sizes and speeds, and what the shop's other visitors feel."""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from pathlib import Path
from typing import Literal

from connectors.prestashop import Shop, ShopLimits
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import REAL, Catalogue, ShopProcess, Speed, catalogue, open_world, run_flow
from tests.benchmarks.visitors import Visitors, turns
from tests.connectors.prestashop.visited_shop import FAR, NEAR, Guests, VisitedShop, in_turns, polite

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
VISITORS = Visitors("/api/products/7", count=3, seconds_apart=0.05, seconds=6.0)
ROUNDS = 5
SIMULATED_SECONDS = 300.0
SIMULATED_TURNS = 24
MACHINES = {"elsewhere": FAR, "near": NEAR}
GUESTS = (Guests(2, 0.3), Guests(2, 1.0), Guests(1, 0.05), Guests(4, 0.3))
DRESS_SIZES = ("XS", "S", "M", "L", "XL")


def measure(sheet: Sheet, place: Path) -> None:
    """The table of shops, how the client backs off, and the visitors of a polite run."""
    shop = catalogue(place, PRODUCTS)
    sheet.title("Adaptivity (pace full, stock)")
    rows = [_settles(shop, speed) for speed in SHOPS]
    sheet.table(("shop", "documents of", "connections", "there after s", "lines/s"), rows)
    _backs_off(sheet, shop)
    _simulated_visitors(sheet)
    _visitors(sheet, shop)
    _first_import(sheet, place)


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
    """p95 of visitors who only read, alone and beside an import, in turns; a shop of 4 workers."""
    sheet.title("Visitors of a shop of 4 workers beside an import")
    with ShopProcess(REAL, known.state) as running:
        for pace, target in (("polite", "<= 1.5"), ("full", "")):
            found = turns(VISITORS, running.url, running.key, known.stock_ids.values(), pace, ROUNDS)
            ratio = statistics.median(turn.ratio for turn in found)
            sheet.add(f"visitors' p95 beside a {pace} import, against idle", ratio, "ratio", target)
            sheet.note("; ".join(map(str, found)))


def _simulated_visitors(sheet: Sheet) -> None:
    """The same in a time of its own, whatever this machine does meanwhile: by what visitors use of the processors."""
    sheet.title(f"Visitors of the measured shop beside a polite import, simulated, {SIMULATED_SECONDS:.0f} s each")
    for where, machine in MACHINES.items():
        for page in (0.1, 0.0137):
            for use in (0.1, 0.3, 0.5, 0.7):
                alone = VisitedShop(page, use, machine).open_for(SIMULATED_SECONDS)
                beside = VisitedShop(page, use, machine).open_for(SIMULATED_SECONDS, polite())
                name = f"client {where}, pages of {page * 1000:.0f} ms, visitors use {use:.0%}: "
                sheet.add(name + "p95 against idle", beside.p95 / alone.p95, "ratio", "<= 1.5")
                sheet.add(name + "written", beside.written / SIMULATED_SECONDS, "lines/s")
        idle = VisitedShop(0.1, machine=machine).open_for(SIMULATED_SECONDS, polite())
        sheet.add(f"client {where}, no visitors: written", idle.written / SIMULATED_SECONDS, "lines/s")
        sheet.add(f"client {where}, no visitors: rests", idle.rested / SIMULATED_SECONDS, "share of the time", "< 0.05")
    for guests in GUESTS:
        ratios = in_turns(0.065, guests, NEAR, turns=SIMULATED_TURNS)
        name = (
            f"client near, {guests.count} who stay, {guests.seconds_apart} s apart: p95 against idle, the median turn"
        )
        sheet.add(name, statistics.median(ratios), "ratio", "<= 1.5")
        sheet.note(f"{min(ratios):.2f} to {max(ratios):.2f}")


def _first_import(sheet: Sheet, place: Path) -> None:
    """How long 1,000 rows that are all new take a shop that nobody visits, at both paces."""
    sheet.title(f"A first import of 1,000 rows, no visitors: {REAL.name}")
    for pace in ("polite", "full"):
        with open_world(place / "first", REAL) as world:
            world.write_settings(shop__limits={"pace": pace})
            world.drop_products(*world.dress(200, DRESS_SIZES))
            ran = run_flow("import_products", world)
            sheet.add(f"first import of 1,000 rows, {pace}", ran.flow_seconds, "s", "< 120" if pace == "polite" else "")
            sheet.note(f"{world.report()['requests']}")
