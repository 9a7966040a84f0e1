"""The sales of the stores are orders of the shop, each once, at their own prices and dates."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.store_orders.apply import apply_store_orders
from tasks.store_orders.guard import guard_store_orders
from tasks.store_orders.prepare import prepare_store_orders


@flow(name="import_store_orders", flow_run_name=run_name)
async def import_store_orders(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Sales with their articles, from the `storeOrder` stream's files to the shop, which needs our module.

    Nobody gets a mail, nothing is captured, and no stock moves unless the settings say so. `shop` is the path of the
    shop's folder. `since` reads again the files of that day and later, and compares their sales with the shop's
    orders; a sale that is an order stays as it is. `dry_run` ends with a plan. `accept_guard` applies a plan that a
    guard would stop.
    """
    return await carried_out(_steps, Asked(FLOWS["import_store_orders"], shop, since, dry_run, accept_guard))


async def _steps(run: Run) -> None:
    validated = await read_files(run)
    plan = await prepare_store_orders(run, validated)
    guard_store_orders(run)
    await apply_store_orders(run, plan)
