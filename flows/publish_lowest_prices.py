"""Beside every reduced price stands the lowest of the 30 days before it."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.omnibus.backfill import fill_from_archives
from tasks.omnibus.publish import publish
from tasks.run.carry_out import carried_out
from tasks.run.parameters import DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="publish_lowest_prices", flow_run_name=run_name)
async def publish_lowest_prices(shop: ShopPath, since: SinceText = None, dry_run: DryRun = False) -> State:
    """The lowest price before each reduction, from the price ledger to the pages of the shop's products.

    `shop` is the path of the shop's folder. `since` reads the archived files of that day and later first, for what the
    ledger does not know. `dry_run` ends with a plan.
    """
    return await carried_out(_steps, Asked(FLOWS["publish_lowest_prices"], shop, since, dry_run))


async def _steps(run: Run) -> None:
    await fill_from_archives(run)
    await publish(run)
