"""What was undone is not written again while the files want the same of it."""

from __future__ import annotations

import polars as pl

from schemas.outcomes import Outcome
from tasks.run.outcomes import one_outcome
from tasks.run.run import Run

LEFT_OUT = ""
"""What a file wants of a key that it closes by leaving it out."""
CODE = "undo_held"
_FINGERPRINT = pl.col("fingerprint")


class Holds:
    """What is held of one kind; asked for once."""

    def __init__(self, run: Run, kind: str) -> None:
        self._run = run
        self._kind = kind
        self._wants = run.ledger.held_wants(run.folder.name, kind)

    def without_held(self, rows: pl.DataFrame, want: pl.Expr = _FINGERPRINT) -> tuple[pl.DataFrame, pl.DataFrame]:
        """`rows` (`_key` and what `want` is made of) but those that want what is held, and the outcomes of these.

        A row that wants something else releases its key.
        """
        if not self._wants:
            return rows, one_outcome(rows.clear(), Outcome.IGNORED)
        held = pl.col("_key").replace_strict(self._wants, default=None, return_dtype=pl.String)
        is_held = (held == want).fill_null(value=False)
        self._release(rows.filter(held.is_not_null() & ~is_held)["_key"])
        return rows.filter(~is_held), one_outcome(rows.filter(is_held), Outcome.IGNORED, CODE)

    def without_left_out(self, links: pl.DataFrame) -> pl.DataFrame:
        """Links that the files close by leaving them out, but those that are held; others release their key."""
        if not self._wants:
            return links
        held = pl.col("erp_key").replace_strict(self._wants, default=None, return_dtype=pl.String)
        is_held = (held == LEFT_OUT).fill_null(value=False)
        self._release(links.filter(held.is_not_null() & ~is_held)["erp_key"])
        return links.filter(~is_held)

    def _release(self, keys: pl.Series) -> None:
        if not keys.is_empty() and self._run.may_write_shop:
            self._run.ledger.release_wants(self._run.folder.name, self._kind, keys.to_list())
