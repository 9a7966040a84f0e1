"""Pure: wanted quantities against the last confirmed ones become stock writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from schemas.outcomes import Outcome
from tasks.run.outcomes import RowOutcome, Stop, row_outcomes

WRITES: dict[str, Any] = {
    "_file": pl.Int32,
    "_line": pl.Int64,
    "_key": pl.String,
    "quantity": pl.Int64,
    "id": pl.Int64,
    "sub_id": pl.Int64,
    "old": pl.Int64,
    "id_product": pl.Int64,
    "old_at": pl.Datetime("us", "UTC"),
}
"""Stock rows to write: `id` is id_stock_available, `sub_id` id_product_attribute, `old` the quantity before.

`id_product` is null where only the shop knows it, `old_at` (when `old` was confirmed) where the shop was asked."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """A stock row of the shop; `id` is id_stock_available, 0 for a row that is yet to be made."""

    id: int
    id_product_attribute: int
    quantity: int
    id_product: int


@dataclass(frozen=True, slots=True)
class StockPlan:
    """Rows to write (`WRITES`), rows that the shop has already (`WRITES`), outcomes of the others (`ROW_OUTCOMES`).

    `known` quantities had been confirmed when it was made; `same` are the rows (`_file`, `_line`, `_key`) that say what
    had been confirmed: all of a file, on most days.
    """

    writes: pl.DataFrame
    confirms: pl.DataFrame
    outcomes: pl.DataFrame
    known: int = 0
    same: pl.DataFrame = field(default_factory=lambda: row_outcomes(()).select("_file", "_line", "_key"))

    def emptied(self) -> int:
        """How many quantities become 0 or less that were more."""
        return self.writes.filter((pl.col("quantity") <= 0) & (pl.col("old") > 0)).height


def content(id_stock_available: int, quantity: int) -> str:
    """What a write of a quantity sends, as text."""
    return f"{id_stock_available}={quantity}"


def known_writes(rows: pl.DataFrame) -> pl.DataFrame:
    """Changed rows whose stock row the ledger knows, as `WRITES`; `old` is what was last confirmed."""
    return rows.select(
        pl.col("_file").cast(pl.Int32),
        "_line",
        "_key",
        "quantity",
        pl.col("shop_id").alias("id"),
        "sub_id",
        pl.col("_confirmed").alias("old"),
        pl.col("product_id").alias("id_product"),
        pl.col("_confirmed_at").alias("old_at"),
    )


def plan_stock(rows: pl.DataFrame, found: Mapping[str, StockRow | Stop]) -> StockPlan:
    """Looked-up rows (`_file`, `_line`, `_key`, `quantity`) become writes, confirmations or ends.

    A quantity that the shop already has is confirmed without a write.
    """
    writes: list[tuple[object, ...]] = []
    confirms: list[tuple[object, ...]] = []
    ends: list[RowOutcome] = []
    for file, line, key, quantity in rows.select("_file", "_line", "_key", "quantity").iter_rows():
        at = found.get(key, Stop(Outcome.IGNORED, "not_on_shop"))
        if isinstance(at, Stop):
            ends.append(RowOutcome(file, line, key, at.outcome.value, at.code, at.detail))
            continue
        target = confirms if at.id and at.quantity == quantity else writes
        ids = (at.id, at.id_product_attribute)
        target.append((file, line, key, quantity, *ids, at.quantity, at.id_product, None))
    return StockPlan(
        pl.DataFrame(writes, schema=WRITES, orient="row"),
        pl.DataFrame(confirms, schema=WRITES, orient="row"),
        row_outcomes(ends),
    )
