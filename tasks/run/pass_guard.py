"""Stops a run whose plan is beyond a limit of the guards, and reports what the plan would do."""

from __future__ import annotations

from collections.abc import Callable

from schemas.column_spec import WEB_SERVICE, AbsentRows
from schemas.errors import StoppedByGuardError
from schemas.incidents import Level
from schemas.run_report import GuardCheck, PlannedChange
from tasks.run.guard import Figures, guard
from tasks.run.run import Run
from tasks.run.signed_plan import keep_to_plan


def pass_guard(
    run: Run,
    figures: Figures,
    changes: Callable[[], list[PlannedChange]],
    signed: Callable[[], list[PlannedChange]] | None = None,
) -> None:
    """StoppedByGuardError when the figures are beyond a limit and nobody accepted it.

    The report then shows the `changes` of the plan, what would weigh most first. A signed plan has them all, or those
    that are `signed` instead.
    """
    limits = run.folder.settings.guards
    pass_checks(run, guard(figures, _row_counts_before(run, limits.history), limits), changes, signed)


def pass_checks(
    run: Run,
    checks: list[GuardCheck],
    changes: Callable[[], list[PlannedChange]],
    signed: Callable[[], list[PlannedChange]] | None = None,
) -> None:
    """The same with figures that were compared already."""
    run.report.guard = checks
    keep_to_plan(run, signed or changes)
    tripped = [check for check in run.report.guard if check.tripped]
    if not tripped or not run.may_write_shop:
        return
    if run.asked.accept_guard:
        for check in tripped:
            reason = {"value": f"{check.share:.1%}", "detail": f"{check.limit:.1%}"}
            run.note(Level.INFO, f"guard_accepted_{check.name.replace('-', '_')}", **reason)
        return
    run.planned += sorted(changes(), key=_gravity)
    raise StoppedByGuardError


def _row_counts_before(run: Run, history: int) -> list[int]:
    """Rows of the runs before; none where the ERP is asked for what has changed, which is now much and now little."""
    if run.stream.type == WEB_SERVICE and run.stream.absent_rows is AbsentRows.KEEP:
        return []
    return run.ledger.previous_row_counts(run.folder.name, run.asked.flow, history)


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
