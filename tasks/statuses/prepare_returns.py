"""What the ERP says of the return notices that it has, and what that does to the returns of the shop."""

from __future__ import annotations

from connectors.prestashop.dates import instant, zone_of
from connectors.prestashop.values import whole
from schemas.erp import Erp
from tasks.returns.identities import identity_of
from tasks.returns.look_up import require_returns
from tasks.run.run import Run
from tasks.run.step_tasks import step_task
from tasks.statuses.plan import StatusChange, TrackedDocument, plan_status_change
from tasks.statuses.tracked import LedgerEntry, ask, known_open, report_incidents, without_reused

KIND = "return_status"
PREFIX = "return_"
"""Before the code of a message about orders: the same one about returns."""


@step_task("read return statuses")
async def prepare_return_statuses(run: Run, erp: Erp) -> list[StatusChange]:
    """One change per return that is followed; with a test access nothing is written to the shop."""
    require_returns(run.facts)
    with run.step("read statuses"):
        returns = await _open_returns(run, known_open(run, erp.ledger_kind("return"), KIND))
        statuses = await ask(run, erp, returns)
    rules, states = run.folder.settings.return_rules, run.folder.settings.returns.states
    changes = [plan_status_change(each, statuses.get(each.document), rules, states) for each in returns]
    report_incidents(run, changes, statuses, PREFIX)
    return changes


async def _open_returns(run: Run, known: dict[str, LedgerEntry]) -> list[TrackedDocument]:
    display = ("id", "state", "date_add", "id_order")
    rows = await run.shop.find(run.facts.returns, "id", known, display=display)
    rows = without_reused(run, known, rows, lambda row: identity_of(run, row), PREFIX)
    zone = zone_of(run.facts.time_zone)
    for row in rows:
        run.shown_keys.note(str(row["id"]), "order", whole(row, "id_order"))
    return [
        TrackedDocument(
            id=int(row["id"]),
            document=known[str(row["id"])].document,
            state=whole(row, "state"),
            placed_on=instant(row["date_add"], zone).astimezone(zone).date(),
            set_before=known[str(row["id"])].set_before,
        )
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]
