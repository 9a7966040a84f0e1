"""Every credit slip of the shop is a credit note of the ERP, once."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.erp import open_erp
from tasks.run.carry_out import carried_out
from tasks.run.parameters import DryRun, ShopPath, SinceText, Sweep
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.slips.prepare import prepare_slips
from tasks.slips.send import deliver_slips


@flow(name="export_credit_slips", flow_run_name=run_name)
async def export_credit_slips(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, sweep: Sweep = False
) -> State:
    """Credit slips made since the first run, from the shop to the ERP, each tied to the document of its order.

    `shop` is the path of the shop's folder. `since` takes those too that were made on that day and later; what was
    delivered is not sent again. `dry_run` ends with the documents as the ERP would get them. `sweep` looks again at all
    slips of the days for which orders are followed, as is done once a day anyway.
    """
    asked = Asked(FLOWS["export_credit_slips"], shop, since, dry_run, sweep=sweep)
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        due = await prepare_slips(run, erp)
        await deliver_slips(run, erp, due)
