"""What a run costs by how many rows its file has: all of them new, one in a hundred changed, nothing changed.

CPU, memory and requests: those say the same on a busy machine. Wall is told only where the machine was quiet.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.chart import Diagram, Mark, draw
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import FLAT_OUT, Ran, ShopProcess, catalogue, known_links, known_products, run_flow
from tests.benchmarks.streams import ON_SHOP, STREAMS, SUPPLIERS, CurveWorld, Stream

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SAME, CHANGED, NEW = CASES = ("nothing changed", "1 % changed", "all new")
CPU, MEMORY, REQUESTS = "seconds of CPU", "peak memory, MB", "requests"
PICTURE = Path("docs/img/cost-curve.svg")
QUIET = 1.0
"""A load below which seconds of wall say something of the program, and not of the machine."""
_OTHERS = 10_000_000
"""Above every id of the shop: stock rows of products that only the ledger knows."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    stream: str
    case: str
    rows: int
    ran: Ran
    reads: int
    writes: int


def measure(sheet: Sheet, place: Path) -> None:
    """Every stream at every size that it is played at: figures, the requests side by side, and the picture."""
    sheet.title("The cost curve: sandbox flat out")
    load = os.getloadavg()[0]
    costs = [
        cost
        for rows in SIZES
        for stream in STREAMS
        if rows <= stream.most
        for cost in _costs(sheet, place, stream, rows)
    ]
    sheet.note("Requests, reads and writes:")
    sheet.table(("stream", "rows", NEW, SAME, CHANGED), list(_requests(costs)))
    PICTURE.write_text(picture(costs, _note(load)), encoding="utf-8")
    sheet.note(f"{PICTURE}")


def _costs(sheet: Sheet, place: Path, stream: Stream, rows: int) -> Iterator[Cost]:
    """The runs of one stream over one shop; where too many rows would be new, the ledger knows them from the start."""
    with _world(place, stream, rows) as world:
        first = 0 if rows <= stream.most_new else 1
        for turned, case in [*enumerate((NEW, SAME, CHANGED))][first:]:
            yield _run(sheet, world, stream, rows, case, turned)


def _run(sheet: Sheet, world: CurveWorld, stream: Stream, rows: int, case: str, turned: int) -> Cost:
    """A file of another order each time: one with the content of the last is not even read."""
    quiet = os.getloadavg()[0] < QUIET
    stream.drop(world, rows, str(turned), changed=case == CHANGED, turned=turned)
    ran = run_flow(stream.flow, world)
    requests = world.report()["requests"]
    cost = Cost(stream.name, case, rows, ran, requests["reads"], requests["writes"])
    name = f"curve, {stream.name}, {rows:,} rows, {case}: "
    sheet.add(name + "CPU of the process", ran.process_cpu, "s CPU")
    sheet.add(name + "peak memory", ran.peak_mb, "MB")
    sheet.add(name + "reads", cost.reads, "requests")
    sheet.add(name + "writes", cost.writes, "requests", "== 0" if case == SAME else "")
    if quiet:
        sheet.add(name + "wall of the flow", ran.flow_seconds, "s")
    return cost


@contextmanager
def _world(place: Path, stream: Stream, rows: int) -> Iterator[CurveWorld]:
    """An empty shop, or one whose products an earlier import has linked."""
    folder = place / "curve"
    shop = catalogue(place, min(rows, ON_SHOP)) if stream.products else None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    process = ShopProcess(FLAT_OUT, shop.state if shop else None)
    with CurveWorld(folder, process) as world:  # type: ignore[arg-type] # what a World needs of one
        if shop:
            known_products(world)
        if stream.flow == "import_product_suppliers":
            SUPPLIERS.drop(world, 1, "0")
            run_flow(SUPPLIERS.flow, world)
        if shop and rows > stream.most_new:
            # Stock rows that only the ledger knows stand for products that the shop does not hold here.
            confirmed = stream.frame(rows)
            ids = [shop.stock_ids.get(key, _OTHERS + at) for at, key in enumerate(confirmed["reference"])]
            known_links(world, confirmed["reference"].to_list(), ids, confirmed["quantity"].to_list())
        yield world


def _requests(costs: Sequence[Cost]) -> Iterator[tuple[str, ...]]:
    """A line for each stream and size: reads and writes of each case."""
    by_size: dict[tuple[str, int], dict[str, Cost]] = {}
    for cost in costs:
        by_size.setdefault((cost.stream, cost.rows), {})[cost.case] = cost
    for (stream, rows), cases in by_size.items():
        told = (
            f"{cases[case].reads:,}, {cases[case].writes:,}" if case in cases else "" for case in (NEW, SAME, CHANGED)
        )
        yield (stream, f"{rows:,}", *told)


def picture(costs: Sequence[Cost], note: str) -> str:
    """The curve of the streams that were played at more than one size."""
    drawn = [cost for cost in costs if sum(other.stream == cost.stream for other in costs) > len(CASES)]
    return draw(
        "What a run costs, by the rows of its file",
        note,
        [
            [Diagram(f"{unit}: {case}", _marks([cost for cost in drawn if cost.case == case], unit)) for case in CASES]
            for unit in (CPU, MEMORY, REQUESTS)
        ],
        "Requests: reads are filled, writes hollow and dashed. Sandbox flat out; rows from left to right.",
    )


def _marks(costs: Sequence[Cost], unit: str) -> tuple[Mark, ...]:
    if unit == REQUESTS:
        read = [Mark(cost.stream, cost.rows, cost.reads) for cost in costs]
        return (*read, *(Mark(cost.stream, cost.rows, cost.writes, second=True) for cost in costs))
    values = [cost.ran.process_cpu if unit == CPU else cost.ran.peak_mb for cost in costs]
    return tuple(Mark(cost.stream, cost.rows, value) for cost, value in zip(costs, values, strict=True))


def _note(load: float) -> str:
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {load:.0f} before and {os.getloadavg()[0]:.0f} after; single runs."
    )
