"""What documents of every stream share on their way into an outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.erp_files.boxes import Boxes
from connectors.erp_files.codes import FilesCodes
from connectors.erp_files.outbox import Entry
from connectors.erp_files.rows import Written, write
from connectors.erp_files.values import Values
from schemas.erp import (
    Compared,
    DocumentStatus,
    ErpNumber,
    FoundDocument,
    FoundDocuments,
    FoundLine,
    OutgoingDocument,
)

Lines = Sequence[tuple[str, Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Request:
    """One document ready for the outbox."""

    written: Written
    lines: Lines
    """Item, quantity and unit price with tax: what it is compared by."""


class Documents:
    """See `schemas.erp.TakesDocuments`: all of it that does not depend on the kind."""

    former_types: tuple[str, ...] = ()
    confirms = True

    def __init__(self, boxes: Boxes, codes: FilesCodes, stream: str) -> None:
        self._boxes = boxes
        self._codes = codes
        self._stream = boxes.streams[stream]
        self.type = stream

    def preview(self, outgoing: OutgoingDocument, _language: str) -> tuple[tuple[str, str, str], ...]:
        request: Request = outgoing.request
        return tuple((name, "", text) for name, text in request.written.shown if text)

    def find(self, _type: str, reference: str, external_reference: str, _customer_code: str) -> FoundDocuments:
        entry = self._boxes.of(self.type).find(reference)
        return FoundDocuments(_found(entry, external_reference) if entry else None)

    def get(self, number: ErpNumber, external_reference: str = "") -> FoundDocument | None:
        entries = [entry for entry in self._boxes.of(self.type).known() if entry.number == number]
        return _found(entries[-1], external_reference) if entries else None

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        request: Request = outgoing.request
        lines = tuple((item, str(quantity), str(price)) for item, quantity, price in request.lines)
        compared = outgoing.compared
        entry = Entry(
            outgoing.reference,
            request.written.key,
            self.type,
            outgoing.customer_code,
            compared.day,
            compared.currency,
            outgoing.external_reference,
            lines,
        )
        self._boxes.of(self.type).accept(entry, request.written.content)
        self._boxes.sent[f"{self.type}s"] += 1
        return ErpNumber(request.written.key)

    def _outgoing(
        self, written: Written, lines: Lines, *, reference: str, external: str, customer: str, day: date, currency: str
    ) -> OutgoingDocument:
        compared = Compared.of(day.isoformat(), currency, external, lines)
        return OutgoingDocument(self.type, reference, external, customer, compared, Request(written, lines))

    def _write(self, values: Values, lines: Sequence[Values], payments: Sequence[Values] = ()) -> Written:
        return write(self._stream.template, self._stream.style, values, lines, payments)


def _found(entry: Entry, external_reference: str) -> FoundDocument:
    status = DocumentStatus(ErpNumber(entry.number), entry.type, entry.key, entry.customer, entry.currency)
    lines = tuple(FoundLine((item,), quantity, price) for item, quantity, price in entry.amounts)
    bears_it = bool(external_reference) and entry.external_reference == external_reference
    return FoundDocument(status, entry.day, False, lines, bears_it)
