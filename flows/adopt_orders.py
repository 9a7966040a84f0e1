"""Orders that a former connector has sent are known here, so that nothing is sent to the ERP a second time."""

from __future__ import annotations

from schemas.flows import ADOPT_ORDERS, FLOWS
from tasks.erp import open_erp
from tasks.orders.adopt import adopt_orders_since
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptDifferences, DryRun, FirstDay, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="adopt_orders", flow_run_name=run_name)
async def adopt_orders(
    shop: ShopPath, since: FirstDay, dry_run: DryRun = False, accept_differences: AcceptDifferences = False
) -> State:
    """Orders placed on the day `since` or later whose document the ERP has, by reference, date, total and lines.

    `shop` is the path of the shop's folder. Nothing is sent. `dry_run` says what would be taken over.
    `accept_differences` takes over the one document under an order's reference, whatever differs.
    """

    async def steps(run: Run) -> None:
        with run.ledger.lease(run.folder.name, FLOWS["export_orders"].name):
            async with open_erp(run) as erp:
                await adopt_orders_since(run, erp, accept_differences=accept_differences)

    return await carried_out(steps, Asked(ADOPT_ORDERS, shop, since, dry_run, writes_ledger_alone=True))
