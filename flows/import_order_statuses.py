"""What the ERP does with an order shows in the shop: its state, and the number of its parcel."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.erp import open_erp
from tasks.run.carry_out import carried_out
from tasks.run.parameters import DryRun, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.statuses.apply_orders import apply_order_statuses
from tasks.statuses.prepare_orders import prepare_order_statuses


@flow(name="import_order_statuses", flow_run_name=run_name)
async def import_order_statuses(shop: ShopPath, dry_run: DryRun = False) -> State:
    """Statuses of the documents that the ERP was given, by the rules of the settings, to the shop's orders.

    `shop` is the path of the shop's folder. Every order that may still move is looked at each time. `dry_run` ends with
    a plan, and so does every run with the ERP's test access.
    """
    return await carried_out(_steps, Asked(FLOWS["import_order_statuses"], shop, dry_run=dry_run))


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        if erp.is_test:
            run.keep_shop()
        changes = await prepare_order_statuses(run, erp)
        await apply_order_statuses(run, changes)
