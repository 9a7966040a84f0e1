"""Rows of text and their contract become accepted rows and faults, in bounded memory: what is large lies on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.frames import FAULTS, accepted_schema, check_rows, typed
from tasks.read.number_marks import stream_as_written
from tasks.read.row_rules import attribute_columns, combination, neighbour_faults, row_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from schemas.column_spec import StreamSpec
    from tasks.read.reader import FileRows, RowBlock

KEPT_BYTES = 64 * 2**20
"""As much of the accepted rows, and of the faults, stays in memory; the rest goes to Parquet files."""

MOST_FAULTS = 200_000
"""That are kept of one run; of a row beyond them one fault is, so that it is still rejected and reported."""
_SHOWN_CHARACTERS = 1000
_ROW = ["_file", "_line"]
_LINES = 2**40
"""More than any file has: file and line in one number are found twenty times faster than as a pair."""


@dataclass(frozen=True, slots=True)
class ValidatedStream:
    """Where each row read went: `rows_read == accepted_rows + rejected_rows + superseded.height`.

    `accepted`: rows that met the contract (see `accepted_schema`). `faults`: every fault of every row (see `FAULTS`),
    the `blanked` ones too. `superseded`: `_file`, `_line`, `_key` of each accepted row whose key comes again later,
    `_by_file`, `_by_line` of the row that replaces it. `faults_left_out` counts the faults that are not kept.
    """

    rows_read: int
    accepted: pl.LazyFrame = field(repr=False)
    accepted_rows: int
    faults: pl.LazyFrame = field(repr=False)
    rejected_rows: int
    superseded: pl.DataFrame
    late_rejects: pl.DataFrame = field(repr=False)
    """`_file`, `_line` of rows in `accepted` that another row of the run contradicts."""
    faults_left_out: int = 0

    def accepted_rows_scan(self) -> pl.LazyFrame:
        """The rows to import, one per key, in the order of files and lines."""
        gone = pl.concat([self.superseded.select(_ROW), self.late_rejects])
        return self.accepted if gone.is_empty() else self.accepted.filter(~row_number().is_in(_row_numbers(gone)))

    def faults_scan(self) -> pl.LazyFrame:
        """Every fault, in the order of files and lines."""
        return self.faults.sort(_ROW, maintain_order=True)


def row_number() -> pl.Expr:
    """The row's file and line in one number, in the order of the run."""
    return pl.col("_file").cast(pl.Int64) * _LINES + pl.col("_line")


def validate(
    files: Iterable[FileRows], stream: StreamSpec, work: Path, *, kept_bytes: int = KEPT_BYTES
) -> ValidatedStream:
    """Checks every row of `files` (in the order of the run); what exceeds `kept_bytes` goes to the folder `work`.

    Of the accepted rows with one key the last counts, by file and then by line.
    """
    accepted = _Parts(accepted_schema(stream), work / "accepted", kept_bytes)
    faults = _Parts(FAULTS, work / "faults", kept_bytes)
    seen = kept = 0
    keys = [_keys(pl.DataFrame(schema=accepted_schema(stream)), stream)]
    rows_read = 0
    for file_rows in files:
        as_written = stream_as_written(file_rows, stream)
        for block in file_rows:
            rows_read += block.height
            sound, found = _checked(block, as_written)
            accepted.add(sound)
            seen += found.height
            found = _bounded(found, max(0, MOST_FAULTS - kept))
            kept += found.height
            faults.add(found)
            keys.append(_keys(sound, stream))
    every_key = pl.concat(keys)
    winners, late_faults = _winners(every_key, stream)
    faults.add(late_faults)
    late_rejects = late_faults.select(_ROW).unique()
    return ValidatedStream(
        rows_read=rows_read,
        accepted=accepted.scan(),
        accepted_rows=winners.height,
        faults=faults.scan(),
        rejected_rows=rows_read - every_key.height + late_rejects.height,
        superseded=_superseded(every_key, winners, late_faults),
        late_rejects=late_rejects,
        faults_left_out=seen - kept,
    )


