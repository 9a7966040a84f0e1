"""Quantities that differ go to the shop and are read back; what the ledger holds of the ERP stays as it is."""

from __future__ import annotations

from schemas.outcomes import Outcome
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.stock.apply import Line, stock_changes
from tasks.stock.plan import StockPlan


@step_task("repair stock")
async def repair_stock(run: Run, plan: StockPlan) -> None:
    """Writes the planned quantities; nothing is confirmed, so that the ERP's own next word is compared as before."""
    lines = [Line(*row) for row in plan.writes.sort("id").iter_rows()]
    if not run.may_write_shop:
        run.planned += stock_changes(plan)
        _end(run, [line.with_outcome(Outcome.UPDATED) for line in lines])
        return
    if not lines:
        return
    with run.step("repair stock"):
        entities = [{"id": line.id, "quantity": line.quantity} for line in lines]
        receipts = await run.shop.update("stock_availables", entities)
        rows = await run.shop.find(
            "stock_availables", "id", [str(line.id) for line in lines], display=["id", "quantity"]
        )
        held = {int(row["id"]): int(row["quantity"] or 0) for row in rows}
        ended = []
        for line, receipt in zip(lines, receipts, strict=True):
            if receipt.error is not None:
                ended.append(line.with_outcome(Outcome.REFUSED, receipt.message_code, receipt.error.reason))
            elif receipt.outcome == "missing" or line.id not in held:
                ended.append(line.with_outcome(Outcome.REFUSED, "stock_row_missing", str(line.id)))
            elif held[line.id] != line.quantity:
                # Sold between the write and the read: the next check looks again.
                ended.append(line.with_outcome(Outcome.WAITING, "stock_moves"))
            else:
                ended.append(line.with_outcome(Outcome.UPDATED))
        _end(run, ended)


def _end(run: Run, rows: list[RowOutcome]) -> None:
    run.rows.record(row_outcomes(rows))
