"""Dolibarr as an ERP of the house: its abilities, on one open connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from connectors.dolibarr.access import SYSTEM, DolibarrAccess, Limits
from connectors.dolibarr.asking import Record
from connectors.dolibarr.catalogue import Categories, FirstStock, Items
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.customer_obstacles import customer_losses, customer_obstacles
from connectors.dolibarr.draft_lines import found_lines
from connectors.dolibarr.guard import guarded, uid_of
from connectors.dolibarr.invoice_reader import InvoiceReader
from connectors.dolibarr.item_reader import ItemReader
from connectors.dolibarr.look import LookAtDolibarr
from connectors.dolibarr.order_draft import compared, order_draft, preview
from connectors.dolibarr.order_obstacles import order_obstacles
from connectors.dolibarr.orders import CANCELLED, VALIDATED, OrderWriter, id_in, is_complete, number_of
from connectors.dolibarr.picture_reader import PictureReader
from connectors.dolibarr.pictures import Pictures
from connectors.dolibarr.replies import day_of
from connectors.dolibarr.slips import Slips
from connectors.dolibarr.statuses import read_statuses, status_of
from connectors.dolibarr.stock import Stock
from connectors.dolibarr.sums import Sums
from connectors.dolibarr.translate_customers import erp_customer, new_third_party, values_to_write
from schemas.documents import Customer, Order
from schemas.erp import (
    Asked,
    Cancellation,
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
from schemas.erps.dolibarr import STATUS_MEMBERS
from schemas.errors import RefusedError

ORDER = "order"


@contextmanager
def opened(
    access: DolibarrAccess,
    codes: DolibarrCodes,
    use: str,
    *,
    country: str,
    limits: Limits,
    before_write: Callable[[], None],
    with_note: bool = True,
    with_catalogue: bool = True,
) -> Iterator[Erp]:
    """The ERP behind an access; `use` is `test` or `production`, `country` is that of its company.

    Without `with_note` the long descriptions of items stay in the shop; without `with_catalogue` it is not looked at
    whether items could be written.
    """
    with Dolibarr(access, limits=limits, before_write=before_write) as dolibarr:
        known = with_dictionaries(codes, dolibarr, country)
        people = Customers(dolibarr, known)
        yield Erp(
            SYSTEM,
            use,
            connections=limits.connections,
            sent=lambda: dolibarr.sent,
            customers=people,
            orders=Orders(dolibarr, known, people),
            slips=Slips(dolibarr, known, people),
            cancels=Cancels(dolibarr),
            statuses=Statuses(dolibarr),
            itself=LookAtDolibarr(dolibarr, known, use, country, with_catalogue=with_catalogue),
            categories=Categories(dolibarr, known),
            items=Items(dolibarr, known, with_note=with_note),
            first_stock=FirstStock(dolibarr),
            pictures=Pictures(dolibarr),
            stock=Stock(dolibarr, known),
            tells_items=ItemReader(dolibarr, known),
            tells_pictures=PictureReader(dolibarr, known),
            invoices=InvoiceReader(dolibarr, known),
            sums=Sums(dolibarr, known),
        )


def with_dictionaries(codes: DolibarrCodes, dolibarr: Dolibarr, country: str) -> DolibarrCodes:
    """The codes, with what Dolibarr's own dictionaries hold."""
    return replace(
        codes,
        rates=dolibarr.vat_rates(country) or codes.rates,
        countries=dolibarr.countries,
        payment_types=dolibarr.payment_types,
        bank_accounts=dolibarr.bank_accounts,
        shipping_methods=dolibarr.shipping_methods,
        consumer_type=dolibarr.type_of_consumers or codes.consumer_type,
    )


class Customers:
    """See `schemas.erp.TakesCustomers`. A third party's code is its guard, else its id."""

    known_by_files = False

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes
        self._records: dict[str, Record] = {}
        """Third parties by their code, as they were read or written last."""
        self._reading = threading.Lock()

    def obstacles(self, customer: Customer) -> tuple[Obstacle, ...]:
        return customer_obstacles(customer, self._codes)

    def cut(self, customer: Customer) -> tuple[Obstacle, ...]:
        return customer_losses(customer)

    def codes(self, id_customer: int) -> Iterator[str]:
        return self._codes.customer_uids(id_customer)

    def get(self, code: str) -> ErpCustomer | None:
        record = self.read(code)
        return None if record is None else erp_customer(record, self._codes)

    def find(self, email: str) -> tuple[ErpCustomer, ...]:
        found = [erp_customer(each, self._codes) for each in self._dolibarr.third_parties_by_email(email.strip())]
        for each in found:
            self._keep(dict(each.record))
        return tuple(each for each in found if not each.closed)

    def create(self, code: str, customer: Customer) -> str:
        values = new_third_party(customer, self._codes)
        id_ = self._dolibarr.create_third_party(code, values)
        self._keep({**values, "id": id_, "array_options": guarded(code)})
        return code

    def update(self, known: ErpCustomer, customer: Customer, policy: Policy) -> tuple[str, ...]:
        values, notes = values_to_write(known, customer, self._codes, policy)
        if values:
            self._dolibarr.update_third_party(int(known.record["id"]), values)
            self._records.pop(known.code, None)
        return notes

    def read(self, code: str) -> Record | None:
        """The third party of a code, asked for anew."""
        record = self._dolibarr.third_party(int(code)) if code.isdecimal() else self._dolibarr.third_party_of(code)
        if record is not None:
            self._keep(record)
        return record

    def of(self, code: str) -> Record:
        """The third party that a document is written for, as it was read last."""
        record = self._records.get(code) or self.read(code)
        if record is None:
            raise RefusedError("the third party is gone", system=SYSTEM, action="create an order", key=code)
        return record

    def code_of(self, id_: int) -> str:
        """The code of the third party of this id."""
        with self._reading:
            known = next((code for code, each in self._records.items() if int(each["id"]) == id_), "")
        record = None if known else self._dolibarr.third_party(id_)
        if record is not None:
            self._keep(record)
        return known or (uid_of(record) if record else "") or str(id_)

    def _keep(self, record: Record) -> None:
        with self._reading:
            self._records[uid_of(record) or str(record["id"])] = record


