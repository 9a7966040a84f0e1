"""Rows of text against their stream's contract: every fault of every row, and the typed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from schemas.cells import DTYPES, any_of, certainly_sound, reasons, value
from schemas.column_spec import Column, OnInvalid, StreamSpec
from schemas.errors import ContractError

if TYPE_CHECKING:
    from pandera.api.polars.types import PolarsData

FAULTS: dict[str, pl.DataType] = {
    "_file": pl.Int32(),
    "_line": pl.Int64(),
    "_key": pl.String(),
    "column": pl.String(),
    "value": pl.String(),
    "code": pl.String(),
    "detail": pl.String(),
    "blanked": pl.Boolean(),
}
"""The faults frame: a row per fault. `blanked` true: the cell counts as empty and the row goes on."""

_SOUND = "sound"
_NOT_NULL = "not_nullable"


def schema_for(stream: StreamSpec) -> pa.DataFrameSchema:
    """The pandera schema of the all-text frame of a stream; other columns of the frame are left alone."""
    return pa.DataFrameSchema({column.key: _text_column(column, stream) for column in stream.columns})


def accepted_schema(stream: StreamSpec) -> dict[str, pl.DataType]:
    """The columns and types of the frame that `typed` gives."""
    places: dict[str, pl.DataType] = {name: FAULTS[name] for name in ("_file", "_line", "_key")}
    return places | {column.key: DTYPES[column.type] for column in stream.columns}


def check_rows(rows: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    """The faults (see `FAULTS`) of a block of text rows (`_file`, `_line`, `_key` and the stream's columns).

    Every fault of every row. `ContractError` when the frame lacks a column of the stream.
    """
    try:
        schema_for(stream).validate(rows, lazy=True)
    except SchemaErrors as error:
        return _faults(error, rows, stream)
    return pl.DataFrame(schema=FAULTS)


def typed(rows: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    """Text rows with typed columns (see `accepted_schema`); a faulty cell of a column that blanks is null.

    Ask only for rows without a fault that rejects them.
    """
    columns = [value(column, stream).cast(DTYPES[column.type]) for column in stream.columns]
    return rows.lazy().select("_file", "_line", "_key", *columns).collect()


def _text_column(column: Column, stream: StreamSpec) -> pa.Column:
    def sound(data: PolarsData) -> pl.LazyFrame:
        cells = data.lazyframe.select(column.key).collect()
        return cells.lazy().select(~_unsound(cells, column, stream))

    return pa.Column(pl.String, pa.Check(sound, name=_SOUND, error=_SOUND), nullable=not column.required)


def _unsound(cells: pl.DataFrame, column: Column, stream: StreamSpec) -> pl.Series:
    """Which cells are at fault; the costly tests look only at those that the cheap one leaves in doubt."""
    at_fault = any_of(reasons(column, stream))
    cheap = certainly_sound(column, stream)
    if cheap is None:
        return cells.select(at_fault).to_series()
    in_doubt = cells.select(~cheap.fill_null(value=True)).to_series()
    found = in_doubt.clone()
    if in_doubt.any():
        found = found.scatter(in_doubt.arg_true(), cells.filter(in_doubt).select(at_fault).to_series())
    return found


def _faults(error: SchemaErrors, rows: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    failures = pl.DataFrame(error.failure_cases)
    missing = [column.key for column in stream.columns if column.key not in rows.columns]
    if missing:
        raise ContractError(
            f"the columns {', '.join(missing)} are not in the file",
            system="files",
            action="validate",
            key=stream.name,
            remedy="Send every column that import.json names, in its place.",
        ) from error
    if failures["index"].null_count():
        raise error
    found = []
    for column in stream.columns:
        own = failures.filter(pl.col("column") == column.key)
        empty = rows[own.filter(pl.col("check") == _NOT_NULL)["index"]]
        unsound = rows[own.filter(pl.col("check") == _SOUND)["index"]]
        found.append(_fault_rows(empty, column, "required"))
        found.extend(
            _fault_rows(unsound.filter(reason.applies), column, reason.code, reason.detail)
            for reason in reasons(column, stream)
        )
    return pl.concat(found).sort("_file", "_line", maintain_order=True)


def _fault_rows(rows: pl.DataFrame, column: Column, code: str, detail: str = "") -> pl.DataFrame:
    blanked = column.on_invalid is OnInvalid.BLANK and code != "required"
    faults = rows.select(
        "_file",
        "_line",
        "_key",
        column=pl.lit(column.key),
        value=pl.col(column.key),
        code=pl.lit(code),
        detail=pl.lit(detail or None, dtype=pl.String),
        blanked=pl.lit(blanked),
    )
    return faults.cast(pl.Schema(FAULTS))
