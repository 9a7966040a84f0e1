"""The ERP's sale documents, as SaleDocumentService keeps them."""

# ruff: noqa: N802, N803 - operations and parameters keep the service's own words

from __future__ import annotations

import copy
import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from deployments.sandbox.cegid.customers import Customers
from deployments.sandbox.cegid.refusals import Refusal

_CENT = Decimal("0.01")
_VAT = Decimal("1.20")
STUMP = "ECO"
DUPLICATE = "CBR00009"
_DEFAULT_PAGE = 100


class Documents:
    """Documents by key, unique by type, customer and internal reference."""

    def __init__(self, customers: Customers, *, not_found: str, known_items: frozenset[str] | None) -> None:
        self.by_key: dict[tuple[str, str, int], dict[str, Any]] = {}
        self._by_reference: dict[tuple[str, str, str], tuple[str, str, int]] = {}
        self._customers = customers
        self._not_found = not_found
        self._known_items = known_items
        self._numbers: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def Create(self, createRequest: dict[str, Any]) -> dict[str, Any]:
        """A new document; the internal reference must be new for its type and customer."""
        header = createRequest.get("Header", {})
        for member in ("Type", "CustomerId", "StoreId", "Date", "InternalReference"):
            if not header.get(member):
                raise Refusal("missing", member=member)
        self._check_new(header["Type"], header)
        self._check_items(header, createRequest.get("Lines", []))
        original = header.get("OmniChannel", {}).get("OriginalDocument")
        if original is not None:
            self._find(original)
        return {"Key": self._store(header["Type"], createRequest)}

    def CustomersReservationCreate(
        self,
        customersReservationCreateRequest: dict[str, Any],
    ) -> dict[str, Any]:
        """A new reservation."""
        self._check_new("CustomersReservation", customersReservationCreateRequest["Header"])
        return {"Key": self._store("CustomersReservation", customersReservationCreateRequest)}

    def _check_new(self, type_: str, header: dict[str, Any]) -> None:
        customer, reference = header["CustomerId"], header["InternalReference"]
        if customer not in self._customers.by_code:
            raise Refusal("unknown-customer", code=DUPLICATE, type=type_, reference=reference, customer=customer)
        known = self._by_reference.get((type_, customer, reference))
        if known is not None:
            raise Refusal("already-there", code=DUPLICATE, type=type_, reference=reference, number=str(known[2]))

    def _check_items(self, header: dict[str, Any], lines: list[dict[str, Any]]) -> None:
        if not lines:
            raise Refusal("missing", member="Lines")
        for line in lines:
            item = line.get("ItemIdentifier", {}).get("Reference") or line.get("ItemIdentifier", {}).get("Id")
            if not item:
                raise Refusal("missing", member="ItemIdentifier")
            if self._known_items is not None and item not in self._known_items:
                raise Refusal(
                    "unknown-item",
                    code=DUPLICATE,
                    type=header["Type"],
                    reference=header["InternalReference"],
                    item=item,
                )

    def _store(self, type_: str, request: dict[str, Any]) -> dict[str, Any]:
        key = (type_, STUMP, next(self._numbers[type_]))
        header = request["Header"]
        self.by_key[key] = {
            "Key": {"Type": type_, "Stump": STUMP, "Number": key[2]},
            "Active": True,
            "Status": "InProgress",
            **{name: copy.deepcopy(request.get(name)) for name in _PARTS},
            "Header": copy.deepcopy(header),
        }
        self._by_reference[type_, header["CustomerId"], header["InternalReference"]] = key
        return {"Type": type_, "Stump": STUMP, "Number": key[2]}

    def _find(self, identifier: dict[str, Any] | None) -> dict[str, Any]:
        found = None
        if identifier and "Key" in identifier:
            found = self.by_key.get(_key(identifier["Key"]))
        elif identifier and "Reference" in identifier:
            found = self._referenced(identifier["Reference"])
        if found is None:
            raise Refusal("unknown-document")
        return found

    def _referenced(self, reference: dict[str, Any]) -> dict[str, Any] | None:
        wanted = (reference.get("Type", ""), reference.get("CustomerId", ""), reference.get("InternalReference", ""))
        return self.by_key.get(self._by_reference.get(wanted, ("", "", 0)))

    def _open(self, identifier: dict[str, Any] | None) -> dict[str, Any]:
        document = self._find(identifier)
        if document["Header"].get("OmniChannel", {}).get("CancelStatus") == "Canceled":
            raise Refusal("cancelled")
        return document

    def _or_nothing(self, document: dict[str, Any] | None) -> dict[str, Any] | None:
        if document is None and self._not_found == "fault":
            raise Refusal("unknown-document")
        return None if document is None else _reply(document)

    def GetByKey(self, searchRequest: dict[str, Any]) -> dict[str, Any] | None:
        """One document by its key."""
        return self._or_nothing(self.by_key.get(_key(searchRequest.get("Key", {}))))

    def GetByReference(self, searchRequest: dict[str, Any]) -> dict[str, Any] | None:
        """One document by type, customer and internal reference."""
        return self._or_nothing(self._referenced(searchRequest.get("Reference", {})))

    def GetByExternalReference(self, searchRequest: dict[str, Any]) -> dict[str, Any]:
        """Every document of a type with an external reference: a split order has several."""
        found = [
            _reply(each)
            for each in self.by_key.values()
            if each["Header"].get("ExternalReference") == searchRequest.get("ExternalReference")
            and each["Key"]["Type"] == searchRequest.get("Type")
        ]
        if not found and self._not_found == "fault":
            raise Refusal("unknown-document")
        return {"Get_Replies": found}

    def GetHeaderList(self, searchRequest: dict[str, Any]) -> dict[str, Any]:
        """A page of headers by document date; pages start at 1."""
        found = sorted(
            (each for each in self.by_key.values() if _matches(each, searchRequest)),
            key=lambda each: (each["Header"]["Date"], each["Key"]["Type"], each["Key"]["Number"]),
        )
        pager = searchRequest.get("Pager") or {}
        size = pager.get("PageSize") or _DEFAULT_PAGE
        start = ((pager.get("PageIndex") or 1) - 1) * size
        return {"Headers": [_header(each) for each in found[start : start + size]]}

    def Cancel(self, cancelRequest: dict[str, Any]) -> None:
        """Cancel for good."""
        document = self._open(cancelRequest.get("Identifier"))
        document["Active"], document["Status"] = False, "Canceled"
        _omni(document).update(CancelStatus="Canceled", CancelDate=_now())
        if "ReasonId" in cancelRequest:
            _omni(document)["CancelReasonId"] = cancelRequest["ReasonId"]

    def Lock(self, lockRequest: dict[str, Any]) -> None:
        """Block the document."""
        _omni(self._open(lockRequest.get("Identifier"))).update(CancelStatus="Locked", LockingDate=_now())

    def Unlock(self, unlockRequest: dict[str, Any]) -> None:
        """Release the document."""
        _omni(self._open(unlockRequest.get("Identifier")))["CancelStatus"] = "Unlocked"

    def Close(self, closeRequest: dict[str, Any]) -> None:
        """End the document's life without cancelling it."""
        self._open(closeRequest.get("Identifier"))["Active"] = False

    def UpdateHeader(self, updateHeaderRequest: dict[str, Any]) -> None:
        """Change the header; statuses go through its OmniChannel block."""
        document = self._open(updateHeaderRequest.get("Identifier"))
        _merge(document, updateHeaderRequest)

    def Update(self, updateRequest: dict[str, Any]) -> None:
        """Change header, lines and payments."""
        document = self._open(updateRequest.get("Identifier"))
        _merge(document, {**updateRequest.get("Header", {}), **_only(updateRequest, "DeliveryAddress")})
        document.update({name: copy.deepcopy(updateRequest[name]) for name in _PARTS if name in updateRequest})

    def UpdatePayments(self, updatePaymentsRequest: dict[str, Any]) -> None:
        """Replace the payments."""
        document = self._open(updatePaymentsRequest.get("Identifier"))
        document["Payments"] = copy.deepcopy(updatePaymentsRequest.get("Payments", []))


