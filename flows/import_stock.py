"""The shop's quantities equal the ERP's."""

from __future__ import annotations

from schemas.column_spec import WEB_SERVICE
from schemas.flows import FLOWS
from tasks.catalogue.drop_stock import drop_stock
from tasks.erp import open_erp
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.stock.apply import apply_stock
from tasks.stock.guard import guard_stock
from tasks.stock.items import apply_items, prepare_items
from tasks.stock.prepare import prepare_stock
from tasks.stock_check.sold_since import sold_since
from tasks.unseen.read import read_unseen


@flow(name="import_stock", flow_run_name=run_name)
async def import_stock(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Quantities of simple products and combinations, from the `stock` stream's files to the shop.

    So are the weight and the bar code of the items, where the stream has columns for them. Where the settings say so,
    pieces of orders that the ERP has not confirmed are taken off.

    Where the stream is of type `webservice`, the ERP is asked first, and its answer is such a file.

    `shop` is the path of the shop's folder. `since` reads again the files of that day and later, and does not
    believe what was confirmed from then on. `dry_run` ends with a plan. `accept_guard` applies a plan that a guard
    would stop.
    """
    kinds = ("product", "stock")
    asked = Asked(FLOWS["import_stock"], shop, since, dry_run, accept_guard, compared_with=kinds)
    return await carried_out(_steps, asked)


async def _steps(run: Run) -> None:
    if run.stream.type == WEB_SERVICE:
        async with open_erp(run) as erp:
            if erp.is_test:
                run.keep_shop()
            await drop_stock(run, erp)
    validated = await read_files(run)
    unseen = await read_unseen(run)
    plan = await prepare_stock(run, validated, unseen)
    items = await prepare_items(run, validated, plan)
    guard_stock(run, plan, items)
    await apply_stock(run, plan, sold_since)
    await apply_items(run, items)
