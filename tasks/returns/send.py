"""Returns go to the ERP as return notices, each exactly once."""

from __future__ import annotations

from schemas.documents import Return
from schemas.emails import struck_out
from schemas.erp import Erp, returns_of
from schemas.errors import RefusedError
from schemas.identities import return_identity
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.handover.dispatch import dispatch
from tasks.handover.sender import DocumentSender, Handover, ToDeliver, in_doubt
from tasks.handover.several_at_once import grouped, several_at_once
from tasks.returns.prepare import STREAM, DueReturn, record_returns
from tasks.run.chunks import Chunk, chunked, fan_out
from tasks.run.run import Run
from tasks.run.step_tasks import chunk_task

CHUNK = 100
_ENDS = {Handover.CREATED: Outcome.CREATED, Handover.ADOPTED: Outcome.UNCHANGED, Handover.ALREADY: Outcome.UNCHANGED}


async def deliver_returns(run: Run, erp: Erp, due: list[DueReturn]) -> None:
    """Hands over every return that is due; a dry run only shows the documents."""
    if run.asked.dry_run:
        for each in due:
            _plan(run, erp, each)
        return
    kind = erp.ledger_kind(STREAM)
    sender = DocumentSender(run.ledger, returns_of(erp), run.folder.name, run.run_id, kind, STREAM)
    with run.step("deliver returns"):
        chunks = chunked(grouped(due, lambda each: each.key), CHUNK, lambda group: [each.key for each in group])
        await fan_out("deliver returns", chunks, lambda chunk: send_returns(run, erp, sender, chunk), rows=len)
    await dispatch(erp, STREAM)


def _plan(run: Run, erp: Erp, due: DueReturn) -> None:
    if not due.may_create:
        record_returns(run, [due.key], Outcome.WAITING, "return_to_look_up")
        return
    documents = returns_of(erp)
    try:
        fields = documents.preview(documents.translated(due.return_, due.return_.customer_code))
    except RefusedError as error:
        _refuse(run, due, error)
        return
    run.planned.append(PlannedChange(due.key, STREAM, "create", fields))
    record_returns(run, [due.key], Outcome.CREATED)


@chunk_task("deliver returns")
async def send_returns(run: Run, erp: Erp, sender: DocumentSender[Return], chunk: Chunk[list[DueReturn]]) -> None:
    """One chunk of returns, each its own transaction."""

    def deliver(due: DueReturn) -> None:
        _deliver(run, erp.ledger_kind(STREAM), sender, due)

    failure = await several_at_once(run, chunk, erp.connections, deliver)
    if failure is not None:
        raise failure


def _deliver(run: Run, kind: str, sender: DocumentSender[Return], due: DueReturn) -> None:
    try:
        delivered = sender.send(_to_deliver(run, due))
    except RefusedError as error:
        code = _refuse(run, due, error)
        run.ledger.hold(run.folder.name, kind, due.key, code=code, run_id=run.run_id)
        return
    if delivered.question is not None:
        run.note(Level.ERROR, delivered.question.code, due.key, **delivered.question.params)
        run.ledger.hold(run.folder.name, kind, due.key, code=delivered.question.code, run_id=run.run_id)
        record_returns(run, [due.key], Outcome.REJECTED, delivered.question.code)
        return
    if delivered.handover is Handover.IN_DOUBT:
        code = in_doubt(run, STREAM, due.key, delivered.doubt_at)
        run.ledger.wait(run.folder.name, kind, due.key, code=code, run_id=run.run_id)
        record_returns(run, [due.key], Outcome.WAITING, code)
        return
    if delivered.handover is Handover.ABSENT:
        run.ledger.clear(run.folder.name, kind, [due.key])
        record_returns(run, [due.key], Outcome.IGNORED, "return_state_not_exported")
        return
    if delivered.changed:
        run.note(Level.ERROR, "return_changed_in_doubt", due.key)
    record_returns(run, [due.key], _ENDS[delivered.handover])


def _to_deliver(run: Run, due: DueReturn) -> ToDeliver[Return]:
    return_ = due.return_
    return ToDeliver(
        document=return_,
        key=due.key,
        identity=return_identity(return_.id_order, return_.created_text, run.ledger.secret()),
        account=str(return_.id_customer),
        external_reference=return_.order_reference,
        customer_code=lambda: return_.customer_code,
        is_customer=lambda code: code == return_.customer_code or not return_.customer_code,
        may_create=due.may_create,
    )


def _refuse(run: Run, due: DueReturn, error: RefusedError) -> str:
    reason = struck_out(error.reason, _personal(due.return_))
    run.note(Level.ERROR, "return_erp_refused", due.key, detail=reason)
    record_returns(run, [due.key], Outcome.REFUSED, "return_erp_refused", reason)
    return "return_erp_refused"


def _personal(return_: Return) -> list[str]:
    """What the customer wrote; a return holds nothing else that names a person."""
    return [return_.question] if return_.question.strip() else []
