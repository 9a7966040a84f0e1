"""Asks the guards whether the sales of the stores may go to the shop."""

from __future__ import annotations

from tasks.run.guard import Figures
from tasks.run.pass_guard import pass_guard
from tasks.run.run import Run


def guard_store_orders(run: Run) -> None:
    """StoppedByGuardError when the files hold far fewer rows than those before and nobody accepted it."""
    pass_guard(run, Figures(run.rows.read), list)
