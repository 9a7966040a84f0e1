"""The shop has the ERP's suppliers."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.flat.apply import apply_entities
from tasks.flat.guard import guard_entities
from tasks.flat.prepare import prepare_entities
from tasks.flat.suppliers import Suppliers, doubt_items_of_new_ones
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="import_suppliers", flow_run_name=run_name)
async def import_suppliers(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Suppliers, from the `supplier` stream's files to the shop.

    `shop` is the path of the shop's folder. `since` reads again the files of that day and later, and does not
    believe what was confirmed from then on. `dry_run` ends with a plan. `accept_guard` applies a plan that a guard
    would stop.
    """
    return await carried_out(_steps, Asked(FLOWS["import_suppliers"], shop, since, dry_run, accept_guard))


async def _steps(run: Run) -> None:
    validated = await read_files(run)
    plan = await prepare_entities(run, validated, Suppliers())
    guard_entities(run, plan)
    doubt_items_of_new_ones(run, plan)
    await apply_entities(run, plan)
