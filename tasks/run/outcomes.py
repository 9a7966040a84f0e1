"""The outcome of each row: one frame in which every step records them, and what stops a row before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from schemas.outcomes import Outcome

ROW_OUTCOMES = {
    "_file": pl.Int32,
    "_line": pl.Int64,
    "_key": pl.String,
    "outcome": pl.String,
    "code": pl.String,
    "detail": pl.String,
    "column": pl.String,
}
"""The columns of a frame of outcomes: one row of the run each, and the message that says why.

`column` is what import.json writes the value to that stopped the row, which then stands in `detail`; empty where no
value of the file did.
"""


class RowOutcome(NamedTuple):
    """One row of a frame of outcomes."""

    file: int
    line: int
    key: str
    outcome: str
    code: str = ""
    detail: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a row goes no further: its outcome, the code and detail of the message, and the column it is about."""

    outcome: Outcome
    code: str
    detail: str = ""
    column: str = ""
    """What import.json writes the value to that stands in `detail`; empty where it is no value of the row."""


def row_outcomes(rows: Iterable[RowOutcome]) -> pl.DataFrame:
    """The outcomes as a frame of `ROW_OUTCOMES`."""
    columns = zip(*rows, strict=True)
    return pl.DataFrame(dict(zip(ROW_OUTCOMES, columns, strict=False)), schema=ROW_OUTCOMES)


def one_outcome(rows: pl.DataFrame, outcome: Outcome, code: str = "", detail: str = "") -> pl.DataFrame:
    """The same outcome and message for all of `rows` (`_file`, `_line`, `_key`), as `ROW_OUTCOMES`."""
    return rows.select(
        pl.col("_file").cast(pl.Int32),
        "_line",
        "_key",
        outcome=pl.lit(outcome.value),
        code=pl.lit(code),
        detail=pl.lit(detail),
        column=pl.lit(""),
    )
