"""A Cegid Retail as the rest of the house sees it: small methods, our words, our errors. Safe in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lxml import etree

from connectors.cegid.access import SYSTEM, CegidAccess, Limits
from connectors.cegid.contract import ServiceContract
from connectors.cegid.document_key import DocumentKey
from connectors.cegid.faults import error_of, read_fault
from connectors.cegid.merge import merged
from connectors.cegid.needed import SERVICES
from connectors.cegid.replies import (
    Hello,
    as_tree,
    customer_of,
    read_customer,
    read_document,
    read_header,
    read_hello,
    read_key,
    text_of,
)
from connectors.cegid.transport import ENVELOPE, Answer, CegidTransport, parse
from connectors.cegid.wsdl_cache import WsdlCache
from schemas.erp import DocumentStatus, ErpCustomer, ErpNumber, FoundDocument, FoundDocuments
from schemas.errors import RefusedError, TransientError, UnexpectedReplyError

_MOST_CUSTOMERS = 100
_CUSTOMERS = "CustomerWcfService"
_DOCUMENTS = "SaleDocumentService"


class Cegid:
    """A connection to one database of Cegid Retail, to be used as a context manager.

    Entering reads the tenant's contracts and raises `UnexpectedReplyError` naming what they lack. `not_found` are codes
    or words by which this tenant says, in a fault, that something is not there. Every method raises `TransientError`,
    `DeniedError`, `RefusedError` (with Cegid's code) or `UnexpectedReplyError`. After a `TransientError` of a write its
    outcome is unknown: look it up.
    """

    def __init__(
        self,
        access: CegidAccess,
        *,
        cache_folder: Path,
        limits: Limits | None = None,
        not_found: tuple[str, ...] = (),
    ) -> None:
        limits = limits or Limits()
        self._access = access
        self._not_found = not_found
        self.cache = WsdlCache(cache_folder, limits.contract_seconds)
        self._transport = CegidTransport(access, limits, self.cache)
        self._contracts: dict[str, ServiceContract] = {}
        self._loading = threading.Lock()

    def __enter__(self) -> Self:
        for name in SERVICES:
            self._contract(name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    @property
    def sent(self) -> dict[str, int]:
        """Requests sent so far, by operation."""
        return dict(self._transport.sent)

    def hello(self) -> Hello:
        """The connection test: version, language, database, identity."""
        result = self._call(_CUSTOMERS, "HelloWorld", {"text": "Passerelle"})
        return read_hello("" if result is None else result.text or "")

    def members_of_customer(self) -> frozenset[str]:
        """The members that a customer is written with in this tenant's version."""
        return self._contract(_CUSTOMERS).members("CustomerInputData")

    def find_customers(self, email: str) -> tuple[ErpCustomer, ...]:
        """The open customers with exactly this e-mail, whatever the case; several are possible.

        The search's own rules are not known (it may search parts, it may give closed ones), so its answer is filtered.
        """
        if not email.strip():
            return ()
        search = {"EmailData": {"Email": email.strip()}, "MaxNumberOfCustomers": _MOST_CUSTOMERS}
        found = self._call(_CUSTOMERS, "SearchCustomerIds", {"searchData": search})
        customers = [read_customer(each) for each in (() if found is None else found)]
        wanted = email.strip().casefold()
        exact = tuple(each for each in customers if each.email.strip().casefold() == wanted and not each.closed)
        if not exact and len(customers) >= _MOST_CUSTOMERS:
            raise RefusedError(
                f"the search by e-mail gives {len(customers)} customers or more, none of them exact",
                system=SYSTEM,
                action="SearchCustomerIds",
                remedy="Give the customer its Cegid code by hand.",
                code="TOO_MANY",
            )
        return exact

    def customer(self, code: str) -> ErpCustomer | None:
        """One customer as Cegid has it, its record by the contract's names, in texts; None when there is none."""
        found = self._look_up(_CUSTOMERS, "GetCustomerDetail", {"customerId": code}, code)
        tree = {} if found is None else as_tree(found)
        return customer_of(tree) if tree.get("CustomerId") else None

    def create_customer(self, code: str, values: Mapping[str, Any]) -> str:
        """A new customer under the code of our choice; gives the code that Cegid answers."""
        given = {"customerData": {**values, "CustomerId": code}}
        result = self._call(_CUSTOMERS, "AddNewCustomer", given, code)
        return (result.text or "").strip() if result is not None and result.text else code

    def update_customer(self, code: str, values: Mapping[str, Any], known: Mapping[str, Any] | None = None) -> bool:
        """Make the customer's members equal `values`, all others staying as they are; False: nothing to write.

        A member that is absent from `values` is kept, one that is `""` is emptied. `known`: as it was read just now.
        """
        found = None if known else self.customer(code)
        known = known or (found.record if found else None)
        if known is None:
            raise RefusedError(
                "the customer does not exist",
                system=SYSTEM,
                action="UpdateCustomer",
                key=code,
                remedy="Correct the customer's Cegid code.",
                code="NOT_FOUND",
            )
        changed = merged(known, values, self._contract(_CUSTOMERS).members("CustomerInputData"))
        if changed is None:
            return False
        self._call(_CUSTOMERS, "UpdateCustomer", {"customerId": code, "modifiedData": changed}, code)
        return True

    def render_document(self, request: Mapping[str, Any]) -> str:
        """The XML that `create_document` would send, checked as it would be; nothing is sent."""
        parameters = self._in_context({"createRequest": request})
        body = self._contract(_DOCUMENTS).message("Create", parameters, _reference(request))
        return etree.tostring(body, pretty_print=True, encoding="unicode")

    def create_document(self, request: Mapping[str, Any]) -> DocumentKey:
        """A new document from a Create_Request in the contract's names; `AlreadyThereError` where it may be there."""
        result = self._call(_DOCUMENTS, "Create", {"createRequest": request}, _reference(request))
        return read_key(None if result is None else result.find("{*}Key"), "Create")

    def documents_by_references(
        self, type_: str, internal: str, external: str = "", customer_code: str = ""
    ) -> FoundDocuments:
        """What the ERP has under these references, whole.

        Asked by the external reference, which several orders may share, then by customer and internal reference: either
        may be "", what is left is asked. More than one of the internal reference is a `RefusedError`.
        """
        of_external = self._by_external(type_, external)
        ours = [each for each in of_external if each.status.internal_reference == internal]
        others = tuple(each for each in of_external if each not in ours)
        if not ours and customer_code:
            ours = self._by_internal(type_, internal, customer_code)
        if len(ours) > 1:
            raise RefusedError(
                f"{len(ours)} documents have this reference: {', '.join(each.status.number for each in ours)}",
                system=SYSTEM,
                action="GetByExternalReference",
                key=internal,
                remedy="Cancel the wrong one in Cegid.",
                code="AMBIGUOUS",
            )
        return FoundDocuments(ours[0] if ours else None, others)

    def _by_external(self, type_: str, external: str) -> list[FoundDocument]:
        if not external:
            return []
        search = {"searchRequest": {"ExternalReference": external, "Type": type_}}
        result = self._look_up(_DOCUMENTS, "GetByExternalReference", search, external)
        replies = [] if result is None else [*result.iterfind("{*}Get_Replies/{*}Get_Reply")]
        return [self._document(each, by_external=True) for each in replies if text_of(each, "Header/Key/Number")]

    def _by_internal(self, type_: str, internal: str, customer_code: str) -> list[FoundDocument]:
        reference = {"CustomerId": customer_code, "InternalReference": internal, "Type": type_}
        result = self._look_up(_DOCUMENTS, "GetByReference", {"searchRequest": {"Reference": reference}}, internal)
        there = result is not None and text_of(result, "Header/Key/Number")
        return [self._document(result, by_external=False)] if result is not None and there else []

    def document(self, key: DocumentKey) -> FoundDocument | None:
        """One whole document by its key; None when it is gone. Whether its external reference is ours is not told."""
        wanted = {"Number": key.number, "Stump": key.stump, "Type": key.type}
        result = self._look_up(_DOCUMENTS, "GetByKey", {"searchRequest": {"Key": wanted}}, str(key))
        if result is None or not text_of(result, "Header/Key/Number"):
            return None
        return self._document(result, by_external=False)

    def _document(self, reply: etree._Element, *, by_external: bool) -> FoundDocument:
        values = self._contract(_DOCUMENTS).values
        return read_document(reply, "read a document", values, by_external=by_external)

    def status(self, key: DocumentKey) -> DocumentStatus | None:
        """What the ERP says of one document now; None when it is gone."""
        found = self.document(key)
        return None if found is None else found.status

    def document_as_read(self, key: DocumentKey) -> dict[str, Any]:
        """One whole document by the contract's names, in texts, to be sent back; empty when it is gone."""
        wanted = {"Number": key.number, "Stump": key.stump, "Type": key.type}
        result = self._look_up(_DOCUMENTS, "GetByKey", {"searchRequest": {"Key": wanted}}, str(key))
        return {} if result is None else as_tree(result)

    def update_header(self, key: DocumentKey, values: Mapping[str, Any]) -> None:
        """Writes members of a document's header; UnexpectedReplyError where the tenant's contract cannot."""
        if "UpdateHeader" not in self._contract(_DOCUMENTS).operations:
            raise UnexpectedReplyError(
                "its contract lacks operation UpdateHeader", system=SYSTEM, action="UpdateHeader"
            ).worded("cegid_contract_lacks")
        identifier = {"Key": {"Number": key.number, "Stump": key.stump, "Type": key.type}}
        self._call(_DOCUMENTS, "UpdateHeader", {"updateHeaderRequest": {**values, "Identifier": identifier}}, str(key))

    def cancel_document(self, key: DocumentKey) -> None:
        """Cancels a document for good; UnexpectedReplyError where the tenant's contract has no such operation."""
        if "Cancel" not in self._contract(_DOCUMENTS).operations:
            raise UnexpectedReplyError("its contract lacks operation Cancel", system=SYSTEM, action="Cancel").worded(
                "cegid_contract_lacks"
            )
        wanted = {"Key": {"Number": key.number, "Stump": key.stump, "Type": key.type}}
        self._call(_DOCUMENTS, "Cancel", {"cancelRequest": {"Identifier": wanted}}, str(key))

    def headers(
        self,
        first_day: date,
        last_day: date,
        *,
        types: Sequence[str],
        stores: Sequence[str] = (),
        page_size: int = 200,
    ) -> Iterator[DocumentStatus]:
        """The documents dated from `begin` to `end`, both included, page by page. Dates are the documents' own days."""
        seen: set[ErpNumber] = set()
        search: dict[str, Any] = {
            "BeginDate": f"{first_day.isoformat()}T00:00:00",
            "EndDate": f"{last_day.isoformat()}T23:59:59",
            "DocumentTypes": {"SaleDocumentType": list(types)},
        }
        if stores:
            search["StoreIds"] = {"string": list(stores)}
        page = 0
        while True:
            page += 1
            headers = self._page(search, page, page_size)
            if headers and all(each.number in seen for each in headers):
                raise UnexpectedReplyError("the same page comes again", system=SYSTEM, action="GetHeaderList").worded(
                    "cegid_not_understood"
                )
            # A document created meanwhile may push another one to the next page.
            yield from (each for each in headers if each.number not in seen)
            seen.update(each.number for each in headers)
            if len(headers) < page_size:
                return

    def _page(self, search: Mapping[str, Any], page: int, page_size: int) -> list[DocumentStatus]:
        request = {**search, "Pager": {"PageIndex": page, "PageSize": page_size}}
        result = self._call(_DOCUMENTS, "GetHeaderList", {"searchRequest": request})
        return [] if result is None else self._headers(result.iterfind("{*}Headers/{*}Get_Header"))

    def _headers(self, headers: Iterator[etree._Element]) -> list[DocumentStatus]:
        values = self._contract(_DOCUMENTS).values
        return [read_header(each, "read a document", values) for each in headers if text_of(each, "Key/Number")]

    def _contract(self, service: str) -> ServiceContract:
        with self._loading:
            if service not in self._contracts:
                contract = ServiceContract(service, SERVICES[service], self._access.root, self._transport)
                self._contracts[service] = contract
            return self._contracts[service]

    def _in_context(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {**parameters, "clientContext": {"DatabaseId": self._access.database}}

    def _call(
        self, service: str, operation: str, parameters: Mapping[str, Any], key: str = ""
    ) -> etree._Element | None:
        return self._answered(service, operation, parameters, key, may_be_missing=False)

    def _look_up(self, service: str, operation: str, parameters: Mapping[str, Any], key: str) -> etree._Element | None:
        return self._answered(service, operation, parameters, key, may_be_missing=True)

    def _answered(
        self, service: str, operation: str, parameters: Mapping[str, Any], key: str, *, may_be_missing: bool
    ) -> etree._Element | None:
        answer = self._contract(service).call(operation, self._in_context(parameters), key)
        envelope = _envelope(answer, operation, key)
        fault = read_fault(envelope)
        if fault is not None:
            error = error_of(fault, operation, key)
            if may_be_missing and isinstance(error, RefusedError) and fault.means_not_found(self._not_found):
                return None
            raise error
        response = envelope.find(f"{{*}}Body/{{*}}{operation}Response")
        if response is None:
            raise UnexpectedReplyError(
                "the answer is not one to this call", system=SYSTEM, action=operation, key=key
            ).worded("cegid_not_understood")
        return response.find(f"{{*}}{operation}Result")


def _envelope(answer: Answer, action: str, key: str) -> etree._Element:
    try:
        return parse(answer.body, action, key, roots=ENVELOPE)
    except UnexpectedReplyError as error:
        # The web server's own page of an error 500: the service behind it did not get to answer.
        if answer.status == HTTPStatus.OK:
            raise
        raise TransientError(f"HTTP {answer.status} without a fault", system=SYSTEM, action=action, key=key).worded(
            "cegid_silent"
        ) from error


def _reference(request: Mapping[str, Any]) -> str:
    return str(request.get("Header", {}).get("InternalReference", ""))
