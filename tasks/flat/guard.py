"""Asks the guards whether the entities of a flat stream may go to the shop."""

from __future__ import annotations

from schemas.outcomes import Outcome
from tasks.flat.apply import entity_changes
from tasks.flat.stream import EntitiesPlan
from tasks.run.guard import Figures
from tasks.run.pass_guard import pass_guard
from tasks.run.run import Run


def guard_entities(run: Run, plan: EntitiesPlan) -> None:
    """StoppedByGuardError when the plan closes or removes too much and nobody accepted it."""
    closed = sum(one.outcome is Outcome.DEACTIVATED for one in plan.entities)
    pass_guard(run, Figures(run.rows.read, deactivated=(closed, plan.known)), lambda: entity_changes(run, plan))
