"""Accepted rows of the storeOrder stream become sales, and sales a plan; a sale whose one row is at fault is held."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

from connectors.ledger import LinkState
from schemas.fingerprints import fingerprints
from schemas.incidents import Level
from schemas.outcomes import Outcome
from tasks.flat.translate.rows import flat_rows
from tasks.read.validate import ValidatedStream, row_number
from tasks.run.changed import with_links
from tasks.run.outcomes import ROW_OUTCOMES, Stop, one_outcome
from tasks.run.row_ref import RowRef
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.store_orders.look_up import (
    orders_elsewhere,
    orders_of,
    own_orders,
    require_store_orders,
    sale_ids,
    unsold,
)
from tasks.store_orders.plan import KEPT, PlannedSale, already_there, held, new_order
from tasks.store_orders.translate.sale import Sale, sale_entity, sale_of

KIND = "store_order"
_ROW = ("_file", "_line", "_key")


class SalesPlan:
    """The planned sales and the fingerprint of each by key. Not a dataclass: Prefect walks through every field."""

    def __init__(self, sales: Sequence[PlannedSale], marks: dict[str, str]) -> None:
        self.sales = sales
        self.marks = marks


@step_task("plan store orders")
async def prepare_store_orders(run: Run, validated: ValidatedStream) -> SalesPlan:
    """The plan of every sale that is not confirmed; the rows of the others end here.

    Raises DeniedError when there is a sale to look at and the shop cannot take any.
    """
    with run.step("plan store orders"):
        rows = _without_held(run, validated, _of_last_file(run, validated, _accepted(run, validated)))
        links = run.ledger.links(run.folder.name, KIND)
        sales = with_links(_marked(rows), links, run.since)
        _record_confirmed(run, rows.join(sales.filter(~pl.col("_changed")), on="_key", how="inner"))
        looked_at = sales.filter("_changed")
        sales_read = _sales(run, validated, rows.join(looked_at.select("_key"), on="_key", how="semi"))
        if sales_read:
            _require_module(run)
        marks = dict(looked_at.select("_key", "fingerprint").iter_rows())
        return SalesPlan(await _planned(run, sales_read), marks)


def _require_module(run: Run) -> None:
    if not run.facts.may("POST", "store_orders"):
        run.note(Level.ERROR, "sales_need_module")
    require_store_orders(run.facts)


def _accepted(run: Run, validated: ValidatedStream) -> pl.DataFrame:
    """`_ROW` and fingerprint of every accepted row."""
    rows = validated.accepted_rows_scan().collect()
    prints = fingerprints(rows, run.stream.columns, secret=run.ledger.secret())
    return rows.select(pl.col("_file").cast(pl.Int32), "_line", "_key", prints.alias("fingerprint"))


def _rejected(validated: ValidatedStream) -> pl.DataFrame:
    """`_ROW` of the rows that the contract rejects, each once, without key where it has none."""
    rows = validated.faults_scan().filter(~pl.col("blanked")).select(pl.col("_file").cast(pl.Int32), "_line", "_key")
    return rows.sort("_key", nulls_last=True).unique(["_file", "_line"], keep="first").collect()


def _of_last_file(run: Run, validated: ValidatedStream, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of the last file that has each sale; those of files before it end here."""
    every = pl.concat([rows.select(_ROW), _rejected(validated).filter(pl.col("_key").is_not_null())])
    newest = every.filter(pl.col("_file") == pl.col("_file").max().over("_key"))
    by = newest.group_by("_key").agg(_last=pl.col("_file").first(), _by_line=pl.col("_line").min())
    joined = rows.join(by, on="_key", how="left", maintain_order="left")
    earlier = joined.filter(pl.col("_file") < pl.col("_last"))
    outcomes = one_outcome(earlier, Outcome.IGNORED, "superseded").with_columns(
        detail=earlier["_by_line"].cast(pl.String)
    )
    run.rows.record(outcomes.select(list(ROW_OUTCOMES)))
    return joined.filter(pl.col("_file") == pl.col("_last")).select(rows.columns)