_PARTS = ("DeliveryAddress", "InvoicingAddress", "Lines", "Payments", "ShippingTaxes")


def _key(key: dict[str, Any]) -> tuple[str, str, int]:
    return key.get("Type", ""), key.get("Stump", ""), key.get("Number", 0)


def _only(request: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: request[name] for name in names if name in request}


def _omni(document: dict[str, Any]) -> dict[str, Any]:
    block: dict[str, Any] = document["Header"].setdefault("OmniChannel", {})
    return block


def _merge(document: dict[str, Any], changes: dict[str, Any]) -> None:
    _omni(document).update(changes.get("OmniChannel", {}))
    for name in ("Comment", "ExternalReference", "ExternalReferenceDate", "FollowedReference", "SalesPersonId"):
        if name in changes:
            document["Header"][name] = changes[name]
    document.update(_only(changes, "DeliveryAddress", "InvoicingAddress"))


def line_total(line: dict[str, Any]) -> Decimal:
    """What one line amounts to: the unit price is kept to the cent, the harshest thing a till may do."""
    unit = Decimal(line.get("NetUnitPrice", 0)).quantize(_CENT, ROUND_HALF_UP)
    return (unit * Decimal(line.get("Quantity", 0))).quantize(_CENT, ROUND_HALF_UP)


