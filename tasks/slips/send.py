"""Credit slips go to the ERP as credit notes, each exactly once."""

from __future__ import annotations

from schemas.documents import Slip
from schemas.erp import Erp
from schemas.identities import slip_identity
from tasks.handover.delivering import Deliveries
from tasks.handover.dispatch import dispatch
from tasks.handover.sender import ToDeliver
from tasks.handover.several_at_once import grouped
from tasks.orders.translate.discretion import of_order
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task
from tasks.slips.prepare import STREAM, DueSlip, DueSlips, slips_of

CHUNK = 100


async def deliver_slips(run: Run, erp: Erp, due: DueSlips) -> None:
    """Hands over every slip that is due; a dry run only shows the documents."""
    secret = run.ledger.secret()
    deliveries = Deliveries(
        run, STREAM, erp.ledger_kind(STREAM), slips_of(erp), lambda each: _to_deliver(each, secret), _personal
    )
    if run.asked.dry_run:
        for each in due.slips:
            deliveries.plan(each)
        return
    with run.step("deliver credit slips"):
        # The slips of one order one after the other: each takes from what its invoice has left.
        groups = grouped(due.slips, lambda each: str(each.document.id_order))
        chunks = chunked(groups, CHUNK, lambda group: [each.key for each in group])
        await fan_out("deliver credit slips", chunks, lambda chunk: send_slips(deliveries, chunk, erp), rows=len)
    await dispatch(erp, STREAM)
    due.keep()


@chunk_task("deliver credit slips")
async def send_slips(deliveries: Deliveries[Slip], chunk: Chunk[list[DueSlip]], erp: Erp) -> None:
    """One chunk of slips, each its own transaction."""
    await deliveries.send(chunk, erp.connections)


def _to_deliver(due: DueSlip, secret: bytes) -> ToDeliver[Slip]:
    slip = due.document
    order = slip.order
    return ToDeliver(
        document=slip,
        key=due.key,
        identity=slip_identity(slip.id_order, slip.created_text, secret),
        account=str(order.customer.id_customer) if order else "",
        external_reference=order.reference if order else "",
        customer_code=lambda: slip.customer_code,
        is_customer=lambda code: code == slip.customer_code or not slip.customer_code,
        may_create=due.may_create,
    )


def _personal(slip: Slip) -> list[str]:
    """The texts of its order that name a person."""
    return list(of_order(slip.order)) if slip.order else []
