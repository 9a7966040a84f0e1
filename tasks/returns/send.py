"""Returns go to the ERP as return notices, each exactly once."""

from __future__ import annotations

from schemas.documents import Return
from schemas.erp import Erp, returns_of
from schemas.identities import return_identity
from tasks.handover.delivering import Deliveries
from tasks.handover.dispatch import dispatch
from tasks.handover.sender import ToDeliver
from tasks.handover.several_at_once import grouped
from tasks.returns.prepare import STREAM, DueReturn
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task

CHUNK = 100


async def deliver_returns(run: Run, erp: Erp, due: list[DueReturn]) -> None:
    """Hands over every return that is due; a dry run only shows the documents."""
    secret = run.ledger.secret()
    deliveries = Deliveries(
        run, STREAM, erp.ledger_kind(STREAM), returns_of(erp), lambda each: _to_deliver(each, secret), _personal
    )
    if run.asked.dry_run:
        for each in due:
            deliveries.plan(each)
        return
    with run.step("deliver returns"):
        chunks = chunked(grouped(due, lambda each: each.key), CHUNK, lambda group: [each.key for each in group])
        await fan_out("deliver returns", chunks, lambda chunk: send_returns(deliveries, chunk, erp), rows=len)
    await dispatch(erp, STREAM)


@chunk_task("deliver returns")
async def send_returns(deliveries: Deliveries[Return], chunk: Chunk[list[DueReturn]], erp: Erp) -> None:
    """One chunk of returns, each its own transaction."""
    await deliveries.send(chunk, erp.connections)


def _to_deliver(due: DueReturn, secret: bytes) -> ToDeliver[Return]:
    return_ = due.document
    return ToDeliver(
        document=return_,
        key=due.key,
        identity=return_identity(return_.id_order, return_.created_text, secret),
        account=str(return_.id_customer),
        external_reference=return_.order_reference,
        customer_code=lambda: return_.customer_code,
        is_customer=lambda code: code == return_.customer_code or not return_.customer_code,
        may_create=due.may_create,
    )


def _personal(return_: Return) -> list[str]:
    """What the customer wrote; a return holds nothing else that names a person."""
    return [return_.question] if return_.question.strip() else []
