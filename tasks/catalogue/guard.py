"""Asks the guards whether the items may go to the ERP."""

from __future__ import annotations

from tasks.catalogue.prepare import CataloguePlan
from tasks.run.guard import Figures
from tasks.run.pass_guard import pass_guard
from tasks.run.run import Run


def guard_items(run: Run, plan: CataloguePlan) -> None:
    """StoppedByGuardError when the plan would close or reprice too much of the ERP and nobody accepted it."""
    known = plan.links.confirmed
    figures = Figures(run.rows.read, deactivated=(plan.closed, known), price_changed=(plan.repriced, known))
    pass_guard(run, figures, lambda: [each.planned() for each in plan.changes])
