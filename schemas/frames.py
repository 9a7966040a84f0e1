"""Rows of text against their stream's contract: every fault of every row, and the typed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import DTYPES, any_of, is_sound, reasons, value
from schemas.column_spec import Column, OnInvalid, StreamSpec
from schemas.errors import ContractError

if TYPE_CHECKING:
    import pandera.polars as pa
    from pandera.api.polars.types import PolarsData
    from pandera.errors import SchemaErrors

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
"""The faults frame: a row per fault. `blanked` true: the row goes on; the cell counts as empty, or
its value is taken and a note says what becomes of it."""

_REPEATS = 20
_SAMPLE = 8192
_MOSTLY_ONCE = 0.95
"""Of values that come twenty times each in a block, a sample of that size holds fewer that come once."""
_SOUND = "sound"
_NOT_NULL = "not_nullable"


def schema_for(stream: StreamSpec) -> pa.DataFrameSchema:
    """The pandera schema of the all-text frame of a stream; other columns of the frame are left alone."""
    import pandera.polars as pa  # noqa: PLC0415 - a run that finds no file does without

    return pa.DataFrameSchema({column.key: _text_column(column, stream) for column in stream.columns})


def accepted_schema(stream: StreamSpec) -> dict[str, pl.DataType]:
    """The columns and types of the frame that `typed` gives."""
    places: dict[str, pl.DataType] = {name: FAULTS[name] for name in ("_file", "_line", "_key")}
    return places | {column.key: DTYPES[column.type] for column in stream.columns}


def check_rows(rows: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    """The faults (see `FAULTS`) of a block of text rows (`_file`, `_line`, `_key` and the stream's columns).

    Every fault of every row. `ContractError` when the frame lacks a column of the stream.
    """
    from pandera.errors import SchemaErrors  # noqa: PLC0415

    try:
        schema_for(stream).validate(rows, lazy=True)
    except SchemaErrors as error:
        return _faults(error, rows, stream)
    return pl.DataFrame(schema=FAULTS)


def get_ready() -> None:
    """Imports what checking rows needs: 60 ms of a processor, for whoever waits for something else meanwhile."""
    import pandera.polars as pa  # noqa: F401, PLC0415


def typed(rows: pl.DataFrame, stream: StreamSpec) -> pl.DataFrame:
    """Text rows with typed columns (see `accepted_schema`); a faulty cell of a column that blanks is null.

    Ask only for rows without a fault that rejects them.
    """
    columns = [_typed_column(rows[column.key], column, stream) for column in stream.columns]
    return rows.select("_file", "_line", "_key").hstack(columns)


def _typed_column(cells: pl.Series, column: Column, stream: StreamSpec) -> pl.Series:
    if cells.null_count() == len(cells):
        return pl.Series(column.key, cells, DTYPES[column.type])
    typed_value = value(column, stream)
    if typed_value.meta.eq(pl.col(column.key)) and column.on_invalid is not OnInvalid.BLANK:
        return cells.cast(DTYPES[column.type])  # a key, which is taken as it is
    typed_value = typed_value.cast(DTYPES[column.type])
    if column.on_invalid is OnInvalid.BLANK:
        faults = [reason for reason in reasons(column, stream) if not reason.is_note]
        typed_value = pl.when(~any_of(faults)).then(typed_value)
    return _for_each(cells, typed_value.alias(column.key))


def _text_column(column: Column, stream: StreamSpec) -> pa.Column:
    import pandera.polars as pa  # noqa: PLC0415

    def sound(data: PolarsData) -> pl.LazyFrame | bool:
        cells = data.lazyframe.select(column.key).collect().to_series()
        if cells.null_count() == len(cells):
            return True  # no reason applies to an empty cell, and polars compiles a dozen patterns to find that out
        answers = _for_each(cells, is_sound(column, stream))
        # Most columns are sound, and pandera takes five looks at a frame of answers where one at a yes is enough.
        return answers.all() or answers.to_frame().lazy()

    return pa.Column(pl.String, pa.Check(sound, name=_SOUND, error=_SOUND), nullable=not column.required)


def _for_each(cells: pl.Series, answer: pl.Expr) -> pl.Series:
    """The answer for each cell; where values repeat, it is sought once per value."""
    if not _repeat(cells):
        return cells.to_frame().lazy().select(answer).collect().to_series()
    values = cells.unique()
    answers = values.to_frame().select(answer).to_series()
    if answers.n_unique() == 1:
        return answers.new_from_index(0, len(cells))
    if values.null_count():
        return cells.replace_strict(values, answers).alias(answers.name)
    # By the number of each value, at half the cost of looking for the value again.
    return answers.gather(cells.cast(pl.Enum(values)).to_physical())


def _repeat(cells: pl.Series) -> bool:
    """Whether values come again so often that each is better looked at once."""
    sample = cells.gather_every(max(1, len(cells) // _SAMPLE))
    if len(cells) <= _REPEATS or sample.n_unique() > _MOSTLY_ONCE * len(sample):
        return False
    # About so many values there are among all of them.
    return int(cells.to_frame().select(pl.all().approx_n_unique()).item()) * _REPEATS < len(cells)


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
    found = [pl.DataFrame(schema=FAULTS)]
    for column in stream.columns:
        own = failures.filter(pl.col("column") == column.key)
        if own.is_empty():
            continue
        empty = rows[own.filter(pl.col("check") == _NOT_NULL)["index"]]
        unsound = rows[own.filter(pl.col("check") == _SOUND)["index"]]
        found.append(_fault_rows(empty, column, "required"))
        found.extend(
            _fault_rows(unsound.filter(reason.applies), column, reason.code, reason.detail, is_note=reason.is_note)
            for reason in reasons(column, stream)
        )
    return pl.concat(found).sort("_file", "_line", maintain_order=True)


def _fault_rows(
    rows: pl.DataFrame, column: Column, code: str, detail: str = "", *, is_note: bool = False
) -> pl.DataFrame:
    blanked = is_note or (column.on_invalid is OnInvalid.BLANK and code != "required")
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
