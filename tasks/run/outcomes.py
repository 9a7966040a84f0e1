"""The outcome of each row: one frame in which every step records them, and what stops a row before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl

from schemas.outcomes import Outcome

ROW_OUTCOMES = {
    "_file": pl.Int32,
    "_line": pl.Int64,
    "_key": pl.String,
    "outcome": pl.String,
    "code": pl.String,
    "detail": pl.String,
}
"""The columns of a frame of outcomes: one row of the run each, and the message that says why."""

RowOutcome: TypeAlias = tuple[int, int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a row goes no further: its outcome, and the code and detail of the message."""

    outcome: Outcome
    code: str
    detail: str = ""


def row_outcomes(rows: Iterable[RowOutcome]) -> pl.DataFrame:
    """The outcomes as a frame of `ROW_OUTCOMES`."""
    return pl.DataFrame(list(rows), schema=ROW_OUTCOMES, orient="row")


def one_outcome(rows: pl.DataFrame, outcome: Outcome, code: str = "", detail: str = "") -> pl.DataFrame:
    """The same outcome and message for all of `rows` (`_file`, `_line`, `_key`), as `ROW_OUTCOMES`."""
    return rows.select(
        pl.col("_file").cast(pl.Int32),
        "_line",
        "_key",
        outcome=pl.lit(outcome.value),
        code=pl.lit(code),
        detail=pl.lit(detail),
    )
