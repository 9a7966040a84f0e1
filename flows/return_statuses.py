"""What the ERP decides of a return shows in the shop."""

from __future__ import annotations

from datetime import date

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.apply.return_statuses import apply_return_statuses
from tasks.carry_out import carried_out
from tasks.erp import open_erp
from tasks.prepare_return_statuses import prepare_return_statuses
from tasks.run import Asked, Run


@flow(name="import_return_statuses", persist_result=False)
async def import_return_statuses(
    shop: str, since: date | None = None, dry_run: bool = False, accept_guard: bool = False
) -> State:
    """Statuses of the return notices that the ERP was given, by the rules of the settings, to the shop's returns.

    `shop` is the path of the shop's folder; the shop needs our module. `since` and `accept_guard` change nothing here.
    `dry_run` ends with a plan, and so does every run with Cegid's test access.
    """
    asked = Asked("import_return_statuses", "orderReturnStatus", shop, since, dry_run, accept_guard)
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        moves = await prepare_return_statuses(run, erp)
        await apply_return_statuses(run, moves)
