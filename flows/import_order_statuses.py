"""What the ERP does with an order shows in the shop: its state, and the number of its parcel."""

from __future__ import annotations

from datetime import date

from prefect.client.schemas.objects import State

from tasks.erp import open_erp
from tasks.run.carry_out import carried_out
from tasks.run.parameter_texts import parameters_told
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.statuses.apply_orders import apply_order_statuses
from tasks.statuses.prepare_orders import prepare_order_statuses


@flow(name="import_order_statuses", persist_result=False)
@parameters_told
async def import_order_statuses(
    shop: str, since: date | None = None, dry_run: bool = False, accept_guard: bool = False
) -> State:
    """Statuses of the documents that the ERP was given, by the rules of the settings, to the shop's orders.

    `shop` is the path of the shop's folder. `since` and `accept_guard` change nothing here: every order that is not
    settled is looked at each time, and no guard stands before a state. `dry_run` ends with a plan, and so does every
    run with the ERP's test access.
    """
    return await carried_out(_steps, Asked("import_order_statuses", "orderstatus", shop, since, dry_run, accept_guard))


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        changes = await prepare_order_statuses(run, erp)
        await apply_order_statuses(run, changes)
