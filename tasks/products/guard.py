"""Asks the guards whether products, with the quantities that their rows carry, may go to the shop."""

from __future__ import annotations

import polars as pl

from connectors.ledger import LinkState
from schemas.outcomes import Outcome
from tasks.products.apply import ProductsPlan, product_changes
from tasks.run.guard import Figures
from tasks.run.pass_guard import pass_guard
from tasks.run.run import Run
from tasks.stock.apply import stock_changes
from tasks.stock.plan import StockPlan


def guard_products(run: Run, plan: ProductsPlan, quantities: StockPlan) -> None:
    """StoppedByGuardError when the plan closes or reprices too much of the shop and nobody accepted it."""
    links = run.ledger.links(run.folder.name, "product")
    active = links.filter(pl.col("state") == LinkState.ACTIVE).height
    rows = [row for product in plan.products for row in product.rows]
    figures = Figures(
        run.rows.read,
        deactivated=(sum(row.outcome is Outcome.DEACTIVATED for row in rows), active),
        zeroed=(quantities.emptied(), quantities.known),
        price_changed=(sum(row.price_changed for row in rows), active),
    )
    pass_guard(
        run,
        figures,
        lambda: product_changes(plan) + stock_changes(quantities),
        lambda: product_changes(plan) + stock_changes(quantities, of_rows=True),
    )
