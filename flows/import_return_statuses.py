"""What the ERP decides of a return shows in the shop."""

from __future__ import annotations

from schemas.column_spec import WEB_SERVICE
from schemas.flows import FLOWS
from tasks.erp import open_erp
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.statuses.apply_returns import apply_return_statuses
from tasks.statuses.plan import StatusChange
from tasks.statuses.prepare_returns import prepare_return_statuses
from tasks.statuses.returns_from_files import read_return_statuses


@flow(name="import_return_statuses", flow_run_name=run_name)
async def import_return_statuses(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Statuses of merchandise returns, by the rules of the settings, to the shop's returns.

    The ERP is asked about the notices that it was given; where import.json gives the `orderReturnStatus` stream another
    type than `webservice`, its files are read instead. `shop` is the path of the shop's folder; the shop needs our
    module. `since` reads again the files of that day and later, `accept_guard` takes a file whose columns changed.
    `dry_run` ends with a plan, and so does every run that asks the ERP's test access.
    """
    asked = Asked(FLOWS["import_return_statuses"], shop, since, dry_run, accept_guard)
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    await apply_return_statuses(run, await _moves(run))


async def _moves(run: Run) -> list[StatusChange]:
    if run.stream.type != WEB_SERVICE:
        return await read_return_statuses(run, await read_files(run))
    async with open_erp(run) as erp:
        if erp.is_test:
            run.keep_shop()
        return await prepare_return_statuses(run, erp)
