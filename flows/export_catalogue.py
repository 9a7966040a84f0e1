"""The shop's categories and items are in the ERP, as they are in the shop."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.catalogue.apply import apply_items
from tasks.catalogue.categories import sync_categories
from tasks.catalogue.close_categories import close_categories
from tasks.catalogue.guard import guard_items
from tasks.catalogue.look_up import read_catalogue
from tasks.catalogue.pictures import sync_pictures
from tasks.catalogue.prepare import prepare_items
from tasks.erp import open_erp
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, Sweep
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="export_catalogue", flow_run_name=run_name)
async def export_catalogue(
    shop: ShopPath, dry_run: DryRun = False, accept_guard: AcceptGuard = False, sweep: Sweep = False
) -> State:
    """Categories, products and combinations, from the shop to the ERP; off unless export.json enables `catalogue`.

    `shop` is the path of the shop's folder. `dry_run` ends with a plan. `accept_guard` applies a plan that a guard
    would stop. `sweep` compares every item with what the ERP has, as is done once a day anyway.
    """
    asked = Asked(FLOWS["export_catalogue"], shop, None, dry_run, accept_guard, sweep=sweep)
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        catalogue = await read_catalogue(run)
        categories = await sync_categories(run, erp, catalogue)
        plan = await prepare_items(run, erp, catalogue, categories)
        guard_items(run, plan)
        await apply_items(run, erp, plan)
        await close_categories(run, erp, catalogue)
        await sync_pictures(run, erp, plan)
