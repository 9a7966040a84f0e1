"""What a run replaced in the shop stands there again, but for what people changed since."""

from __future__ import annotations

from dataclasses import replace

from schemas.errors import ConfigurationError
from schemas.fault_texts import faults_text
from schemas.flows import UNDO
from schemas.messages import message
from tasks.run.carry_out import carried_out
from tasks.run.parameters import AcceptGuard, DryRun, Hold, RunId, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.shop_folder import language_in_settings, open_shop_folder
from tasks.run.state import State, failed
from tasks.undo.apply import apply_undo
from tasks.undo.find import FoundRun, find_runs
from tasks.undo.guard import guard_undo
from tasks.undo.prepare import flows_at_rest, prepare_undo
from tasks.undo.prices import restate_prices


@flow(name="undo", flow_run_name=run_name)
async def undo(
    shop: ShopPath, run: RunId, dry_run: DryRun = False, accept_guard: AcceptGuard = False, hold: Hold = True
) -> State:
    """Values that the run replaced are put back, read back, and held until the files say something else.

    `shop` is the path of the shop's folder, `run` the id of a run, or its beginning. What people changed since is left
    and listed. `dry_run` ends with a plan. `accept_guard` applies a plan that a guard would stop. Without `hold` the
    next run writes again what the files say.
    """
    try:
        found = _found(shop, run)
    except ConfigurationError as error:
        return failed("Failed", faults_text(error, language_in_settings(shop)), data=error)
    if not found.stream:
        text = message(found.never, language_in_settings(shop), value=found.flow, key=found.run_id)
        return failed("Failed", f"{text.reason} {text.remedy}")

    async def steps(at_work: Run) -> None:
        with flows_at_rest(at_work):
            kept = at_work.ledger.replaced(at_work.folder.name, found.run_id)
            plan = await prepare_undo(at_work, kept, holds=hold, releases=found.releases)
            guard_undo(at_work, plan)
            await apply_undo(at_work, plan)
            restate_prices(at_work, plan)

    declared = replace(UNDO, stream=found.stream)
    asked = Asked(declared, shop, None, dry_run, accept_guard, undoes=found.run_id, releases=found.releases)
    return await carried_out(steps, asked)


def _found(shop: str, name: str) -> FoundRun:
    folder = open_shop_folder(shop)
    with folder.open_ledger() as ledger:
        return find_runs(folder, ledger, name)[0]