class Orders:
    """See `schemas.erp.TakesDocuments`."""

    type = ORDER
    former_types: tuple[str, ...] = ()
    confirms = True

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes, customers: Customers) -> None:
        self._dolibarr = dolibarr
        self._codes = codes
        self._customers = customers
        self._writer = OrderWriter(dolibarr, codes)

    def reference(self, document: Order) -> str:
        return self._codes.order_uid(document.id_order)

    def other_reference(self, document: Order) -> str:
        return self._codes.order_uid(document.id_order, document.placed_text)

    def is_reference(self, reference: str) -> bool:
        return self._codes.is_order_uid(reference)

    def obstacles(self, document: Order) -> tuple[Obstacle, ...]:
        return order_obstacles(document, self._codes)

    def cut(self, document: Order) -> tuple[Obstacle, ...]:
        """Nothing: no text of an order has a length that the shop's could exceed."""
        return ()

    def translated(self, document: Order, customer_code: str, type_: str = "", reference: str = "") -> OutgoingDocument:
        """Of one type only: `type_` changes nothing."""
        draft = order_draft(document, self._codes, reference or self.reference(document))
        return OutgoingDocument(
            ORDER, draft.uid, draft.ref_client, customer_code, compared(draft, self._codes), request=draft
        )

    def preview(self, outgoing: OutgoingDocument, language: str) -> tuple[tuple[str, str, str], ...]:
        return tuple(preview(outgoing.request, self._codes, language))

    def find(self, type_: str, reference: str, external_reference: str, customer_code: str) -> FoundDocuments:
        """By guard and customer's reference at once. One that is not complete is not there yet: `create` ends it."""
        heads = self._dolibarr.orders_of(reference, external_reference)
        ours = next((each for each in heads if uid_of(each) == reference), None)
        others = (each for each in heads if each is not ours and str(each["ref_client"]) == external_reference)
        found = tuple(self._found(int(each["id"]), external_reference) for each in others)
        whole = ours is not None and is_complete(ours, self._codes)
        return FoundDocuments(
            self._found(int(ours["id"]), external_reference) if ours is not None and whole else None,
            tuple(each for each in found if each is not None),
        )

    def get(self, number: ErpNumber, external_reference: str = "") -> FoundDocument | None:
        found = self._found(id_in(number), external_reference)
        return found if found is not None and found.status.number == number else None

    def create(self, outgoing: OutgoingDocument) -> ErpNumber:
        return self._writer.write(outgoing.request, self._customers.of(outgoing.customer_code))

    def _found(self, order_id: int, external_reference: str) -> FoundDocument | None:
        record = self._dolibarr.order(order_id)
        if record is None:
            return None
        status = replace(status_of(record), customer_code=self._customers.code_of(int(record["socid"])))
        return FoundDocument(
            status=status,
            day=day_of(record.get("date"), self._dolibarr.hello.zone),
            is_cancelled=str(record.get("status")) == CANCELLED,
            lines=tuple(found_lines(record)),
            has_external_reference=str(record.get("ref_client") or "") == external_reference,
        )


class Cancels:
    """See `schemas.erp.CancelsDocuments`."""

    def __init__(self, dolibarr: Dolibarr) -> None:
        self._dolibarr = dolibarr

    def cancel(self, number: ErpNumber) -> Cancellation:
        """Only an order of which neither a shipment nor an invoice was made."""
        record = self._dolibarr.order(id_in(number))
        if record is None or number_of(record) != number:
            return Cancellation.MISSING
        if str(record["status"]) == CANCELLED:
            return Cancellation.CANCELLED
        if str(record["status"]) != VALIDATED or record.get("linkedObjectsIds") or str(record.get("billed")) == "1":
            return Cancellation.UNDER_WAY
        self._dolibarr.cancel_order(id_in(number))
        after = self._dolibarr.order(id_in(number))
        if after is None or str(after["status"]) != CANCELLED:
            reason = "the order is not cancelled after it was asked for"
            raise RefusedError(reason, system=SYSTEM, action="cancel an order", key=number)
        return Cancellation.CANCELLED


class Statuses:
    """See `schemas.erp.TellsStatuses`."""

    members = STATUS_MEMBERS

    def __init__(self, dolibarr: Dolibarr) -> None:
        self._dolibarr = dolibarr

    def statuses(self, asked: Sequence[Asked]) -> Mapping[ErpNumber, DocumentStatus]:
        return read_statuses(self._dolibarr, asked)
