"""Accepted stock rows become a stock plan: what the ledger knows needs no question, the rest is looked up in bulk."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial

import polars as pl

from connectors.ledger import LinkState
from schemas.column_spec import AbsentRows
from schemas.errors import ConfigFault, ConfigurationError
from schemas.outcomes import Outcome
from tasks.read.validate import ValidatedStream
from tasks.run.absence import closed_by_absence
from tasks.run.changed import believed, changed_and_same
from tasks.run.holds import Holds
from tasks.run.outcomes import RowOutcome, one_outcome, row_outcomes
from tasks.run.refused_before import RefusedBefore
from tasks.run.run import Run
from tasks.run.signed_plan import plan_is_signed
from tasks.run.step_tasks import step_task
from tasks.stock.look_up import stock_rows, with_combinations
from tasks.stock.net import subtract_unseen
from tasks.stock.plan import StockPlan, content, known_writes, plan_stock
from tasks.stock.unseen import Unseen
from tasks.stock.warehouses import summed

KIND = "stock"
NOT_KEPT = ("0", "n", "no", "non", "false", "faux", "aucun", "none", "-")
"""Words of the column `kept_in_stock` for no; Sage's AR_SuiviStock has 0 for none, and numbers for ways of keeping."""


@step_task("plan stock")
async def prepare_stock(run: Run, validated: ValidatedStream, unseen: Unseen) -> StockPlan:
    """The plan of the stock stream, less what is `unseen`. Combinations that the ERP has closed keep their 0."""
    with run.step("plan stock"):
        rows, without = _rows(run, validated)
        products = run.ledger.links(run.folder.name, "product")
        rows = subtract_unseen(run, rows, products, unseen)
        closed = products.filter((pl.col("state") == LinkState.CLOSED) & (pl.col("sub_id") > 0)).select(
            pl.col("erp_key").alias("_key")
        )
        is_closed = pl.col("_key").is_in(closed["_key"].implode())
        plan = await plan_quantities(run, rows.filter(~is_closed), products, complete=True, named=without)
    return StockPlan(
        plan.writes,
        plan.confirms,
        pl.concat([plan.outcomes, one_outcome(rows.filter(is_closed), Outcome.IGNORED, "closed_combination")]),
        plan.known,
        plan.same,
    )


def _rows(run: Run, validated: ValidatedStream) -> tuple[pl.DataFrame, list[str]]:
    """The quantity of each item (`_file`, `_line`, `_key`, `quantity`), those of several warehouses added up.

    With the keys of the rows that were rejected for want of one.
    """
    columns = {column.target: column.key for column in run.stream.columns}
    asked = ["_file", "_line", "_key", *_quantity(run, columns)]
    if not run.stream.has_warehouses:
        rows = validated.accepted_rows_scan().select(asked).collect()
        return _with_a_quantity(run, rows)
    chosen = run.folder.settings.stock.warehouses
    if not chosen:
        reason = "the stock files have a column for the warehouse, and none is chosen"
        remedy = 'Write those that count, such as `warehouses = ["CENTRAL"]`, under [stock].'
        raise ConfigurationError((ConfigFault("settings.toml", "stock.warehouses", reason, remedy),))
    warehouse = pl.col(columns["warehouse"]).cast(pl.String).alias("warehouse")
    rows, without = _with_a_quantity(run, validated.accepted_rows_scan().select(*asked, warehouse).collect())
    rejected = run.rows.faults.filter(~pl.col("blanked")).select("_key").collect()["_key"].drop_nulls()
    sums, ended = summed(
        rows.with_columns(pl.col("_file").cast(pl.Int32)),
        chosen,
        [*rejected, *without],
        complete=run.stream.absent_rows is AbsentRows.DEACTIVATE,
    )
    run.rows.record(ended)
    is_kept = ~pl.col("_key").is_in(rows.filter(~pl.col("_kept"))["_key"].implode())
    default = pl.lit(run.folder.settings.stock.quantity_if_not_kept, dtype=pl.Int64)
    quantity = pl.when(is_kept).then("quantity").otherwise(default).alias("quantity")
    return sums.with_columns(quantity, is_kept.alias("_kept")), without


