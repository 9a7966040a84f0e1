"""Asks the guards whether the plan may be applied, and tells what a plan would do."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.flat.apply import entity_changes
from tasks.flat.stream import EntitiesPlan
from tasks.products.apply import ProductsPlan, product_changes
from tasks.run.guard import Figures, guard
from tasks.run.run import Run, StoppedByGuardError
from tasks.stock.apply import stock_changes
from tasks.stock.plan import StockPlan


def guard_stock(run: Run, plan: StockPlan) -> None:
    """StoppedByGuardError when the quantities would empty the shop and nobody accepted it."""
    _guard(run, Figures(run.rows.read, zeroed=(_zeroed(plan), plan.known)), lambda: stock_changes(plan))


def guard_products(run: Run, plan: ProductsPlan, quantities: StockPlan) -> None:
    """StoppedByGuardError when the plan closes or reprices too much of the shop and nobody accepted it."""
    links = run.ledger.links(run.folder.name, "product")
    active = links.filter(pl.col("state") == "active").height
    rows = [row for product in plan.products for row in product.rows]
    figures = Figures(
        run.rows.read,
        deactivated=(sum(row.outcome is Outcome.DEACTIVATED for row in rows), active),
        zeroed=(_zeroed(quantities), quantities.known),
        price_changed=(sum(row.price_changed for row in rows), active),
    )
    _guard(run, figures, lambda: product_changes(plan) + stock_changes(quantities))


def guard_entities(run: Run, plan: EntitiesPlan) -> None:
    """StoppedByGuardError when the plan closes or removes too much and nobody accepted it."""
    closed = sum(one.outcome is Outcome.DEACTIVATED for one in plan.entities)
    _guard(run, Figures(run.rows.read, deactivated=(closed, plan.known)), lambda: entity_changes(plan))


def guard_store_orders(run: Run) -> None:
    """StoppedByGuardError when the files hold far fewer rows than those before and nobody accepted it."""
    _guard(run, Figures(run.rows.read), list)


def _zeroed(plan: StockPlan) -> int:
    return plan.writes.filter((pl.col("quantity") <= 0) & (pl.col("old") > 0)).height


def _guard(run: Run, figures: Figures, changes: Callable[[], list[PlannedChange]]) -> None:
    """Stops a plan beyond a limit; the report then shows its `changes`, what would weigh most first."""
    limits = run.folder.settings.guards
    earlier = run.ledger.previous_row_counts(run.folder.name, run.asked.flow, limits.history)
    run.report.guard = guard(figures, earlier, limits)
    tripped = [check for check in run.report.guard if check.tripped]
    if not tripped or run.asked.dry_run:
        return
    if run.asked.accept_guard:
        for check in tripped:
            said = {"value": f"{check.share:.1%}", "detail": f"{check.limit:.1%}"}
            run.tell(Level.INFO, f"guard_accepted_{check.name.replace('-', '_')}", **said)
        return
    run.planned += sorted(changes(), key=_gravity)
    raise StoppedByGuardError


def _gravity(change: PlannedChange) -> tuple[int, float]:
    """Closed and emptied first, then prices by how far they move, then the rest."""
    if change.action in {"deactivate", "delete"}:
        return 0, 0.0
    moves = [0.0]
    for name, old, new in change.changes:
        try:
            before, after = float(old), float(new)
        except ValueError:
            continue
        if name == "quantity" and after <= 0 < before:
            return 0, -before
        if "price" in name and before:
            moves.append(abs(after - before) / abs(before))
    return (1, -max(moves)) if max(moves) else (2, 0.0)
