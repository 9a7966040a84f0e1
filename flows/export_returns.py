"""Every return that a customer asks for is announced in the ERP, once."""

from __future__ import annotations

from datetime import date

from prefect.client.schemas.objects import State

from tasks.erp import open_erp
from tasks.returns.prepare import prepare_returns
from tasks.returns.send import deliver_returns
from tasks.run.carry_out import carried_out
from tasks.run.parameter_texts import parameters_told
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run


@flow(name="export_returns", persist_result=False)
@parameters_told
async def export_returns(
    shop: str, since: date | None = None, dry_run: bool = False, accept_guard: bool = False
) -> State:
    """Returns that wait for confirmation, from the shop to the ERP, tied to the document of their order.

    `shop` is the path of the shop's folder; the shop needs our module. `since` and `accept_guard` change nothing here:
    every return in a state of the settings is looked at each time. `dry_run` ends with the documents as the ERP would
    get them.
    """
    return await carried_out(_steps, Asked("export_returns", "return", shop, since, dry_run, accept_guard, export=True))


async def _steps(run: Run) -> None:
    async with open_erp(run) as erp:
        due = await prepare_returns(run, erp)
        await deliver_returns(run, erp, due)
