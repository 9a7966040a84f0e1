"""What an ERP's files say of orders shows in the shop: which document each has become, and which parcels have left."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.statuses.orders_from_files import import_documents


@flow(name="import_order_documents", flow_run_name=run_name)
async def import_order_documents(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Documents of the ERP's files, by the rules of the settings, to the states and parcels of the shop's orders.

    `shop` is the path of the shop's folder. `since` reads again the files of that day and later, `accept_guard` takes a
    file whose columns changed. `dry_run` ends with a plan, and so does every run with the ERP's test access.
    """
    asked = Asked(FLOWS["import_order_documents"], shop, since, dry_run, accept_guard)
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    erp = run.folder.settings.erp
    if erp.kind != "none" and erp.access == "test":
        run.keep_shop()
    await import_documents(run, await read_files(run))
