"""Tracking numbers, carriers and states go to the shop's orders, are read back, and are confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.prestashop import Entity, Identity, Receipt
from schemas.incidents import Level
from schemas.run_report import PlannedChange
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.statuses.pages import write_pages
from tasks.statuses.plan import StatusChange, by_state
from tasks.statuses.prepare_orders import KIND
from tasks.statuses.tracked import record, record_refused, remember

CHUNK_ORDERS = 200
_HISTORY = Identity("id_order", ("id_order", "id_order_state"), only_new=True)


async def apply_order_statuses(run: Run, changes: list[StatusChange]) -> None:
    """Writes what is to be written; orders that stay where they are are finished at once."""
    busy = [each for each in changes if each.writes]
    idle = [each for each in changes if not each.writes]
    record(run, idle)
    if not run.may_write_shop:
        run.planned += [_planned(each) for each in busy]
        record(run, busy)
        return
    remember(run, KIND, [each for each in idle if each.is_to_remember])
    with run.step("write statuses"):
        await fan_out("write statuses", chunked(busy, CHUNK_ORDERS), lambda chunk: write_statuses(run, chunk))


def _planned(each: StatusChange) -> PlannedChange:
    changes = [("tracking_number", each.one.tracking, each.tracking)] if each.tracking else []
    changes += [("id_carrier", str(each.one.id_carrier), str(each.carrier))] if each.carrier else []
    changes += [("current_state", str(each.one.state), str(each.state))] if each.state else []
    if each.page and each.page.documents:
        changes.append(("erp_documents", "", ", ".join(f"{one.type} {one.number}" for one in each.page.documents)))
    if each.page and each.page.delivery_day:
        changes.append(("delivery_date", "", each.page.delivery_day.isoformat()))
    return PlannedChange(str(each.one.id), "order", "update", tuple(changes))


@chunk_task("write statuses")
async def write_statuses(run: Run, chunk: Chunk[StatusChange]) -> None:
    """One chunk: the parcel first, so that the mail of a state can tell it; then the states, none of them twice."""
    run.lease.check()
    changes = list(chunk.left)
    without_shipment = await _write_shipments(run, changes)
    now = await _states(run, changes) if chunk.tried else {}
    chunk.tried = True
    # What an earlier try has written is not written again: the same state twice is two rows of history and two mails.
    left = [each for each in changes if now.get(each.one.id) != each.state]
    refused: dict[int, str] = {}
    for (state, mail), group in by_state(left).items():
        refused |= await _give(run, group, state, mail=mail)
    without_page = await write_pages(run, changes)
    await _read_back(run, changes, refused, without_shipment, without_page)
    chunk.left.clear()


async def _give(run: Run, group: Sequence[StatusChange], state: int, *, mail: bool) -> dict[int, str]:
    """What the shop said of the states that it refuses, by order; a mail that was not sent is none of them."""
    refused: dict[int, str] = {}

    def note(receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            order = group[receipt.position].one.id
            if receipt.error is not None and mail and receipt.id is not None:
                run.note(Level.ERROR, "status_mail_not_sent", str(order), value=str(state))
            elif receipt.error is not None:
                refused[order] = receipt.error.reason

    entities = [{"id_order": each.one.id, "id_order_state": state} for each in group]
    options = {"sendemail": "1"} if mail else {}
    await run.shop.create("order_histories", entities, _HISTORY, options=options, on_receipts=note)
    return refused


async def _write_shipments(run: Run, changes: Sequence[StatusChange]) -> dict[int, str]:
    """What the shop said of the tracking numbers and carriers that it refuses, by order."""
    wanted = [each for each in changes if each.of_shipment]
    if not wanted:
        return {}
    receipts = await run.shop.update("order_carriers", [_parcel(each) for each in wanted])
    both = zip(wanted, receipts, strict=True)
    return {each.one.id: receipt.error.reason for each, receipt in both if receipt.error is not None}


def _parcel(each: StatusChange) -> Entity:
    tracking = {"tracking_number": each.tracking} if each.tracking else {}
    carrier = {"id_carrier": each.carrier} if each.carrier else {}
    return {"id": each.one.id_order_carrier, **tracking, **carrier}


async def _read_back(
    run: Run,
    changes: Sequence[StatusChange],
    refused: dict[int, str],
    without_shipment: dict[int, str],
    without_page: dict[int, str],
) -> None:
    now = await _states(run, changes)
    for each in changes:
        held = now.get(each.one.id, 0)
        if each.state and held != each.state and each.one.id not in refused:
            refused[each.one.id] = f"current_state: {each.state} / {held}"
    fine = [each for each in changes if each.one.id not in refused]
    remember(run, KIND, [each for each in fine if each.is_to_remember])
    record(run, [each for each in fine if each.one.id not in without_shipment | without_page])
    record_refused(run, [each for each in changes if each.one.id in refused], refused, "status_refused")
    partly = [each for each in fine if each.one.id in without_shipment]
    record_refused(run, partly, without_shipment, "status_parcel_refused")
    partly = [each for each in fine if each.one.id in without_page and each.one.id not in without_shipment]
    record_refused(run, partly, without_page, "status_documents_refused")


async def _states(run: Run, changes: Sequence[StatusChange]) -> dict[int, int]:
    ids = [str(each.one.id) for each in changes if each.state]
    rows = await run.shop.find("orders", "id", ids, display=("id", "current_state")) if ids else []
    return {int(row["id"]): int(row["current_state"] or 0) for row in rows}
