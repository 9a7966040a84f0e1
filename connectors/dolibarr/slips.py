"""Credit slips of the shop as credit notes of Dolibarr, each once, on the invoice of its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.draft_lines import check_as_drafted, differs, found_lines, line_values, products_of
from connectors.dolibarr.faults import DUPLICATE
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.order_draft import OrderDraft, compared, preview
from connectors.dolibarr.orders import DRAFT, id_in, number_of
from connectors.dolibarr.replies import amount, day_of
from connectors.dolibarr.slip_draft import slip_draft, slip_obstacles
from schemas.amounts import cents
from schemas.documents import Slip
from schemas.erp import DocumentStatus, ErpNumber, FoundDocument, FoundDocuments, Obstacle, OutgoingDocument
from schemas.errors import AlreadyThereError, RefusedError

CREDIT_NOTE = "credit note"
_STANDARD, _REPLACEMENT, _CREDIT = "0", "1", "2"
"""Types of an invoice."""
_NUMBERED = frozenset({"1", "2"})
_ABANDONED = "3"
"""Statuses of an invoice."""
_REASONS = {
    "slip_order_not_invoiced": "the order has no numbered invoice",
    "slip_invoices_several": "the order has several invoices: {detail}",
    "slip_more_than_left": "{value} is more than the {left} that are left of {detail}",
}


class KnowsThirdParties(Protocol):
    """Says by which code the house calls a third party."""

    def code_of(self, id_: int) -> str:
        """The code of the third party of this id."""


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """A credit note as it would be created, and the order whose invoice it gives back a part of."""

    draft: OrderDraft
    order_number: ErpNumber


class Slips:
    """See `schemas.erp.TakesDocuments`."""

    type = CREDIT_NOTE
    former_types: tuple[str, ...] = ()
    confirms = True

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes, customers: KnowsThirdParties) -> None:
        self._dolibarr = dolibarr
        self._codes = codes
        self._customers = customers

    def reference(self, document: Slip) -> str:
        return self._codes.slip_uid(document.id_order_slip)

    def other_reference(self, document: Slip) -> str:
        return self._codes.slip_uid(document.id_order_slip, document.created_text)

    def is_reference(self, reference: str) -> bool:
        return self._codes.is_slip_uid(reference)

    def obstacles(self, document: Slip) -> tuple[Obstacle, ...]:
        """What its amounts show, else what Dolibarr has of its order: an invoice, and enough left of it."""
        own = tuple(slip_obstacles(document, self._codes))
        if own:
            return own
        draft = slip_draft(document, self._codes, self.reference(document))
        uids = frozenset({draft.uid, self.other_reference(document)})
        invoices = self._invoices_of(ErpNumber(document.order_number))
        # Whether a credit note that a person has made is this one is asked before another one is made.
        return tuple(self._of_invoices(invoices, draft, uids | {""}))

    def cut(self, document: Slip) -> tuple[Obstacle, ...]:
        """Nothing: no text of it has a length that the shop's could exceed."""
        return ()

    def translated(self, document: Slip, customer_code: str, type_: str = "", reference: str = "") -> OutgoingDocument:
        """Of one type only: `type_` changes nothing."""
        draft = slip_draft(document, self._codes, reference or self.reference(document))
        request = CreditRequest(draft, ErpNumber(document.order_number))
        as_ours = compared(draft, self._codes)
        return OutgoingDocument(CREDIT_NOTE, draft.uid, draft.ref_client, customer_code, as_ours, request=request)

    def preview(self, outgoing: OutgoingDocument, language: str) -> tuple[tuple[str, str, str], ...]:
        return tuple(preview(outgoing.request.draft, self._codes, language, "slip"))

    def find(self, type_: str, reference: str, external_reference: str, customer_code: str) -> FoundDocuments:
        """By guard, and those of the invoices of the order. One without a number is not there yet: `create` ends it."""
        heads = self._dolibarr.invoice_heads(reference, external_reference)
        ours = next((each for each in heads if uid_of(each) == reference), None)
        of_order = [each for each in heads if external_reference and str(each["ref_client"]) == external_reference]
        invoices = [int(each["id"]) for each in of_order if str(each["type"]) in {_STANDARD, _REPLACEMENT}]
        notes = {int(each["id"]): each for each in of_order if str(each["type"]) == _CREDIT}
        notes |= {int(each["id"]): each for each in self._dolibarr.credit_notes_of(invoices)}
        others = (self._found(id_, external_reference) for id_, each in sorted(notes.items()) if not uid_of(each))
        whole = ours is not None and str(ours["status"]) != DRAFT
        return FoundDocuments(
            self._found(int(ours["id"]), external_reference) if ours is not None and whole else None,
            tuple(each for each in others if each is not None),
        )

    def get(self, number: ErpNumber, external_reference: str = "") -> FoundDocument | None:
        found = self._found(id_in(number), external_reference)
        return found if found is not None and found.status.number == number else None

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        """The credit note, numbered; a draft that an earlier call has left is completed."""
        request: CreditRequest = outgoing.request
        draft = request.draft
        invoices = self._invoices_of(request.order_number)
        for obstacle in self._of_invoices(invoices, draft, frozenset({draft.uid})):
            reason = _REASONS[obstacle.code].format(**obstacle.params)
            raise RefusedError(reason, system=SYSTEM, action="create a credit note", key=draft.uid, code="DIFFERS")
        [invoice] = invoices
        products = products_of(self._dolibarr, draft.lines)
        try:
            id_ = self._dolibarr.create_invoice(draft.uid, _values(draft, invoice, products))
        except RefusedError as error:
            if error.code != DUPLICATE:
                raise
            id_ = self._begun(draft.uid, error)
        record = self._dolibarr.invoice(id_)
        if record is None:
            raise differs("the credit note is gone right after it was created", draft.uid)
        self._check(draft, record, invoice)
        if str(record["status"]) == DRAFT:
            record = self._dolibarr.validate_invoice(id_)
        return number_of(record)

    def _begun(self, uid: str, error: RefusedError) -> int:
        """The id of the draft that an earlier call has left."""
        found = self._dolibarr.invoice_of(uid)
        if found is None:
            raise error
        if str(found["status"]) != DRAFT:
            raise AlreadyThereError(error.reason, system=SYSTEM, action="create a credit note", key=uid, code=DUPLICATE)
        return int(found["id"])

    def _check(self, draft: OrderDraft, record: Record, invoice: Record) -> None:
        """`RefusedError` when it is no credit note of this invoice with these lines."""
        source = str(record.get("fk_facture_source") or "")
        if str(record["type"]) != _CREDIT or source != str(invoice["id"]):
            raise differs("there is another document under this reference", draft.uid, record)
        check_as_drafted(draft, record, int(invoice["socid"]))

    def _invoices_of(self, number: ErpNumber) -> list[Record]:
        """The numbered invoices of an order; the one that we have made stands for all where there is one."""
        order = self._dolibarr.order(id_in(number)) if number else None
        if order is None or number_of(order) != number:
            return []
        linked = order.get("linkedObjectsIds")
        ids = (linked.get("facture") or {}).values() if isinstance(linked, Mapping) else ()
        heads = self._dolibarr.invoices_to_credit(int(each) for each in ids)
        found = [each for each in heads if str(each["type"]) in {_STANDARD, _REPLACEMENT}]
        found = [each for each in found if str(each["status"]) in _NUMBERED]
        ours = [each for each in found if uid_of(each) and uid_of(each) == uid_of(order)]
        return ours or found

    def _of_invoices(self, invoices: list[Record], draft: OrderDraft, uids: frozenset[str]) -> Iterable[Obstacle]:
        """What keeps a credit note from these invoices; those under `uids` do not count against it."""
        if len(invoices) != 1:
            named = ", ".join(str(each["ref"]) for each in invoices)
            code = "slip_invoices_several" if invoices else "slip_order_not_invoiced"
            yield Obstacle(code, {"detail": named} if invoices else {})
            return
        [invoice] = invoices
        notes = self._dolibarr.credit_notes_of([int(invoice["id"])])
        others = (each for each in notes if uid_of(each) not in uids and str(each["status"]) != _ABANDONED)
        given_back = sum((amount(each.get("total_ttc")) for each in others), Decimal(0))
        left = cents(amount(invoice.get("total_ttc")) + given_back)
        if -draft.total > left:
            params = {"value": str(-draft.total), "left": str(left), "detail": str(invoice["ref"])}
            yield Obstacle("slip_more_than_left", params)

    def _found(self, id_: int, external_reference: str) -> FoundDocument | None:
        record = self._dolibarr.invoice(id_)
        if record is None:
            return None
        status = DocumentStatus(
            number=number_of(record),
            type=CREDIT_NOTE,
            internal_reference=uid_of(record),
            customer_code=self._customers.code_of(int(record["socid"])),
            currency=str(record.get("multicurrency_code") or ""),
            total_tax_incl=amount(record.get("total_ttc")),
            shown_as=str(record.get("ref") or ""),
        )
        return FoundDocument(
            status=status,
            day=day_of(record.get("date"), self._dolibarr.hello.zone),
            is_cancelled=str(record.get("status")) == _ABANDONED,
            lines=tuple(found_lines(record)),
            has_external_reference=str(record.get("ref_client") or "") == external_reference,
        )


def _values(draft: OrderDraft, invoice: Record, products: Mapping[str, int]) -> dict[str, Any]:
    return {
        "socid": int(invoice["socid"]),
        "date": draft.day,
        "type": int(_CREDIT),
        "fk_facture_source": int(invoice["id"]),
        "ref_client": draft.ref_client,
        "ref_customer": draft.ref_client,
        "ref_ext": draft.uid,
        "lines": list(line_values(draft, products)),
    }
