"""The known faults of a shop are found by reading it, and those that are safe to mend are mended where asked."""

from __future__ import annotations

from functools import partial

from schemas.errors import ConfigFault, ConfigurationError
from schemas.flows import FLOWS
from tasks.audit.look import audit_shop
from tasks.audit.mend import mend
from tasks.audit.plan.fixes import FIXES
from tasks.audit.plan.found import Found
from tasks.audit.report import report_found
from tasks.run.carry_out import carried_out, without_traceback
from tasks.run.parameters import AcceptGuard, DryRun, FixCode, ShopPath
from tasks.run.plain_flow import flow
from tasks.run.run import Asked, Run
from tasks.run.run_name import run_name
from tasks.run.state import State


@flow(name="audit", flow_run_name=run_name)
async def audit(shop: ShopPath, fix: FixCode = "", dry_run: DryRun = False, accept_guard: AcceptGuard = False) -> State:
    """Catalogue, stock, prices and accounts of the shop are read; every known fault is counted, with what to do.

    `shop` is the path of the shop's folder. `fix` names one fault to be mended, by its code; `dry_run` says what would
    be. `accept_guard` mends more than a guard lets pass. Without `fix` nothing is written.
    """
    if fix and fix not in FIXES:
        return await without_traceback(partial(_no_such_fix, fix), shop)
    asked = Asked(
        FLOWS["audit"], shop, dry_run=dry_run and bool(fix), accept_guard=accept_guard, writes_ledger_alone=not fix
    )
    return await carried_out(partial(_steps, fix=fix), asked)


async def _steps(run: Run, fix: str) -> None:
    found = Found(fix)
    looked_at = await audit_shop(run, found)
    if not fix:
        await report_found(run, found, looked_at)
        return
    run.report.parameters["fix"] = fix
    await mend(run, fix, found.wanted, sum(looked_at.values()))


async def _no_such_fix(fix: str) -> State:
    remedy = f"These can be mended: {', '.join(FIXES)}."
    raise ConfigurationError((ConfigFault("--fix", fix, "nothing mends this", remedy),))
