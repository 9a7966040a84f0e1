"""Validation of 1,000,000 rows of 15 columns against the same rules written as bare polars expressions."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import polars as pl

from schemas.cells import any_of, reasons
from schemas.column_spec import StreamSpec
from schemas.frames import check_rows, typed
from schemas.import_json import parse_import_json
from tests.benchmarks.figures import Sheet
from tests.benchmarks.place import FLAT_OUT, open_world

ROWS = 1_000_000
COLUMNS = 15


def measure(sheet: Sheet, place: Path) -> None:
    """Seconds of CPU of both, on rows of which none and of which one in a hundred is at fault."""
    sheet.title(f"Validation of {ROWS:,} rows of {COLUMNS} columns")
    stream = _stream(place)
    for faulty in (0, 100):
        rows = _rows(stream, faulty)
        ours = min(_cpu(partial(check_rows, rows, stream)) for _ in range(3))
        bare = min(_cpu(partial(_bare, rows, stream)) for _ in range(3))
        what = "one row in a hundred at fault" if faulty else "no fault"
        sheet.add(f"validation, {what}: against bare polars", ours / bare, "ratio")
        sheet.add(f"validation, {what}: ours", ours, "s CPU")
        sheet.add(f"validation, {what}: bare polars", bare, "s CPU")
    sound = _rows(stream, 0)
    sheet.add("validation: typing the accepted rows", _cpu(lambda: typed(sound, stream)), "s CPU")
    sheet.add("reading and checking them: peak memory", _peak_mb(place / "validation", sound), "MB", "< 700")


def _peak_mb(folder: Path, rows: pl.DataFrame) -> float:
    """Of a process that reads the rows from a file, all of them new, with the combinations of a product told apart."""
    columns = [name for name in rows.columns if not name.startswith("_")]
    spec = json.loads((folder / "import.json").read_text(encoding="utf-8"))
    data = {name: {**spec["product"]["data"][name], "index": at} for at, name in enumerate(columns)}
    path, here = folder / "columns.json", folder / "product.csv"
    path.write_text(json.dumps({"product": spec["product"] | {"data": data}}), encoding="utf-8")
    colour = pl.lit("Rouge ") + (pl.int_range(pl.len()) % 5).cast(pl.String)
    rows.select(columns).with_columns(couleur=colour).write_csv(here, separator=";")
    command = [sys.executable, "-m", "tests.benchmarks.read_process", str(path), "product", str(here)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    accepted, peak = ended.stdout.split()
    if int(accepted) != rows.height:
        raise RuntimeError(f"{accepted} of {rows.height} rows were accepted")
    return float(peak)


def _stream(place: Path) -> StreamSpec:
    with open_world(place / "validation", FLAT_OUT) as world:
        text = (world.folder / "import.json").read_text(encoding="utf-8")
    every = parse_import_json(text, source="import.json").streams["product"]
    columns = tuple(column for column in every.columns if column.category_depth is None)[:COLUMNS]
    return StreamSpec(**{name: getattr(every, name) for name in every.__dataclass_fields__} | {"columns": columns})


def _rows(stream: StreamSpec, faulty: int) -> pl.DataFrame:
    """Text rows as a file holds them; with `faulty`, every so many rows a price is no number."""
    number = pl.int_range(ROWS)
    price = (number % 900 + 10).cast(pl.String) + pl.lit(",90")
    cells = {
        "reference": pl.lit("R") + number.cast(pl.String),
        "reference_parent": pl.lit("P") + (number // 5).cast(pl.String),
        "name": pl.lit("Robe ") + (number // 5).cast(pl.String),
        "active": pl.lit("1"),
        "price": pl.when(number % faulty == 0).then(pl.lit("gratuit")).otherwise(price) if faulty else price,
        "wholesale_price": (number % 400).cast(pl.String) + pl.lit(".5"),
        "weight": pl.lit("0.3"),
        "stocks": (number % 30).cast(pl.String),
        "available_date": pl.lit("2026-11-21"),
        "ean13": pl.lit(None, pl.String),
    }
    own = {column.key: cells.get(column.key, pl.lit("Rouge")) for column in stream.columns}
    places = {"_file": pl.lit(0, pl.Int32), "_line": number + 2, "_key": cells["reference"]}
    return pl.select(number.alias("_n")).select(**places, **own)


def _bare(rows: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    """Which cells are sound, by the same rules, in one select; no fault is told."""
    return (
        rows.lazy().select((~any_of(reasons(column, stream))).alias(column.key) for column in stream.columns).collect()
    )


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
