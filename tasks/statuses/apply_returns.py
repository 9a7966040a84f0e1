"""States go to the shop's returns, are read back, and are confirmed."""

from __future__ import annotations

from connectors.prestashop.values import whole
from schemas.run_report import PlannedChange
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.statuses.plan import StatusChange, by_state
from tasks.statuses.prepare_returns import KIND, PREFIX
from tasks.statuses.tracked import record, record_refused, remember

CHUNK_RETURNS = 200


async def apply_return_statuses(run: Run, changes: list[StatusChange]) -> None:
    """Writes what is to be written; returns that stay where they are are finished at once."""
    busy = [each for each in changes if each.state]
    idle = [each for each in changes if not each.state]
    record(run, idle, PREFIX)
    if not run.may_write_shop:
        run.planned += [_planned(each) for each in busy]
        record(run, busy, PREFIX)
        return
    remember(run, KIND, [each for each in idle if each.is_to_remember])
    with run.step("write statuses"):
        chunks = chunked(busy, CHUNK_RETURNS)
        await fan_out("write statuses", chunks, lambda chunk: write_return_statuses(run, chunk))


def _planned(each: StatusChange) -> PlannedChange:
    return PlannedChange(str(each.one.id), "return", "update", (("state", str(each.one.state), str(each.state)),))


@chunk_task("write return statuses")
async def write_return_statuses(run: Run, chunk: Chunk[StatusChange]) -> None:
    """One chunk. Writing again is safe: the module mails the customer of another state only."""
    run.lease.check()
    changes = list(chunk.left)
    refused: dict[int, str] = {}
    for (state, mail), group in by_state(changes).items():
        entities = [{"id": each.one.id, "state": str(state)} for each in group]
        receipts = await run.shop.update(run.facts.returns, entities, options={"sendemail": "1"} if mail else {})
        both = zip(group, receipts, strict=True)
        refused |= {each.one.id: receipt.error.reason for each, receipt in both if receipt.error is not None}
    await _read_back(run, changes, refused)
    chunk.left.clear()


async def _read_back(run: Run, changes: list[StatusChange], refused: dict[int, str]) -> None:
    rows = await run.shop.find(run.facts.returns, "id", [str(each.one.id) for each in changes], display=("id", "state"))
    now = {int(row["id"]): whole(row, "state") for row in rows}
    for each in changes:
        held = now.get(each.one.id, 0)
        if held != each.state and each.one.id not in refused:
            refused[each.one.id] = f"state: {each.state} / {held}"
    fine = [each for each in changes if each.one.id not in refused]
    remember(run, KIND, fine)
    record(run, fine, PREFIX)
    record_refused(run, [each for each in changes if each.one.id in refused], refused, f"{PREFIX}status_refused")
