"""Cegid Retail as an ERP of the house: its abilities, on one open connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.cegid.access import SYSTEM, CegidAccess, Limits
from connectors.cegid.cancel import cancel_document
from connectors.cegid.client import Cegid
from connectors.cegid.codes import CegidCodes
from connectors.cegid.customer_obstacles import customer_obstacles
from connectors.cegid.document_key import DocumentKey, DocumentType
from connectors.cegid.existing_customers import values_to_write
from connectors.cegid.look import LookAtCegid
from connectors.cegid.order_obstacles import order_obstacles
from connectors.cegid.preview import preview
from connectors.cegid.statuses import read_statuses
from connectors.cegid.sums import Sums
from connectors.cegid.texts import cut_of
from connectors.cegid.tracking import give_tracking
from connectors.cegid.translate_customers import new_customer_values
from connectors.cegid.translate_orders import order_document
from connectors.cegid.translate_returns import return_document
from schemas.documents import Customer, Order, Return
from schemas.erp import (
    Asked,
    Cancellation,
    Compared,
    DocumentStatus,
    Erp,
    ErpCustomer,
    ErpNumber,
    FoundDocument,
    FoundDocuments,
    Obstacle,
    OutgoingDocument,
    Policy,
)
from schemas.erps.cegid import STATUS_MEMBERS
from schemas.erps.cegid import Cegid as Settings

_DAY = len("2026-11-21")
_SALES = (DocumentType.ORDER, DocumentType.RECEIPT)


@contextmanager
def opened(access: CegidAccess, codes: CegidCodes, settings: Settings, use: str, cache_folder: Path) -> Iterator[Erp]:
    """The ERP behind an access, its contracts read; `use` is `test` or `production`."""
    with Cegid(access, cache_folder=cache_folder, limits=limits(settings)) as cegid:
        yield Erp(
            SYSTEM,
            use,
            connections=settings.connections,
            sent=lambda: cegid.sent,
            customers=Customers(cegid, codes),
            orders=Orders(cegid, codes),
            returns=Returns(cegid, codes),
            cancels=Cancels(cegid),
            statuses=Statuses(cegid, codes.store),
            tracking=Tracking(cegid),
            sums=Sums(cegid, codes.store),
            itself=LookAtCegid(cegid, codes, settings, use, access.database),
        )


def limits(settings: Settings) -> Limits:
    """What the settings allow a connection."""
    verify = settings.verify_tls if isinstance(settings.verify_tls, bool) else Path(settings.verify_tls)
    return Limits(settings.connections, answer_seconds=settings.timeout_seconds, verify_tls=verify)


class Customers:
    """See `schemas.erp.TakesCustomers`."""

    known_by_files = False

    def __init__(self, cegid: Cegid, codes: CegidCodes) -> None:
        self._cegid = cegid
        self._codes = codes

    def obstacles(self, customer: Customer) -> tuple[Obstacle, ...]:
        return customer_obstacles(customer, self._codes)

    def cut(self, customer: Customer) -> tuple[Obstacle, ...]:
        length = self._codes.address_length
        names = sorted(cut_of(customer.address, length)) if customer.address else ()
        return tuple(Obstacle(f"customer_{name}_cut", {"value": str(length)}) for name in names)

    def codes(self, id_customer: int) -> Iterator[str]:
        return self._codes.customer_codes(id_customer)

    def get(self, code: str) -> ErpCustomer | None:
        return self._cegid.customer(code)

    def find(self, email: str) -> tuple[ErpCustomer, ...]:
        return self._cegid.find_customers(email)

    def create(self, code: str, customer: Customer) -> str:
        return self._cegid.create_customer(code, new_customer_values(customer, self._codes))

    def update(self, known: ErpCustomer, customer: Customer, policy: Policy) -> tuple[str, ...]:
        values, notes = values_to_write(known, customer, self._codes, policy)
        if values:
            self._cegid.update_customer(known.code, values, known.record)
        return notes


class _Documents:
    """What documents of both kinds share."""

    confirms = True

    def __init__(self, cegid: Cegid, codes: CegidCodes) -> None:
        self._cegid = cegid
        self._codes = codes

    def preview(self, outgoing: OutgoingDocument, language: str) -> tuple[tuple[str, str, str], ...]:
        self._cegid.render_document(outgoing.request)
        return preview(outgoing.request, language)

    def find(self, type_: str, reference: str, external_reference: str, customer_code: str) -> FoundDocuments:
        return self._cegid.documents_by_references(type_, reference, external_reference, customer_code)

    def get(self, number: ErpNumber, external_reference: str = "") -> FoundDocument | None:
        found = self._cegid.document(DocumentKey.parse(number))
        if found is None or not external_reference:
            return found
        bear_it = self._cegid.documents_by_references(found.status.type, "", external_reference).others
        return replace(found, has_external_reference=number in {each.status.number for each in bear_it})

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        return self._cegid.create_document(outgoing.request).as_number()


class Orders(_Documents):
    """See `schemas.erp.TakesDocuments`."""

    @property
    def type(self) -> str:
        return self._codes.document_type.value

    @property
    def former_types(self) -> tuple[str, ...]:
        return tuple(each.value for each in _SALES if each is not self._codes.document_type)

    def reference(self, document: Order) -> str:
        return self._codes.order_reference(document.id_order)

    def other_reference(self, document: Order) -> str:
        return self._codes.order_reference(document.id_order, document.placed_text)

    def is_reference(self, reference: str) -> bool:
        return self._codes.is_order_reference(reference)

    def obstacles(self, document: Order) -> tuple[Obstacle, ...]:
        return order_obstacles(document, self._codes)

    def cut(self, document: Order) -> tuple[Obstacle, ...]:
        length = self._codes.address_length
        names = sorted(cut_of(document.delivery, length) | cut_of(document.invoice, length))
        return tuple(Obstacle(f"order_{name}_cut", {"value": str(length)}) for name in names)

    def translated(self, document: Order, customer_code: str, type_: str = "", reference: str = "") -> OutgoingDocument:
        codes = replace(self._codes, document_type=DocumentType(type_)) if type_ else self._codes
        return outgoing(order_document(document, codes, customer_code, reference))


class Returns(_Documents):
    """See `schemas.erp.TakesDocuments`."""

    type = DocumentType.RETURN_NOTICE.value
    former_types: tuple[str, ...] = ()

    def reference(self, document: Return) -> str:
        return self._codes.return_reference(document.id_order_return)

    def other_reference(self, document: Return) -> str:
        return self._codes.return_reference(document.id_order_return, document.created_text)

    def is_reference(self, reference: str) -> bool:
        return self._codes.is_return_reference(reference)

    def obstacles(self, document: Return) -> tuple[Obstacle, ...]:
        """None of its own: a return names nothing that its order did not."""
        return ()

    def cut(self, document: Return) -> tuple[Obstacle, ...]:
        """Nothing of it has a length."""
        return ()

    def translated(
        self, document: Return, customer_code: str, type_: str = "", reference: str = ""
    ) -> OutgoingDocument:
        """Of one type only: `type_` changes nothing."""
        original = DocumentKey.parse(document.order_number) if document.order_number else None
        of_customer = replace(document, customer_code=customer_code)
        return outgoing(return_document(of_customer, self._codes, original, reference))


class Cancels:
    """See `schemas.erp.CancelsDocuments`."""

    def __init__(self, cegid: Cegid) -> None:
        self._cegid = cegid

    def cancel(self, number: ErpNumber) -> Cancellation:
        return cancel_document(self._cegid, DocumentKey.parse(number))


class Tracking:
    """See `schemas.erp.TakesTracking`."""

    def __init__(self, cegid: Cegid) -> None:
        self._cegid = cegid

    def give(self, number: ErpNumber, tracking: str, external_reference: str) -> bool:
        return give_tracking(self._cegid, DocumentKey.parse(number), tracking, external_reference)


class Statuses:
    """See `schemas.erp.TellsStatuses`."""

    members = STATUS_MEMBERS

    def __init__(self, cegid: Cegid, store: str) -> None:
        self._cegid = cegid
        self._store = store

    def statuses(self, asked: Sequence[Asked]) -> Mapping[ErpNumber, DocumentStatus]:
        return read_statuses(self._cegid, asked, self._store)


def outgoing(request: Mapping[str, Any]) -> OutgoingDocument:
    """A Create_Request as the rest of the house has it."""
    header = request["Header"]
    external, customer = header.get("ExternalReference", ""), header.get("CustomerId", "")
    compared = Compared.of(
        header["Date"][:_DAY],
        header.get("CurrencyId", ""),
        external,
        (
            (line["ItemIdentifier"]["Reference"], line["Quantity"], line["NetUnitPrice"])
            for line in request["Lines"]["Create_Line"]
        ),
    )
    return OutgoingDocument(header["Type"], header["InternalReference"], external, customer, compared, request)
