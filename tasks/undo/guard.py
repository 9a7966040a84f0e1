"""Asks the guards whether what a run replaced may be put back."""

from __future__ import annotations

from tasks.run.guard import Figures
from tasks.run.pass_guard import pass_guard
from tasks.run.run import Run
from tasks.undo.kinds import PRODUCT, STOCK
from tasks.undo.prepare import UndoPlan, closed, emptied, repriced, undo_changes


def guard_undo(run: Run, plan: UndoPlan) -> None:
    """StoppedByGuardError when the undo closes, empties or reprices too much and nobody accepted it."""
    known = max((links.height for links in plan.links.values()), default=0)
    figures = Figures(
        0,  # an undo reads no file that could be compared with the one before
        deactivated=(closed(plan.put_backs), known),
        zeroed=(emptied(plan.put_backs), _height(plan, STOCK)),
        price_changed=(repriced(plan.put_backs), _height(plan, PRODUCT)),
    )
    pass_guard(run, figures, lambda: undo_changes(plan.put_backs))


def _height(plan: UndoPlan, kind: str) -> int:
    return plan.links[kind].height if kind in plan.links else 0
