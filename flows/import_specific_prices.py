"""The ERP's discounts are specific prices of the shop."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.flat.apply import apply_entities
from tasks.flat.guard import guard_entities
from tasks.flat.prepare import prepare_entities
from tasks.flat.specific_prices import SpecificPriceStream
from tasks.omnibus.record import record_discounts, record_discounts_cut_off
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="import_specific_prices", flow_run_name=run_name)
async def import_specific_prices(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Discounts of items and combinations, from the `specificprice` stream's files to the shop.

    `shop` is the path of the shop's folder. `since` reads again the files of that day and later, and does not
    believe what was confirmed from then on. `dry_run` ends with a plan. `accept_guard` applies a plan that a guard
    would stop.
    """
    return await carried_out(_steps, Asked(FLOWS["import_specific_prices"], shop, since, dry_run, accept_guard))


async def _steps(run: Run) -> None:
    validated = await read_files(run)
    plan = await prepare_entities(run, validated, SpecificPriceStream())
    guard_entities(run, plan)
    await record_discounts_cut_off(run, validated)
    await apply_entities(run, plan)
    await record_discounts(run, validated)
