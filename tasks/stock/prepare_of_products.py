"""The stock that the product stream carries, after the catalogue: its `stocks` column, and 0 for what was closed."""

from __future__ import annotations

import polars as pl

from connectors.ledger import LinkState
from schemas.column_spec import Owner
from tasks.read.validate import ValidatedStream
from tasks.run.outcomes import row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.stock.plan import WRITES, StockPlan
from tasks.stock.prepare import plan_quantities


@step_task("plan quantities")
async def prepare_quantities(run: Run, validated: ValidatedStream) -> StockPlan:
    """The stock plan of the products that the shop now has.

    A closed combination is wanted at 0 whatever the file has, unless closing deletes it. Called before the
    catalogue is written, it shows what would happen to the stock of products that the shop has already.
    """
    links = run.ledger.links(run.folder.name, "product").filter(pl.col("shop_id") > 0)
    wanted = _wanted(run, validated, links)
    if wanted.is_empty():
        empty = pl.DataFrame(schema=WRITES)
        return StockPlan(empty, empty, row_outcomes(()))
    return await plan_quantities(run, wanted, links, complete=False)


def _wanted(run: Run, validated: ValidatedStream, links: pl.DataFrame) -> pl.DataFrame:
    column = run.stream.column("stocks")
    quantity = pl.col(column.key) if column and column.owner is Owner.ERP else pl.lit(None, dtype=pl.Int64)
    rows = validated.accepted_rows_scan().select("_file", "_line", "_key", quantity.alias("quantity")).collect()
    # A refused row is not about the item that the ledger knows by its key: that may be another one.
    rows = rows.join(run.rows.left_behind(), on=["_file", "_line"], how="anti")
    is_closed = (pl.col("state") == LinkState.CLOSED) & (pl.col("sub_id") > 0)
    deleted = run.folder.settings.products.closed_combinations == "delete"
    rows = (
        rows.join(links.select("erp_key", "state", "sub_id"), left_on="_key", right_on="erp_key", how="inner")
        .filter(~(pl.lit(deleted) & is_closed))
        .with_columns(
            quantity=pl.when((pl.col("state") == LinkState.CLOSED) & (pl.col("sub_id") > 0))
            .then(0)
            .otherwise("quantity")
        )
        .filter(pl.col("quantity").is_not_null())
        .select("_file", "_line", "_key", "quantity")
    )
    if deleted or not run.may_write_shop:
        return rows
    return pl.concat([rows, _closed_by_absence(run, links.filter(is_closed), rows)])


def _closed_by_absence(run: Run, closed: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Closed combinations that no row speaks of and whose stock is not yet 0, as rows of no file."""
    stock = run.ledger.links(run.folder.name, "stock").filter((pl.col("confirmed_value") == "0") & ~pl.col("in_doubt"))
    return (
        closed.join(rows, left_on="erp_key", right_on="_key", how="anti")
        .join(stock, on="erp_key", how="anti")
        .select(
            pl.lit(-1, dtype=rows.schema["_file"]).alias("_file"),
            pl.lit(0, dtype=pl.Int64).alias("_line"),
            pl.col("erp_key").alias("_key"),
            pl.lit(0, dtype=pl.Int64).alias("quantity"),
        )
    )
