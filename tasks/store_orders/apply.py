"""Sales become orders of the shop, are read back, and are confirmed batch by batch."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import polars as pl

from connectors.ledger import Link, LinkState
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.stock.apply import KIND as STOCK
from tasks.store_orders.look_up import orders_by_id
from tasks.store_orders.plan import KEPT, PlannedSale, difference
from tasks.store_orders.prepare import KIND, SalesPlan

CHUNK_SALES = 500
RESOURCE = "store_orders"
STEP = "write store orders"
_REMEMBERED = frozenset({Outcome.CREATED, Outcome.UNCHANGED})


async def apply_store_orders(run: Run, plan: SalesPlan) -> None:
    """Makes the orders that are to be made; the other sales are done with."""
    idle = [sale for sale in plan.sales if not sale.entity]
    busy = [sale for sale in plan.sales if sale.entity]
    _report_kept(run, idle)
    if not run.may_write_shop:
        run.rows.record(_outcomes(plan.sales))
        run.planned += [PlannedChange(sale.key, KIND, "create", tuple(sale.changes)) for sale in busy]
        return
    _confirm(run, plan, idle)
    with run.step(STEP):
        await fan_out(STEP, chunked(busy, CHUNK_SALES, lambda sale: [sale.key]), lambda chunk: _write(run, chunk, plan))


async def _write(run: Run, chunk: Chunk[PlannedSale], plan: SalesPlan) -> None:
    run.ledger.doubt(run.folder.name, KIND, [sale.key for sale in chunk.left])
    _doubt_stock(run, chunk.left)
    await write_store_orders(run, chunk, plan)


def _doubt_stock(run: Run, sales: Iterable[PlannedSale]) -> None:
    """Quantities that the orders change are no longer those that the ledger confirmed."""
    if run.folder.settings.store_orders.take_stock:
        run.ledger.doubt(run.folder.name, STOCK, [reference for sale in sales for reference in sale.references])


def _report_kept(run: Run, sales: Iterable[PlannedSale]) -> None:
    for sale in sales:
        if sale.code == KEPT:
            run.note(Level.ERROR, KEPT, sale.key, detail=sale.detail)


@chunk_task("write store orders")
async def write_store_orders(run: Run, chunk: Chunk[PlannedSale], plan: SalesPlan) -> None:
    """One chunk of sales. Sending again is safe: the module answers that it has the sale already."""

    async def send(batch: list[PlannedSale]) -> None:
        await _create(run, batch)
        _confirm(run, plan, batch)

    await chunk.in_batches(run, lambda: {RESOURCE: run.shop.pace.batch_size(RESOURCE)}, lambda _: {RESOURCE: 1}, send)


async def _create(run: Run, batch: Sequence[PlannedSale]) -> None:
    receipts = await run.shop.create_sales([sale.entity for sale in batch])
    for sale, receipt in zip(batch, receipts, strict=True):
        sale.id = receipt.id or 0
        if receipt.error is not None:
            sale.outcome, sale.code, sale.detail = Outcome.REFUSED, receipt.message_code, receipt.error.reason
    await _read_back(run, [sale for sale in batch if sale.id])


async def _read_back(run: Run, sales: Sequence[PlannedSale]) -> None:
    mode = run.folder.settings.read_back
    if mode.mode == "sample":
        sales = [sale for sale in sales if random.random() < mode.sample_share]  # noqa: S311 - a sample, not a secret
    if mode.mode == "none" or not sales:
        return
    orders = await orders_by_id(run.shop, (sale.id for sale in sales))
    for sale in sales:
        order = orders.get(sale.id)
        if order is None:
            sale.outcome, sale.code, sale.detail = Outcome.REFUSED, "gone_meanwhile", str(sale.id)
        elif found := difference(sale.expected, order):
            sale.outcome, sale.code, sale.detail = Outcome.REFUSED, "read_back_differs", found


def _confirm(run: Run, plan: SalesPlan, sales: Sequence[PlannedSale]) -> None:
    links = [
        Link(
            sale.key,
            sale.id,
            state=LinkState.KEPT if sale.code == KEPT else LinkState.ACTIVE,
            fingerprint=plan.marks[sale.key],
        )
        for sale in sales
        if sale.outcome in _REMEMBERED or sale.code == KEPT
    ]
    if links:
        run.ledger.confirm(run.folder.name, KIND, links, run_id=run.run_id)
    run.rows.record(_outcomes(sales))


def _outcomes(sales: Iterable[PlannedSale]) -> pl.DataFrame:
    rows = [
        RowOutcome(ref.file, ref.line, sale.key, sale.outcome.value, sale.code, sale.detail, sale.column)
        for sale in sales
        for ref in sale.refs
    ]
    return row_outcomes(rows)
