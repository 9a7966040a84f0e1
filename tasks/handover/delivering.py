"""Documents that are due go to the ERP, each its own transaction, and each ends in one outcome of the run's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from connectors.ledger import Ledger
from schemas.emails import struck_out
from schemas.erp import TakesDocuments
from schemas.errors import RefusedError
from schemas.incidents import Level
from schemas.outcomes import Outcome
from schemas.run_report import PlannedChange
from tasks.handover.sender import DocumentSender, Handover, ToDeliver, in_doubt
from tasks.handover.several_at_once import several_at_once
from tasks.run.chunks import Chunk
from tasks.run.outcomes import RowOutcome, row_outcomes
from tasks.run.run import Run

Doc = TypeVar("Doc")
_ENDS = {Handover.CREATED: Outcome.CREATED, Handover.ADOPTED: Outcome.UNCHANGED, Handover.ALREADY: Outcome.UNCHANGED}


class DueDocument(Generic[Doc]):
    """A document of the shop that goes, or is only looked up. Not a dataclass: Prefect walks through those."""

    def __init__(self, key: str, document: Doc, customer_code: str, *, may_create: bool) -> None:
        self.key = key
        """What the ledger and the reports call it."""
        self.document = document
        self.customer_code = customer_code
        """In the ERP, where it is known."""
        self.may_create = may_create


class Deliveries(Generic[Doc]):
    """The documents of one stream on their way within one run; the stream begins the codes of messages."""

    def __init__(
        self,
        run: Run,
        stream: str,
        kind: str,
        documents: TakesDocuments[Doc],
        to_deliver: Callable[[DueDocument[Doc]], ToDeliver[Doc]],
        personal: Callable[[Doc], Iterable[str]],
    ) -> None:
        self._run = run
        self._stream = stream
        self._kind = kind
        """The ledger's."""
        self._documents = documents
        self._to_deliver = to_deliver
        self._personal = personal
        """What of a document names a person, and no reason may repeat."""
        self._sender = DocumentSender(run.ledger, documents, run.folder.name, run.run_id, kind, stream)

    def plan(self, due: DueDocument[Doc]) -> None:
        """What would be created, for a dry run."""
        if not due.may_create:
            record(self._run, [due.key], Outcome.WAITING, f"{self._stream}_to_look_up")
            return
        try:
            fields = self._documents.preview(
                self._documents.translated(due.document, due.customer_code), self._run.report.language
            )
        except RefusedError as error:
            self._refuse(due, error)
            return
        self._run.planned.append(PlannedChange(due.key, self._stream, "create", fields))
        record(self._run, [due.key], Outcome.CREATED)

    async def send(self, chunk: Chunk[list[DueDocument[Doc]]], connections: int) -> None:
        """Hands over one chunk; raises what stopped it."""
        failure = await several_at_once(self._run, chunk, connections, self._deliver)
        if failure is not None:
            raise failure

    def _deliver(self, due: DueDocument[Doc]) -> None:
        run, ledger, stream = self._run, self._ledger, self._stream
        try:
            delivered = self._sender.send(self._to_deliver(due))
        except RefusedError as error:
            self._hold(due, self._refuse(due, error))
            return
        if delivered.question is not None:
            run.note(Level.ERROR, delivered.question.code, due.key, **delivered.question.params)
            self._hold(due, delivered.question.code)
            record(run, [due.key], Outcome.REJECTED, delivered.question.code)
            return
        if delivered.handover is Handover.IN_DOUBT:
            code = in_doubt(run, stream, due.key, delivered.doubt_at)
            ledger.wait(run.folder.name, self._kind, due.key, code=code, run_id=run.run_id)
            record(run, [due.key], Outcome.WAITING, code)
            return
        if delivered.handover is Handover.ABSENT:
            ledger.clear(run.folder.name, self._kind, [due.key])
            record(run, [due.key], Outcome.IGNORED, f"{stream}_state_not_exported")
            return
        if delivered.changed:
            run.note(Level.ERROR, f"{stream}_changed_in_doubt", due.key)
        record(run, [due.key], _ENDS[delivered.handover])

    @property
    def _ledger(self) -> Ledger:
        return self._run.ledger

    def _hold(self, due: DueDocument[Doc], code: str) -> None:
        self._ledger.hold(self._run.folder.name, self._kind, due.key, code=code, run_id=self._run.run_id)

    def _refuse(self, due: DueDocument[Doc], error: RefusedError) -> str:
        code, reason = f"{self._stream}_erp_refused", struck_out(error.reason, list(self._personal(due.document)))
        self._run.note(Level.ERROR, code, due.key, detail=reason)
        record(self._run, [due.key], Outcome.REFUSED, code, reason)
        return code


def record(run: Run, keys: Iterable[str], outcome: Outcome, code: str = "", detail: str = "") -> None:
    """Documents are finished."""
    run.rows.record(row_outcomes([row_of(key, outcome, code, detail) for key in keys]))


def row_of(key: str, outcome: Outcome, code: str, detail: str) -> RowOutcome:
    """A document as a row of `ROW_OUTCOMES`."""
    return RowOutcome(0, int(key), key, outcome.value, code, detail)
