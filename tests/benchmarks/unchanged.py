"""A stock file of a million rows of which nothing, or one in a hundred, has changed; the same file read and merged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import (
    FLAT_OUT,
    Catalogue,
    Ran,
    catalogue,
    drop_stock_file,
    known_links,
    measured,
    open_world,
    reference,
    run_flow,
)
from tests.flows.world import World

ROWS = 1_000_000
SIZES = (10_000, 100_000, ROWS)
ON_SHOP = 20_000
TRIES = 3
_SHOP_ID_OF_THE_OTHERS = 10_000_000
_HERE = Path(__file__).parent


def measure(sheet: Sheet, place: Path) -> None:
    """Nothing changed, at three sizes; then one row in a hundred; polars and dlt take the largest file.

    As from cron: no Prefect server is named, and dlt has none either.
    """
    sheet.title("Stock file with nothing changed")
    shop = catalogue(place, ON_SHOP)
    for rows in SIZES:
        _one_size(sheet, place, shop, rows)


def _one_size(sheet: Sheet, place: Path, shop: Catalogue, rows: int) -> None:
    world = open_world(place / "unchanged", FLAT_OUT, shop.state)
    with world:
        frame = quantities(rows)
        ids = [shop.stock_ids.get(reference(number), _SHOP_ID_OF_THE_OTHERS + number) for number in range(rows)]
        known_links(world, frame["reference"].to_list(), ids, frame["quantity"].to_list())
        runs = [_again(world, frame, attempt) for attempt in range(TRIES)]
        ran = min(runs, key=lambda run: run.process_cpu)
        name = f"nothing changed, {rows:,} rows: "
        is_largest = rows == ROWS
        sheet.add(name + "write requests", world.shop.writes, "requests", "== 0")
        sheet.add(name + "CPU of the process", ran.process_cpu, "s CPU", "< 4" if is_largest else "")
        sheet.add(name + "CPU of its imports", ran.import_cpu, "s CPU")
        sheet.add(name + "wall of the process", ran.process_seconds, "s")
        sheet.add(name + "wall of the flow", ran.flow_seconds, "s")
        sheet.add(name + "peak memory", ran.peak_mb, "MB", "< 1024" if is_largest else "")
        if is_largest:
            again = [_again(world, frame, TRIES + each, in_prefect=True) for each in range(TRIES)]
            shown = min(again, key=lambda run: run.process_cpu)
            sheet.add(name + "CPU of the process beside a Prefect server", shown.process_cpu, "s CPU")
            sheet.add(name + "wall of the flow beside a Prefect server", shown.flow_seconds, "s")
            _beside_others(sheet, place, frame, runs)
            _one_in_a_hundred(sheet, world, rows)


def _again(world: World, frame: pl.DataFrame, attempt: int, *, in_prefect: bool = False) -> Ran:
    # Another order of the rows: a file with the content of the last one is not even read.
    drop_stock_file(world, pl.concat([frame[attempt + 1 :], frame[: attempt + 1]]), f"stock_{attempt}.csv")
    return run_flow("import_stock", world, in_prefect=in_prefect)


def _one_in_a_hundred(sheet: Sheet, world: World, rows: int) -> None:
    drop_stock_file(world, quantities(rows, changed=rows // 100), "stock_9.csv")
    ran = run_flow("import_stock", world)
    sheet.add(f"1 % of {rows:,} changed: CPU of the process", ran.process_cpu, "s CPU")
    sheet.add(f"1 % of {rows:,} changed: wall of the flow", ran.flow_seconds, "s")
    sheet.add(f"1 % of {rows:,} changed: peak memory", ran.peak_mb, "MB")
    sheet.add(f"1 % of {rows:,} changed: write requests", world.shop.writes, "requests")


def _beside_others(sheet: Sheet, place: Path, frame: pl.DataFrame, runs: Sequence[Ran]) -> None:
    path = place / "stock.csv"
    frame.write_csv(path, separator=";")
    reading = min(_read_seconds(path) for _ in range(TRIES))
    sheet.add("a bare polars read of the file", reading, "s CPU")
    least_cpu = min(run.flow_cpu for run in runs)
    sheet.add("flow, imports left out, against a bare polars read", least_cpu / reading, "ratio, CPU")
    python = place.parent / "bench-venv" / "bin" / "python"
    if not python.exists():
        sheet.note("dlt is not installed here (`make bench` does it): nothing to compare with.")
        return
    loads = _dlt_loads(python, path, place / "dlt")
    least = min(loads, key=lambda load: load["cpu"])
    seconds, cpu = min(load["seconds"] for load in loads), least["cpu"]
    sheet.add("dlt, the same file once more: wall", seconds, "s")
    sheet.add("dlt, the same file once more: CPU of the process", cpu, "s CPU")
    sheet.add("dlt, the same file once more: peak memory", least["peak_mb"], "MB")
    sheet.add("flow against dlt, wall", min(run.flow_seconds for run in runs) / seconds, "ratio", "<= 0.8")
    sheet.add("process against dlt, CPU", min(run.process_cpu for run in runs) / cpu, "ratio", "<= 1")


def _dlt_loads(python: Path, path: Path, folder: Path) -> list[dict[str, float]]:
    """Loads of the same file once more, as many as runs of ours: every key is known."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    loads = [measured([python, _HERE / "dlt_merge.py", path, folder]) for _ in range(1 + TRIES)]
    return [told | {"cpu": cpu} for told, cpu in loads[1:]]


def _read_seconds(path: Path) -> float:
    program = (
        "import time, polars as pl; started = time.process_time(); "
        f"pl.read_csv({str(path)!r}, separator=';', infer_schema=False); print(time.process_time() - started)"
    )
    return float(subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True).stdout)


def quantities(rows: int, changed: int = 0) -> pl.DataFrame:
    """`reference` and `quantity` of so many rows; the first `changed` ones differ from the plain file."""
    number = pl.int_range(rows)
    return pl.select(
        reference=pl.lit("R") + number.cast(pl.String).str.zfill(7),
        quantity=number % 97 + pl.when(number < changed).then(1).otherwise(0),
    )
