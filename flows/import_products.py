"""The ERP's items and combinations are in the shop."""

from __future__ import annotations

from schemas.column_spec import WEB_SERVICE
from schemas.flows import FLOWS
from tasks.catalogue.drop_items import drop_items
from tasks.erp import open_erp
from tasks.omnibus.record import record_item_prices, record_prices_cut_off
from tasks.products.apply import apply_products
from tasks.products.guard import guard_products
from tasks.products.prepare import prepare_products
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State
from tasks.stock.apply import apply_stock
from tasks.stock.prepare_of_products import prepare_quantities
from tasks.stock_check.sold_since import sold_since


@flow(name="import_products", flow_run_name=run_name)
async def import_products(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Items and combinations, from the `product` stream's files to the shop, and their stock.

    Where the stream is of type `webservice`, the ERP is asked first for what the columns name, and its answer is such a
    file.

    `shop` is the path of the shop's folder. `since` reads again the files of that day and later, and does not
    believe what was confirmed from then on. `dry_run` ends with a plan. `accept_guard` applies a plan that a guard
    would stop.
    """
    return await carried_out(_steps, Asked(FLOWS["import_products"], shop, since, dry_run, accept_guard))


async def _steps(run: Run) -> None:
    if run.stream.type == WEB_SERVICE:
        async with open_erp(run) as erp:
            if erp.is_test:
                run.keep_shop()
            await drop_items(run, erp)
    validated = await read_files(run)
    plan = await prepare_products(run, validated)
    guard_products(run, plan, await prepare_quantities(run, validated))
    await record_prices_cut_off(run, validated)
    await apply_products(run, plan)
    await record_item_prices(run, validated)
    await apply_stock(run, await prepare_quantities(run, validated), sold_since)
