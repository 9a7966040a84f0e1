"""Rows of text and their contract become accepted rows and faults, on disk, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.frames import FAULTS, accepted_schema, check_rows, typed
from tasks.row_rules import attribute_columns, combination, neighbour_faults, row_faults

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from schemas.column_spec import Column, StreamSpec
    from tasks.read import FileRows, RowBlock

_PLACE = ["_file", "_line"]


@dataclass(frozen=True, slots=True)
class ValidatedStream:
    """Where each row read went: `rows_read == accepted_rows + rejected_rows + superseded.height`.

    `accepted` and `faults` are folders of Parquet files: rows that met the contract (see `accepted_schema`), and every
    fault of every row (see `FAULTS`), the `blanked` ones too. `superseded`: `_file`, `_line`, `_key` of each accepted
    row whose key comes again later, `_by_file`, `_by_line` of the row that takes its place.
    """

    rows_read: int
    accepted: Path
    accepted_rows: int
    faults: Path
    rejected_rows: int
    superseded: pl.DataFrame
    late_rejects: pl.DataFrame = field(repr=False)
    """`_file`, `_line` of rows in `accepted` that another row of the run contradicts."""

    def accepted_rows_scan(self) -> pl.LazyFrame:
        """The rows to import, one per key, in the order of files and lines."""
        gone = pl.concat([self.superseded.select(_PLACE), self.late_rejects])
        return _scan(self.accepted).join(gone.lazy(), on=_PLACE, how="anti", maintain_order="left")

    def faults_scan(self) -> pl.LazyFrame:
        """Every fault, in the order of files and lines."""
        return _scan(self.faults).sort(_PLACE, maintain_order=True)


def validate(files: Iterable[FileRows], stream: StreamSpec, work: Path) -> ValidatedStream:
    """Checks every row of `files` (in the order of the run) and writes the outcome under the folder `work`.

    Of the accepted rows with one key the last counts, by file and then by line.
    """
    parts = _Parts(stream, work / "accepted", work / "faults")
    parts.add(pl.DataFrame(schema=accepted_schema(stream)), pl.DataFrame(schema=FAULTS), 0)
    for file_rows in files:
        for block in file_rows:
            parts.add(*_checked(block, stream), block.height)
    keys = parts.keys()
    winners, late_faults = _settled(keys, stream.parent_column)
    parts.add(pl.DataFrame(schema=accepted_schema(stream)), late_faults, 0)
    late_rejects = late_faults.select(_PLACE).unique()
    return ValidatedStream(
        rows_read=parts.rows_read,
        accepted=parts.accepted,
        accepted_rows=winners.height,
        faults=parts.faults,
        rejected_rows=parts.rejected_rows + late_rejects.height,
        superseded=_superseded(keys, winners, late_faults),
        late_rejects=late_rejects,
    )


class _Parts:
    """The Parquet files of a run, and how many rows went where."""

    def __init__(self, stream: StreamSpec, accepted: Path, faults: Path) -> None:
        self.stream = stream
        self.accepted = accepted
        self.faults = faults
        self.rows_read = 0
        self.rejected_rows = 0
        self.count = 0
        for folder in (accepted, faults):
            folder.mkdir(parents=True, exist_ok=True)
            for old in folder.glob("*.parquet"):
                old.unlink()

    def add(self, accepted: pl.DataFrame, faults: pl.DataFrame, rows_read: int) -> None:
        name = f"{self.count:06}.parquet"
        self.count += 1
        self.rows_read += rows_read
        self.rejected_rows += rows_read - accepted.height if rows_read else 0
        for frame, folder in ((accepted, self.accepted), (faults, self.faults)):
            if frame.height or self.count == 1:
                frame.write_parquet(folder / name)

    def keys(self) -> pl.DataFrame:
        """`_file`, `_line`, `_key`, `_parent`, `_combination` of every accepted row."""
        parent = self.stream.parent_column
        return (
            _scan(self.accepted)
            .select(
                *_PLACE,
                "_key",
                _parent=pl.col(parent.key) if parent else pl.lit(None, pl.String),
                _combination=combination(attribute_columns(self.stream)),
            )
            .collect(engine="streaming")
            .sort(_PLACE)
        )


def _checked(block: RowBlock, stream: StreamSpec) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accepted rows of a block, typed, and all its faults."""
    faults = check_rows(block.rows, stream)
    at_fault = faults.filter(~pl.col("blanked")).select(_PLACE).unique()
    accepted = typed(block.rows.join(at_fault, on=_PLACE, how="anti", maintain_order="left"), stream)
    contradictions = row_faults(accepted, stream)
    accepted = accepted.join(contradictions, on=_PLACE, how="anti", maintain_order="left")
    if at_fault.height:
        contradictions.extend(row_faults(block.rows.join(at_fault, on=_PLACE, how="semi"), stream))
    return accepted, pl.concat([block.broken, faults, contradictions])


def _settled(keys: pl.DataFrame, parent: Column | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that win their key, and the faults of those that another winner contradicts.

    A rejected winner gives its key back to the row before it, which is then looked at in its turn.
    """
    late_faults = pl.DataFrame(schema=FAULTS)
    while True:
        candidates = keys.join(late_faults, on=_PLACE, how="anti", maintain_order="left")
        winners = candidates.unique("_key", keep="last", maintain_order=True)
        found = neighbour_faults(winners, parent) if parent is not None else late_faults.clear()
        if found.is_empty():
            return winners, late_faults
        late_faults = pl.concat([late_faults, found])


def _superseded(keys: pl.DataFrame, winners: pl.DataFrame, late_faults: pl.DataFrame) -> pl.DataFrame:
    by = winners.select("_key", _by_file="_file", _by_line="_line")
    losers = keys.select(*_PLACE, "_key").join(winners, on=_PLACE, how="anti")
    return losers.join(late_faults, on=_PLACE, how="anti").join(by, on="_key", how="left").sort(_PLACE)


def _scan(folder: Path) -> pl.LazyFrame:
    return pl.scan_parquet(sorted(folder.glob("*.parquet")))
