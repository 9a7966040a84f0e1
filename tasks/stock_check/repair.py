"""Quantities that differ go to the shop and are read back; what the ledger holds of the ERP stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.outcomes import Outcome
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.stock.apply import Line, lines_of, stock_changes
from tasks.stock.plan import StockPlan

_AT_ONCE = 500
"""Rows that are read, written and read back before the next: what is sold meanwhile is seen."""


@step_task("repair stock")
async def repair_stock(run: Run, plan: StockPlan) -> None:
    """Writes the planned quantities; nothing is confirmed, so that the ERP's own next word is compared as before."""
    lines = lines_of(plan.writes.sort("id"))
    if not run.may_write_shop:
        run.planned += stock_changes(plan)
        _end(run, [line.with_outcome(Outcome.UPDATED) for line in lines])
        return
    if not lines:
        return
    with run.step("repair stock"):
        for start in range(0, len(lines), _AT_ONCE):
            run.lease.check()
            await _repair(run, lines[start : start + _AT_ONCE])


async def _repair(run: Run, lines: Sequence[Line]) -> None:
    """Writes those that are as they were counted from; from the others something was sold since they were looked at."""
    before = await _held(run, lines)
    still = [line for line in lines if before.get(line.id) == line.old]
    moved = [line for line in lines if line.id in before and before[line.id] != line.old]
    gone = [line for line in lines if line.id not in before]
    _end(run, [line.with_outcome(Outcome.WAITING, "stock_moves") for line in moved])
    _end(run, [line.with_outcome(Outcome.REFUSED, "stock_row_missing", str(line.id)) for line in gone])
    if not still:
        return
    receipts = await run.shop.update("stock_availables", [{"id": line.id, "quantity": line.quantity} for line in still])
    held = await _held(run, still)
    ended = []
    for line, receipt in zip(still, receipts, strict=True):
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


async def _held(run: Run, lines: Sequence[Line]) -> dict[int, int]:
    """What the shop has of each stock row by its id."""
    ids = [str(line.id) for line in lines]
    rows = await run.shop.find("stock_availables", "id", ids, display=["id", "quantity"])
    return {int(row["id"]): int(row["quantity"] or 0) for row in rows}


def _end(run: Run, rows: list[RowOutcome]) -> None:
    run.rows.record(row_outcomes(rows))
