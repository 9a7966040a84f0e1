"""The products of the shop show the pictures of the folder, each once, in the order of their names."""

from __future__ import annotations

from schemas.flows import FLOWS
from tasks.catalogue.drop_pictures import drop_pictures
from tasks.erp import open_erp
from tasks.images.apply import apply_images
from tasks.images.guard import guard_images
from tasks.images.prepare import prepare_images
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, ShopPath, SinceText
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="import_images", flow_run_name=run_name)
async def import_images(
    shop: ShopPath, since: SinceText = None, dry_run: DryRun = False, accept_guard: AcceptGuard = False
) -> State:
    """Pictures `REF.jpg`, `REF_2.jpg`, `REF-COLOUR_1.jpg` of the folder `images`, to products and combinations.

    With `from_erp` under `[images]`, the pictures that the ERP has are put into that folder first.

    `shop` is the path of the shop's folder. `since` compares what was sent from that day on with the shop itself.
    `dry_run` ends with a plan. `accept_guard` removes as many pictures as a guard would stop.
    """
    return await carried_out(_steps, Asked(FLOWS["import_images"], shop, since, dry_run, accept_guard))


async def _steps(run: Run) -> None:
    if run.folder.settings.images.from_erp:
        async with open_erp(run) as erp:
            if erp.is_test:
                run.keep_shop()
            await drop_pictures(run, erp)
    plan = await prepare_images(run)
    guard_images(run, plan)
    await apply_images(run, plan)
