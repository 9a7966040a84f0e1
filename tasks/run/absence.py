"""What a complete file closes by leaving it out, judged only where the run knows all that the file says."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from schemas.column_spec import AbsentRows
from schemas.folded import fold
from schemas.incidents import Level
from tasks.run.changed import absent
from tasks.run.run import Run


def closed_by_absence(run: Run, rows: pl.DataFrame, links: pl.DataFrame, named: Collection[str] = ()) -> pl.DataFrame:
    """The active links that the run's files close by leaving them out; `rows` are the accepted ones (`_key`).

    `named` are the keys of rows that were accepted at first, and rejected since. None without a row accepted, and none
    when a file was refused. What a rejected row names is not absent; when a rejected row does not tell its link's key,
    nothing is, and an incident says so. What a row names in other letters is not absent either: the shop takes both
    keys for one.
    """
    refused = any(file.refused is not None for file in run.files)
    if run.stream.absent_rows is not AbsentRows.DEACTIVATE or rows.is_empty() or refused:
        return links.clear()
    rejecting = run.rows.faults.filter(~pl.col("blanked")).select("_file", "_line", "_key").unique().collect()
    unnamed = rejecting if run.stream.has_several_rows_per_key else rejecting.filter(pl.col("_key").is_null())
    if not unnamed.is_empty():
        tells_key = unnamed["_key"].is_not_null().all()
        code = "absence_not_believed_of_rejected" if tells_key else "absence_not_believed"
        run.note(Level.ERROR, code, value=str(unnamed.height))
        return links.clear()
    gone = absent(rows, links).join(rejecting, left_on="erp_key", right_on="_key", how="anti")
    told = [rows["_key"], rejecting["_key"], pl.Series(list(named), dtype=pl.String)]
    return gone.filter(~_named_in_other_letters(gone["erp_key"], told))


def _named_in_other_letters(keys: pl.Series, named: Iterable[pl.Series]) -> pl.Series:
    """Whether the shop's collation takes each key for one of `named` (FACTS 2.3: case, accents, spaces)."""
    if keys.is_empty():
        return pl.Series(dtype=pl.Boolean)
    spoken = {fold(key) for series in named for key in series.drop_nulls()}
    return pl.Series([fold(key) in spoken for key in keys], dtype=pl.Boolean)
