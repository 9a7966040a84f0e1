"""Both sides of the stock are read, whatever the ledger believes: what sales do not explain is a difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import polars as pl

from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.report.progress import advance
from tasks.run.outcomes import RowOutcome, one_outcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.stock.look_up import stock_rows
from tasks.stock.plan import WRITES, StockPlan, StockRow, plan_stock
from tasks.stock_check.differences import ItemIds, Moved, Sales, sales_of
from tasks.stock_check.sales import sales_since

LOOKS = 4
"""How often a difference is looked at until two looks say the same: the shop sells meanwhile."""
AT_ONCE = 5_000


Row: TypeAlias = "tuple[int, int, str, int, int, int, int, int, None]"
"""A row of `WRITES`."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the ERP last named, what the shop has, and what orders did meanwhile."""

    row: Row
    moved: Moved

    @property
    def key(self) -> str:
        """The reference."""
        return self.row[2]

    @property
    def expected(self) -> int:
        """What the shop should have."""
        return self.row[3] - self.moved.sold

    @property
    def found(self) -> int:
        """What it has."""
        return self.row[6]


@step_task("compare stock")
async def compare_stock(run: Run) -> StockPlan:
    """The writes that would make the shop's quantities what they should be; all other rows end here."""
    with run.step("compare stock"):
        rows = _rows(run)
        run.rows.read = rows.height
        run.rows.accepted = rows.select("_file", "_line", "_key")
        run.rows.record(one_outcome(rows.filter(pl.col("quantity").is_null()), Outcome.WAITING, "stock_in_doubt"))
        rows = rows.filter(pl.col("quantity").is_not_null())
        comparison = _Comparison(run, rows)
        differences = await comparison.differences()
        return _plan(run, differences, rows.height, may_repair=comparison.sees_orders)


def _rows(run: Run) -> pl.DataFrame:
    """Every quantity that the ERP named and the shop confirmed; null where a write of it is under way or in doubt."""
    links = run.ledger.links(run.folder.name, "stock").filter(pl.col("shop_id") > 0).sort("erp_key")
    return links.with_row_index("_line", offset=1).select(
        pl.lit(0, dtype=pl.Int32).alias("_file"),
        pl.col("_line").cast(pl.Int64),
        pl.col("erp_key").alias("_key"),
        pl.when(~pl.col("in_doubt")).then(pl.col("confirmed_value").cast(pl.Int64, strict=False)).alias("quantity"),
        "confirmed_at",
    )


class _Comparison:
    """The rows on their way: equal, explained by sales, different, or moving too fast to tell."""

    def __init__(self, run: Run, rows: pl.DataFrame) -> None:
        self.run = run
        self.rows = rows
        offset = timedelta(seconds=run.facts.clock_offset_seconds)
        self.written_at: Mapping[str, datetime] = {
            key: at + offset for key, at in rows.select("_key", "confirmed_at").iter_rows()
        }
        products = run.ledger.links(run.folder.name, "product").filter(pl.col("shop_id") > 0)
        self.item_ids: dict[str, ItemIds] = {
            key: (product, combination)
            for key, product, combination in products.select("erp_key", "shop_id", "sub_id").iter_rows()
            if key in self.written_at
        }
        self.sees_orders = True
        """Whether all orders that take of this stock could be read, as far as they were asked for."""

    async def differences(self) -> list[Difference]:
        """What two looks find the same, and no sale explains."""
        left, before = await self._look(self.rows), dict[str, Difference]()
        same: list[Difference] = []
        for _ in range(LOOKS):
            same += [one for one in left if one == before.get(one.key)]
            moving = [one for one in left if one != before.get(one.key)]
            if not moving:
                return same
            before = {one.key: one for one in moving}
            left = await self._look(self.rows.filter(pl.col("_key").is_in(list(before))))
        self._end(left, Outcome.WAITING, "stock_moves")
        return same

    async def _look(self, rows: pl.DataFrame) -> list[Difference]:
        """The rows that the shop has otherwise and that no sale explains; the others end."""
        candidates: list[Row] = []
        for start in range(0, rows.height, AT_ONCE):
            self.run.lease.check()
            part = rows.slice(start, AT_ONCE)
            found = await stock_rows(
                self.run.shop, self.run.stream.key_column.target, part["_key"].to_list(), self.item_ids
            )
            plan = plan_stock(part, {key: row for key, row in found.items() if not _is_to_be_made(row)})
            self.run.rows.record(plan.outcomes)
            self.run.rows.record(one_outcome(plan.confirms, Outcome.UNCHANGED))
            candidates += plan.writes.iter_rows()
            advance("compare stock", min(start + AT_ONCE, rows.height), rows.height)
        self.item_ids = {row[2]: (row[7], row[5]) for row in candidates} | self.item_ids
        sales = await self._sales([candidate[2] for candidate in candidates])
        looked = [Difference(row, self._moved(row[2], sales)) for row in candidates]
        self._end([one for one in looked if _is_explained(one)], Outcome.UNCHANGED)
        return [one for one in looked if not _is_explained(one)]

    async def _sales(self, keys: list[str]) -> Sales:
        """The orders that changed since the oldest of these quantities was written."""
        nothing = sales_of((), (), frozenset())
        if not keys or not self.sees_orders:
            return nothing
        sales = await sales_since(self.run, min(self.written_at[key] for key in keys))
        if sales is None:
            self.sees_orders = False
            self.run.note(Level.INFO, "stock_check_blind")
        return sales or nothing

    def _moved(self, key: str, sales: Sales) -> Moved:
        item = self.item_ids.get(key)
        return sales.since(item, self.written_at[key]) if item else Moved()

    def _end(self, outcomes: Iterable[Difference], outcome: Outcome, code: str = "") -> None:
        rows = [RowOutcome(*one.row[:3], outcome.value, code) for one in outcomes]
        self.run.rows.record(row_outcomes(rows))


def _is_to_be_made(row: object) -> bool:
    return isinstance(row, StockRow) and not row.id


def _is_explained(one: Difference) -> bool:
    return one.moved.explains(one.found - one.row[3])


def _plan(run: Run, differences: list[Difference], known: int, *, may_repair: bool) -> StockPlan:
    """The repairs; a difference that is not to be repaired, or not to the piece, is told and waits."""
    repaired, outcomes = [], []
    may_repair = may_repair and run.folder.settings.stock.repair
    for one in differences:
        level = Level.ERROR
        if may_repair and one.moved.is_certain:
            file, line, key, _, *ids = one.row
            repaired.append((file, line, key, one.expected, *ids))
            level = Level.INFO
        else:
            detail = f"{one.expected} / {one.found}"
            outcomes.append(RowOutcome(*one.row[:3], Outcome.WAITING.value, "stock_differs", detail))
        code = "stock_differs" if level is Level.ERROR else "stock_repaired"
        run.note(level, code, one.key, value=str(one.found), detail=str(one.expected))
    run.rows.record(row_outcomes(outcomes))
    none = pl.DataFrame(schema=WRITES)
    return StockPlan(pl.DataFrame(repaired, schema=WRITES, orient="row"), none, row_outcomes(()), known)
