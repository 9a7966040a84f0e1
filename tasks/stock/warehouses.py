"""Pure: the quantities of several warehouses become one quantity of each item."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from schemas.outcomes import Outcome
from tasks.run.outcomes import one_outcome, row_outcomes


def summed(
    rows: pl.DataFrame, chosen: Iterable[str], rejected: Iterable[str], *, complete: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows (`_file`, `_line`, `_key`, `warehouse`, `quantity`) added up by key, and the outcomes of the others.

    Of the rows of one key and warehouse the last counts; the last row of a key stands for the sum. An item of which a
    row was `rejected`, or that lacks a row of a chosen warehouse, has no sum; in a `complete` file the lack is a 0.
    """
    wanted = list(dict.fromkeys(chosen))
    ours = pl.col("warehouse").fill_null("").is_in(wanted)
    mine = rows.filter(ours).sort("_file", "_line")
    last = mine.unique(["_key", "warehouse"], keep="last", maintain_order=True)
    superseded = mine.join(last.select("_file", "_line"), on=["_file", "_line"], how="anti")
    broken = last.filter(pl.col("_key").is_in(list(rejected)))
    counted = last.join(broken.select("_key").unique(), on="_key", how="anti")
    counted = counted.with_columns(pl.len().over("_key").alias("_warehouses"))
    lacking = counted.filter(pl.col("_warehouses") < (0 if complete else len(wanted)))
    whole = counted.join(lacking.select("_key").unique(), on="_key", how="anti").sort("_file", "_line")
    sums = whole.with_columns(pl.col("quantity").sum().over("_key")).unique("_key", keep="last", maintain_order=True)
    others = whole.join(sums.select("_file", "_line"), on=["_file", "_line"], how="anti")
    ended = (
        one_outcome(rows.filter(~ours), Outcome.IGNORED, "other_warehouse"),
        one_outcome(superseded, Outcome.IGNORED, "warehouse_row_superseded"),
        one_outcome(broken, Outcome.REJECTED, "warehouse_row_rejected"),
        one_outcome(lacking, Outcome.REJECTED, "warehouse_missing", ", ".join(wanted)),
        one_outcome(others, Outcome.IGNORED, "warehouse_summed"),
    )
    return sums.select("_file", "_line", "_key", "quantity"), pl.concat([row_outcomes(()), *ended])