def total(document: dict[str, Any]) -> Decimal:
    """The sum of the lines, with tax when the document's prices have it."""
    return sum((line_total(line) for line in document["Lines"] or []), Decimal("0.00"))


def _totals(document: dict[str, Any]) -> tuple[Decimal, Decimal]:
    amount = total(document)
    if document["Header"].get("TaxExcluded"):
        return amount, (amount * _VAT).quantize(_CENT, ROUND_HALF_UP)
    return (amount / _VAT).quantize(_CENT, ROUND_HALF_UP), amount


def _matches(document: dict[str, Any], request: dict[str, Any]) -> bool:
    header = document["Header"]
    return (
        request.get("BeginDate", "") <= header["Date"] <= request.get("EndDate", "9999")
        and request.get("CustomerId", header["CustomerId"]) == header["CustomerId"]
        and request.get("Active", document["Active"]) == document["Active"]
        and document["Key"]["Type"] in (request.get("DocumentTypes") or [document["Key"]["Type"]])
        and header["StoreId"] in (request.get("StoreIds") or [header["StoreId"]])
    )


def _header(document: dict[str, Any]) -> dict[str, Any]:
    tax_excl, tax_incl = _totals(document)
    shared = ("Comment", "CurrencyId", "CustomerId", "Date", "InternalReference", "Origin", "SalesPersonId", "StoreId")
    return {
        **{name: document["Header"].get(name) for name in (*shared, "WarehouseId", "OmniChannel")},
        "Active": document["Active"],
        "Status": document["Status"],
        "Key": document["Key"],
        "TaxExcludedTotalAmount": tax_excl,
        "TaxIncludedTotalAmount": tax_incl,
        "TotalQuantity": sum((Decimal(each.get("Quantity", 0)) for each in document["Lines"] or []), Decimal(0)),
    }


def _reply(document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(
        {
            "DeliveryAddress": document["DeliveryAddress"],
            "Header": _header(document),
            "InvoicingAddress": document["InvoicingAddress"],
            "Lines": [_line(rank, each) for rank, each in enumerate(document["Lines"] or [], start=1)],
            "Payments": [_payment(each) for each in document["Payments"] or []],
        }
    )


def _line(rank: int, line: dict[str, Any]) -> dict[str, Any]:
    same = ("Comment", "DiscountTypeId", "ExternalReference", "Label", "Origin", "Quantity")
    return {
        **_only(line, *same),
        "ItemReference": line.get("ItemIdentifier", {}).get("Reference"),
        "Rank": rank,
        "TaxIncludedNetUnitPrice": line.get("NetUnitPrice", Decimal(0)),
        "TaxIncludedUnitPrice": line.get("UnitPrice", line.get("NetUnitPrice", Decimal(0))),
    }


def _payment(payment: dict[str, Any]) -> dict[str, Any]:
    return {
        **_only(payment, "Amount", "DueDate", "IsReceivedPayment"),
        "Code": payment.get("MethodId"),
        "Currency": payment.get("CurrencyId"),
    }


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0).isoformat()
