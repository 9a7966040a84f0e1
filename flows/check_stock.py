"""Every night, the shop's quantities are those that the ERP last named, less what was sold since."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.stock.guard import guard_stock
from tasks.stock_check.compare import compare_stock
from tasks.stock_check.repair import repair_stock


@flow(name="check_stock", flow_run_name=run_name)
async def check_stock(shop: ShopPath, dry_run: DryRun = False, accept_guard: AcceptGuard = False) -> State:
    """Every quantity that an import confirmed, against the shop's own and its orders; differences are listed.

    `shop` is the path of the shop's folder. With `repair = true` under [stock] the differences are written too;
    `dry_run` says what would be. `accept_guard` writes what a guard would stop.
    """
    return await carried_out(_steps, Asked(FLOWS["check_stock"], shop, dry_run=dry_run, accept_guard=accept_guard))


async def _steps(run: Run) -> None:
    # While quantities are being written there is nothing to compare.
    with run.ledger.lease(run.folder.name, "import_stock"):
        plan = await compare_stock(run)
        guard_stock(run, plan, ())
        await repair_stock(run, plan)
