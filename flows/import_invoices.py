"""The ERP's invoices and credit notes show on the pages of their orders, each with its PDF."""

from __future__ import annotations

from schemas.column_spec import WEB_SERVICE
from schemas.flows import FLOWS
from tasks.erp import open_erp
from tasks.invoices.apply import apply_invoices
from tasks.invoices.drop_invoices import drop_invoices
from tasks.invoices.prepare import prepare_invoices
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.read_files import read_files
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="import_invoices", flow_run_name=run_name)
async def import_invoices(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Invoices of the ERP's files, with the PDFs beside them, to the pages of the shop's orders.

    Where the stream is of type `webservice`, the ERP is asked first, and its answer is such a file.

    `shop` is the path of the shop's folder; the shop needs our module. `since` reads again the files of that day and
    later, `accept_guard` takes a file whose columns changed. `dry_run` ends with a plan, and so does every run with the
    ERP's test access.
    """
    return await carried_out(_steps, Asked(FLOWS["import_invoices"], shop, since, dry_run, accept_guard))


async def _steps(run: Run) -> None:
    erp = run.folder.settings.erp
    if erp.kind != "none" and erp.access == "test":
        run.keep_shop()
    if run.stream.type == WEB_SERVICE:
        async with open_erp(run) as opened:
            await drop_invoices(run, opened)
    prepared = await prepare_invoices(run, await read_files(run))
    await apply_invoices(run, prepared.invoices, prepared.held)
