"""Numbers of parcels that the shop has go into the ERP's documents whose own field is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.erp import DocumentStatus, Erp, ErpNumber, TakesTracking
from schemas.errors import DeniedError, RefusedError, TransientError, UnexpectedReplyError
from schemas.incidents import Level
from schemas.run_report import PlannedChange
from tasks.run.run import Run
from tasks.run.threads import in_thread
from tasks.statuses.plan import TrackedDocument


async def give_numbers(
    run: Run, erp: Erp, orders: Sequence[TrackedDocument], statuses: Mapping[ErpNumber, DocumentStatus]
) -> None:
    """Writes what the ERP's documents lack, where the settings ask for it; one that is refused stops no other."""
    if not run.folder.settings.orders.tracking_to_erp:
        return
    lacking = [
        one for one in orders if one.tracking and (told := statuses.get(one.document)) is not None and not told.tracking
    ]
    if erp.tracking is None:
        if lacking:
            run.note(Level.ERROR, "tracking_not_taken", value=erp.kind)
        return
    if run.asked.dry_run:
        run.planned += [
            PlannedChange(str(one.id), "order", "update", (("tracking_to_erp", "", one.tracking),)) for one in lacking
        ]
        return
    with run.step("numbers of parcels to the ERP"):
        for one in lacking:
            await _give(run, erp.tracking, one)


async def _give(run: Run, tracking: TakesTracking, one: TrackedDocument) -> None:
    key = str(one.id)
    try:
        await in_thread(tracking.give, one.document, one.tracking, one.reference)
    except (RefusedError, DeniedError, UnexpectedReplyError) as error:
        run.note(Level.ERROR, "tracking_refused_by_erp", key, value=one.tracking, detail=error.reason)
    except TransientError as error:
        run.note(Level.RETRY, "tracking_waits_for_erp", key, value=one.tracking, detail=error.reason)