def _without_held(run: Run, validated: ValidatedStream, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of sales that have no row at fault; the others end here.

    A row whose sale cannot be read may belong to the sale before it in the file, or to the one after it.
    """
    rejected = _rejected(validated)
    files = rows.group_by("_key").agg(pl.col("_file").first())
    named = rejected.filter(pl.col("_key").is_not_null()).join(files, on=["_key", "_file"], how="semi")
    nameless = rejected.filter(pl.col("_key").is_null()).select("_file", "_line", _number=row_number()).sort("_number")
    whole = rows.select("_key", "_file", _number=row_number()).sort("_number")
    beside = [
        nameless.join_asof(whole, on="_number", by="_file", strategy=side, check_sortedness=False)
        .filter(pl.col("_key").is_not_null())
        .select(_ROW)
        for side in ("backward", "forward")
    ]
    at_fault = pl.concat([named.select(_ROW), *beside]).group_by("_key").agg(pl.col("_line").min().alias("_by_line"))
    held_back = rows.join(at_fault, on="_key", how="inner", maintain_order="left")
    outcomes = one_outcome(held_back, Outcome.REJECTED, "sale_row_at_fault")
    run.rows.record(outcomes.with_columns(detail=held_back["_by_line"].cast(pl.String)).select(list(ROW_OUTCOMES)))
    return rows.join(at_fault, on="_key", how="anti", maintain_order="left")


def _marked(rows: pl.DataFrame) -> pl.DataFrame:
    """`_key` and fingerprint of each sale, the same in whatever order its rows stand."""
    sales = rows.group_by("_key", maintain_order=True).agg(pl.col("fingerprint").sort().str.join(" "))
    digests = [blake2b(text.encode(), digest_size=8).hexdigest() for text in sales["fingerprint"]]
    return sales.with_columns(fingerprint=pl.Series(digests, dtype=pl.String))


def _record_confirmed(run: Run, rows: pl.DataFrame) -> None:
    is_kept = pl.col("state") == LinkState.KEPT
    run.rows.record(one_outcome(rows.filter(~is_kept), Outcome.UNCHANGED))
    kept = rows.filter(is_kept)
    run.rows.record(one_outcome(kept, Outcome.IGNORED, KEPT).with_columns(detail=kept["shop_id"].cast(pl.String)))


def _sales(run: Run, validated: ValidatedStream, rows: pl.DataFrame) -> list[Sale | PlannedSale]:
    """The sales that the rows make, and those that make none, held."""
    cells = validated.accepted_rows_scan().with_columns(pl.col("_file").cast(pl.Int32))
    found = cells.join(rows.lazy().select("_file", "_line"), on=["_file", "_line"], how="semi").collect()
    sales_read: list[Sale | PlannedSale] = []
    for (key,), group in found.sort("_file", "_line").group_by("_key", maintain_order=True):
        dicts = group.to_dicts()
        refs = [RowRef(row["_file"], row["_line"], str(key)) for row in dicts]
        sale = sale_of(str(key), refs, flat_rows(dicts, run.stream))
        sales_read.append(held(str(key), refs, sale) if isinstance(sale, Stop) else sale)
    return sales_read


async def _planned(run: Run, sales_read: Sequence[Sale | PlannedSale]) -> list[PlannedSale]:
    planned = [one for one in sales_read if isinstance(one, PlannedSale)]
    sales = [one for one in sales_read if isinstance(one, Sale)]
    if not sales:
        return planned
    ids = await sale_ids(run, sales)
    orders = await orders_of(run.shop, (sale.key for sale in sales))
    owned = await own_orders(run.shop, {sale.value("order_external_reference") for sale in sales} - {""})
    new = [sale for sale in sales if sale.key not in orders]
    lacking = await unsold(run, new) if new else {}
    if new and run.facts.shops.several:
        elsewhere = await orders_elsewhere(run.shop, (sale.key for sale in new))
        lacking |= {key: Stop(Outcome.REFUSED, "sale_of_another_shop", str(id_)) for key, id_ in elsewhere.items()}
    for sale in sales:
        at = ids[sale.key]
        if sale.key in orders:
            # The customer may have lost the account since: the order's own customer is not in question then.
            customer = int(orders[sale.key]["id_customer"]) if isinstance(at, Stop) else at.id_customer
            planned.append(already_there(sale, customer, orders[sale.key]))
        elif sale.value("order_external_reference") in owned:
            planned.append(held(sale.key, sale.refs, Stop(Outcome.IGNORED, "sale_of_the_shop")))
        elif isinstance(stop := lacking.get(sale.key, at), Stop):
            planned.append(held(sale.key, sale.refs, stop))
        else:
            planned.append(new_order(sale, stop, sale_entity(sale, stop, run.folder.settings.store_orders)))
    return planned
