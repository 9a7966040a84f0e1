"""Asks the guards whether pictures may be removed."""

from __future__ import annotations

from tasks.images.apply import image_changes, removed_by
from tasks.images.prepare import ImagesPlan
from tasks.run.guard import Figures
from tasks.run.pass_guard import pass_guard
from tasks.run.run import Run


def guard_images(run: Run, plan: ImagesPlan) -> None:
    """StoppedByGuardError when the plan removes too many pictures, or far fewer files are there than before."""
    figures = Figures(run.rows.read, deactivated=(len(removed_by(plan)), plan.known))
    pass_guard(run, figures, lambda: image_changes(plan))
