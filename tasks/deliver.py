"""One document of the shop goes to the ERP, exactly once; whatever stops it on the way, it can be started again."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connectors.cegid import ALREADY_THERE, Cegid
from connectors.ledger import Ledger
from schemas.documents import DocumentStatus, DocumentType
from schemas.errors import RefusedError, TransientError


class Handover(StrEnum):
    """What became of a parcel."""

    CREATED = "created"
    ADOPTED = "adopted"
    """The ERP had it before this run."""
    ALREADY = "already"
    """The ledger says that it was delivered before."""
    ABSENT = "absent"
    """The ERP does not have it, and it is not to be created."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One document on its way, and how to make it."""

    kind: str
    """The ledger's kind of delivery."""
    key: str
    type: DocumentType
    internal_reference: str
    external_reference: str
    customer_code: Callable[[], str]
    """Finds the customer in the ERP, or makes it there."""
    document: Callable[[str], Mapping[str, Any]]
    """The document of a customer of this code."""
    may_create: bool = True
    new_customers: Container[str] = frozenset()
    """Codes of customers that this run has created: the ERP has no document of theirs from before."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a parcel was handed over; `found` is the ERP's document when it was there before."""

    handover: Handover
    found: DocumentStatus | None = None


class Courier:
    """Hands over parcels of one shop within one run. Safe in threads.

    Raises `RefusedError` (this parcel is refused), `TransientError` (its outcome may be unknown: hand it over again),
    `DeniedError` and `UnexpectedReplyError`.
    """

    def __init__(self, ledger: Ledger, cegid: Cegid, shop: str, run_id: str) -> None:
        self._ledger = ledger
        self._cegid = cegid
        self._shop = shop
        self._run_id = run_id
        self._unanswered: set[tuple[str, str]] = set()
        """Documents that this run may have created: the answer was lost."""

    def hand_over(self, parcel: Parcel) -> Delivered:
        """Intent, customer, look-up, document, delivery: in this order, each one safe to repeat."""
        if not parcel.may_create:
            return self._look_up_only(parcel)
        if not self._ledger.intend(self._shop, parcel.kind, parcel.key, run_id=self._run_id):
            return Delivered(Handover.ALREADY)
        customer_code = parcel.customer_code()
        found = self._look_up(parcel, customer_code if self._may_have(parcel, customer_code) else "")
        if found is not None:
            return self._adopted(parcel, found)
        try:
            key = self._cegid.create_document(parcel.document(customer_code))
        except RefusedError as error:
            if error.code != ALREADY_THERE:
                raise
            found = self._look_up(parcel, customer_code)
            if found is None:
                raise
            return self._adopted(parcel, found)
        except TransientError:
            self._unanswered.add((parcel.kind, parcel.key))
            raise
        self._note(parcel, str(key), customer_code)
        return Delivered(Handover.CREATED)

    def _look_up_only(self, parcel: Parcel) -> Delivered:
        found = self._look_up(parcel, "")
        return Delivered(Handover.ABSENT) if found is None else self._adopted(parcel, found)

    def _may_have(self, parcel: Parcel, customer_code: str) -> bool:
        """Whether the customer may have this document under another external reference than ours."""
        sent = (parcel.kind, parcel.key) in self._unanswered
        return sent or not parcel.external_reference or customer_code not in parcel.new_customers

    def _look_up(self, parcel: Parcel, customer_code: str) -> DocumentStatus | None:
        return self._cegid.document_by_references(
            parcel.type.value, parcel.internal_reference, parcel.external_reference, customer_code
        )

    def _adopted(self, parcel: Parcel, found: DocumentStatus) -> Delivered:
        self._note(parcel, str(found.key), found.customer_code)
        ours = (parcel.kind, parcel.key) in self._unanswered
        return Delivered(Handover.CREATED if ours else Handover.ADOPTED, found)

    def _note(self, parcel: Parcel, erp_number: str, customer_code: str) -> None:
        self._ledger.delivered(
            self._shop, parcel.kind, parcel.key, erp_number=erp_number, erp_code=customer_code, run_id=self._run_id
        )
