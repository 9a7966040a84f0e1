"""Every paid order of the shop is in the ERP, once."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.erp import open_erp
from tasks.orders.prepare import prepare_orders
from tasks.orders.send import deliver_orders
from tasks.run.carry_out import carried_out
from tasks.run.parameters import DryRun, OrderIds, ShopPath, SinceText, Sweep
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="export_orders", flow_run_name=run_name)
async def export_orders(
    shop: ShopPath,
    since: SinceText = None,
    dry_run: DryRun = False,
    sweep: Sweep = False,
    ids: OrderIds = None,
) -> State:
    """Orders in one of the states of the settings, from the shop to the ERP, their customers first.

    `shop` is the path of the shop's folder. `since` looks again at the orders changed on that day and later; what was
    delivered is not sent again. `dry_run` ends with the documents as the ERP would get them. `sweep` compares all
    orders of these states with the ledger, as is done once a day anyway. `ids` are the only orders that are looked at,
    as when the shop has said that they changed; what else is due, and how far the shop was read, is left to other runs.
    """
    asked = Asked(FLOWS["export_orders"], shop, since, dry_run, sweep=sweep, ids=tuple(ids or ()))
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        due = await prepare_orders(run, erp)
        await deliver_orders(run, erp, due)
