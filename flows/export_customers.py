"""Accounts that have not ordered yet are in the ERP too, for merchants who want them there."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.erp import open_erp
from tasks.prospects.prepare import prepare_prospects
from tasks.prospects.send import deliver_prospects
from tasks.run.carry_out import carried_out
from tasks.run.parameters import DryRun, ShopPath, SinceText, Sweep
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="export_customers", flow_run_name=run_name)
async def export_customers(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, sweep: Sweep = False
) -> State:
    """Prospects, from the shop to the ERP; off unless export.json says `"customer": {"enabled": true}`.

    `shop` is the path of the shop's folder. `since` looks again at the accounts changed on that day and later; what
    the ERP was given is not sent again. `dry_run` ends with a plan. `sweep` compares all accounts with the ledger, as
    is done once a day anyway.
    """
    asked = Asked(FLOWS["export_customers"], shop, since, dry_run, sweep=sweep)
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        prospects = await prepare_prospects(run, erp)
        await deliver_prospects(run, erp, prospects)
