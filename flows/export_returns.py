"""Every return that a customer asks for is announced in the ERP, once."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.erp import open_erp
from tasks.returns.prepare import prepare_returns
from tasks.returns.send import deliver_returns
from tasks.run.carry_out import carried_out
from tasks.run.parameters import DryRun, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="export_returns", flow_run_name=run_name)
async def export_returns(shop: ShopPath, dry_run: DryRun = False) -> State:
    """Returns that wait for confirmation, from the shop to the ERP, tied to the document of their order.

    `shop` is the path of the shop's folder; the shop needs our module. Every return in a state of the settings is
    looked at each time. `dry_run` ends with the documents as the ERP would get them.
    """
    return await carried_out(_steps, Asked(FLOWS["export_returns"], shop, dry_run=dry_run))


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        due = await prepare_returns(run, erp)
        await deliver_returns(run, erp, due)