def _quantity(run: Run, columns: Mapping[str, str]) -> tuple[pl.Expr, ...]:
    """`quantity`, and `_kept`: whether the ERP keeps stock of the item, so that the quantity is its own."""
    quantity = pl.col(columns["quantity"]).cast(pl.Int64)
    if "kept_in_stock" not in columns:
        return quantity.alias("quantity"), pl.lit(value=True).alias("_kept")
    word = pl.col(columns["kept_in_stock"]).cast(pl.String).str.strip_chars().str.to_lowercase()
    is_kept = ~word.is_in(NOT_KEPT).fill_null(value=False)
    default = pl.lit(run.folder.settings.stock.quantity_if_not_kept, dtype=pl.Int64)
    return pl.when(is_kept).then(quantity).otherwise(default).alias("quantity"), is_kept.alias("_kept")


def _with_a_quantity(run: Run, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """The rows but those of items in stock without a quantity, which are rejected, and the keys of these."""
    without = rows.filter(pl.col("quantity").is_null())
    run.rows.record(one_outcome(without, Outcome.REJECTED, "stock_without_quantity"))
    return rows.filter(pl.col("quantity").is_not_null()), without["_key"].to_list()


async def plan_quantities(
    run: Run, rows: pl.DataFrame, products: pl.DataFrame, *, complete: bool, named: Collection[str] = ()
) -> StockPlan:
    """Wanted quantities (`_file`, `_line`, `_key`, `quantity`) against the ledger and, where it is silent, the shop.

    `products` are the ledger's links of products, which save look-ups by key. With `complete`, and when the stream
    has complete files, keys that are confirmed and in no row are wanted at 0, but for those `named` by rejected rows.
    """
    linked = run.ledger.links_scan(run.folder.name, KIND)
    linked = linked.with_columns(quantity=pl.col("confirmed_value").cast(pl.Int64, strict=False))
    links = linked.select(_compared(run)).collect()
    sold_off = rows.filter(~pl.col("_kept"))["_key"] if "_kept" in rows.columns else pl.Series(dtype=pl.String)
    rows = rows.select("_file", "_line", "_key", "quantity")
    rows = rows.with_columns(pl.col("_file").cast(pl.Int32), pl.col("quantity").cast(pl.Int64))
    if complete:
        rows = pl.concat([rows, _at_zero(closed_by_absence(run, rows, links, named))])
    rows, held = Holds(run, KIND).without_held(rows, pl.col("quantity").cast(pl.String))
    # What was sold of an item that no stock is kept of, the ERP never brings: the shop is asked what is left of it.
    changed, same = changed_and_same(rows, links, run.since, compared="quantity", never_same=sold_off)
    links_of_changed = _of(changed, linked).collect()
    changed = _with_link(changed, links_of_changed)
    looked_at = changed.filter(~pl.col("_key").is_in(sold_off.implode()))
    known = await _known(run, looked_at, links_of_changed, products)
    asked = changed.join(known, on="_key", how="anti", maintain_order="left")
    ids = _known_ids(asked, products, run.since)
    found = await stock_rows(run.shop, run.stream.key_column.target, asked["_key"].to_list(), ids)
    plan = plan_stock(asked, found)
    writes, refused = _without_refused(run, pl.concat([known_writes(known), plan.writes]))
    return StockPlan(
        writes,
        plan.confirms,
        pl.concat([plan.outcomes, refused, held]),
        links.height,
        same.select("_file", "_line", "_key"),
    )


async def _known(run: Run, changed: pl.DataFrame, links: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """The changed rows whose stock row the ledger knows, with `product_id` and `_confirmed_at`.

    A row of stock and a product that two links give to one key are of one item, else neither is believed.
    """
    believes = run.since is None and not plan_is_signed()
    rows = changed.filter(pl.lit(believes) & (pl.col("shop_id") > 0))
    own = _of(rows, products.lazy()).filter(pl.col("shop_id") > 0)
    items = own.select(_key="erp_key", _product="shop_id", _combination="sub_id").collect()
    counted = links.select("product_id", _key="erp_key", _confirmed_at="confirmed_at")
    rows = rows.join(counted, on="_key", how="left").join(items, on="_key", how="left", maintain_order="left")
    is_same = (pl.col("_product") == pl.col("product_id")).fill_null(value=True)
    is_same &= (pl.col("_combination") == pl.col("sub_id")).fill_null(value=True)
    is_simple = pl.col("sub_id") == 0
    rows = rows.filter(is_same & (~is_simple | pl.col("product_id").is_not_null()))
    # The row without a combination is the sum of the combinations once its product has some.
    sums = await with_combinations(run.shop, rows.filter(is_simple)["product_id"])
    return rows.filter(~is_simple | ~pl.col("product_id").is_in(list(sums)))


def _compared(run: Run) -> list[str]:
    """What of the links is looked at for every row: of a file in which nothing has changed, nothing else is read."""
    columns = ["erp_key", "quantity", "confirmed_value", "in_doubt"]
    columns += ["state"] if run.stream.absent_rows is AbsentRows.DEACTIVATE else []
    return columns + (["confirmed_at"] if run.since is not None else [])


def _of(rows: pl.DataFrame, links: pl.LazyFrame) -> pl.LazyFrame:
    """The links of the keys of `rows`."""
    if rows.is_empty():
        return links.limit(0)
    return links.join(rows.lazy(), left_on="erp_key", right_on="_key", how="semi")


def _with_link(changed: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """The rows with `shop_id`, `sub_id` and `state` of their link, and its quantity as `_confirmed`."""
    held = links.select("shop_id", "sub_id", "state", _key="erp_key", _confirmed="quantity")
    return changed.join(held, on="_key", how="left", maintain_order="left")


def _without_refused(run: Run, writes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The writes that the shop did not refuse before, and the others as `ROW_OUTCOMES`, refused again."""
    before = RefusedBefore(run, KIND)
    if not before:
        return writes, row_outcomes(())
    held = {
        key: refusal
        for key, shop_id, quantity in writes.select("_key", "id", "quantity").iter_rows()
        if (refusal := before.of(key, partial(content, shop_id, quantity)))
    }
    rows = writes.filter(pl.col("_key").is_in(list(held)))
    again = [
        RowOutcome(file, line, key, Outcome.REFUSED.value, held[key].code, held[key].detail)
        for file, line, key in rows.select("_file", "_line", "_key").iter_rows()
    ]
    left = writes.filter(~pl.col("_key").is_in(list(held)))
    return left, row_outcomes(again)


def _known_ids(asked: pl.DataFrame, products: pl.DataFrame, since: datetime | None) -> dict[str, tuple[int, int]]:
    """(id_product, id_product_attribute) by key, of the rows asked for that the product links know."""
    known = products.filter((pl.col("shop_id") > 0) & believed(since))
    known = known.join(asked, left_on="erp_key", right_on="_key", how="semi")
    return {key: (shop_id, sub_id) for key, shop_id, sub_id in known.select("erp_key", "shop_id", "sub_id").iter_rows()}


def _at_zero(links: pl.DataFrame) -> pl.DataFrame:
    """Links as rows of no file, wanted at 0; those that are at 0 already are left out."""
    return links.filter(pl.col("in_doubt") | pl.col("confirmed_value").ne_missing(pl.lit("0"))).select(
        pl.lit(-1, dtype=pl.Int32).alias("_file"),
        pl.lit(0, dtype=pl.Int64).alias("_line"),
        pl.col("erp_key").alias("_key"),
        pl.lit(0, dtype=pl.Int64).alias("quantity"),
    )
