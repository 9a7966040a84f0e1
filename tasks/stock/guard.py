"""Asks the guards whether quantities may go to the shop."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.run.guard import Figures
from tasks.run.pass_guard import pass_guard
from tasks.run.run import Run
from tasks.stock.apply import stock_changes
from tasks.stock.items import ItemWrite
from tasks.stock.plan import StockPlan


def guard_stock(run: Run, plan: StockPlan, items: Sequence[ItemWrite]) -> None:
    """StoppedByGuardError when the quantities would empty the shop and nobody accepted it."""
    figures = Figures(run.rows.read, zeroed=(plan.emptied(), plan.known))
    of_items = [one.planned for one in items if one.changes]
    pass_guard(run, figures, lambda: stock_changes(plan), lambda: stock_changes(plan) + of_items)