class _Parts:
    """Frames of one schema, in the order they are added; on disk as soon as they are too large to keep."""

    def __init__(self, schema: Mapping[str, pl.DataType], folder: Path, kept_bytes: int) -> None:
        self._empty = pl.DataFrame(schema=schema)
        self._folder = folder
        self._kept_bytes = kept_bytes
        self._kept: list[pl.DataFrame] = []
        self._written: list[Path] = []
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.parquet"):
            old.unlink()

    def add(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        self._kept.append(rows)
        if sum(part.estimated_size() for part in self._kept) > self._kept_bytes:
            self._write()

    def _write(self) -> None:
        path = self._folder / f"{len(self._written):06}.parquet"
        pl.concat(self._kept).write_parquet(path)
        self._written.append(path)
        self._kept.clear()

    def scan(self) -> pl.LazyFrame:
        """All rows; of frames that are too large to keep nothing stays in memory."""
        if not self._written:
            return pl.concat([self._empty, *self._kept]).lazy()
        if self._kept:
            self._write()
        return pl.scan_parquet(self._written)


def _keys(accepted: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    """`_file`, `_line`, `_key`, `_parent`, `_combination` of accepted rows."""
    parent = stream.parent_column
    return accepted.select(
        *_ROW,
        "_key",
        _parent=pl.col(parent.key) if parent else pl.lit(None, pl.String),
        _combination=combination(attribute_columns(stream)),
    )


def _row_numbers(rows: pl.DataFrame) -> pl.Series:
    return rows.select(row_number().alias("numbers")).to_series().implode()


def _checked(block: RowBlock, stream: StreamSpec) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accepted rows of a block, typed, and all its faults."""
    faults = check_rows(block.rows, stream)
    at_fault = faults.filter(~pl.col("blanked")).select(_ROW).unique()
    accepted = typed(_without(block.rows, at_fault), stream)
    contradictions = row_faults(accepted, stream)
    accepted = _without(accepted, contradictions)
    if at_fault.height:
        contradictions.extend(row_faults(block.rows.join(at_fault, on=_ROW, how="semi"), stream))
    return accepted, pl.concat([block.broken, faults, contradictions])


def _bounded(faults: pl.DataFrame, room: int) -> pl.DataFrame:
    """The faults, values cut to what can be shown; beyond `room` only the first one that rejects each row."""
    faults = faults.with_columns(pl.col("value").str.head(_SHOWN_CHARACTERS))
    if faults.height <= room:
        return faults
    # A block holds the faults of one check after the other: which rows have one already is known of the whole.
    rejecting = faults.filter(~pl.col("blanked")).unique(_ROW, keep="first", maintain_order=True)
    more = faults.head(room)
    return pl.concat([more, rejecting.join(more.filter(~pl.col("blanked")), on=_ROW, how="anti")])


def _without(rows: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    return rows if gone.is_empty() else rows.join(gone, on=_ROW, how="anti", maintain_order="left")


def _winners(keys: pl.DataFrame, stream: StreamSpec) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that win their key, and the faults of those that another winner contradicts.

    A rejected winner gives its key back to the row before it, which is then looked at in its turn.
    """
    late_faults = pl.DataFrame(schema=FAULTS)
    if stream.has_several_rows_per_key:
        return keys, late_faults
    parent = stream.parent_column
    while True:
        at_fault = _row_numbers(late_faults)
        candidates = keys.filter(~row_number().is_in(at_fault)) if late_faults.height else keys
        # Numbers are counted three times as fast as texts; two texts of one number only cost a look at the texts.
        repeated = candidates["_key"].hash().n_unique() < candidates.height
        winners = candidates.unique("_key", keep="last", maintain_order=True) if repeated else candidates
        found = neighbour_faults(winners, parent) if parent is not None else late_faults.clear()
        if found.is_empty():
            return winners, late_faults
        late_faults = pl.concat([late_faults, found])


def _superseded(keys: pl.DataFrame, winners: pl.DataFrame, late_faults: pl.DataFrame) -> pl.DataFrame:
    if winners.height == keys.height:
        return keys.clear().select(*_ROW, "_key", _by_file="_file", _by_line="_line")
    by = winners.select("_key", _by_file="_file", _by_line="_line")
    others = pl.concat([winners.select(_ROW), late_faults.select(_ROW)])
    losers = keys.select(*_ROW, "_key").filter(~row_number().is_in(_row_numbers(others)))
    return losers.join(by, on="_key", how="left").sort(_ROW)
