"""What the shop sold and gave back in a period is what the ERP has of it, to the cent."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.prestashop.dates import zone_of
from schemas.flows import FLOWS
from schemas.period import Period
from tasks.erp import open_erp
from tasks.reconcile.run_through import reconcile_period
from tasks.reconcile.tables import Tables
from tasks.run.carry_out import carried_out
from tasks.run.parameters import DryRun, PeriodText, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="reconcile", flow_run_name=run_name)
async def reconcile(shop: ShopPath, period: PeriodText = None, dry_run: DryRun = False) -> State:
    """Orders, credit slips and payments of a period beside the ERP's documents, to the cent.

    `shop` is the path of the shop's folder. `period` is a month or two days, the last month that is over where it is
    empty. Nothing is written to the shop or the ERP; the report and the CSV files beside it hold ids and sums only.
    `dry_run` leaves the incidents of an earlier look open.
    """
    return await carried_out(_steps, Asked(FLOWS["reconcile"], shop, dry_run=dry_run, period=period or ""))


async def _steps(run: Run) -> None:
    asked = run.asked.period
    today = datetime.now(UTC).astimezone(zone_of(run.facts.time_zone)).date()
    period = Period.read(asked) if asked else Period.before(today)
    async with open_erp(run) as erp:
        Tables(await reconcile_period(run, erp, period)).draw()
