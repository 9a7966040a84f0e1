"""One document of the shop goes to the ERP, exactly once; whatever stops it on the way, it can be started again."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from connectors.cegid import ALREADY_THERE, Cegid
from connectors.ledger import ANOTHER, ASKED, SAME, Delivery, DeliveryState, Ledger
from schemas.documents import DocumentKey, DocumentType, FoundDocument, FoundDocuments
from schemas.errors import DeniedError, RefusedError, TransientError
from schemas.incidents import Level
from tasks.handover.translate.intent import Expected, Frozen, differences, expected_of, expected_of_found
from tasks.run.run import Run

DOUBT_LASTS = timedelta(days=1)
"""For how long nobody may say that what was sent without an answer will not come."""


class Handover(StrEnum):
    """What became of a parcel."""

    CREATED = "created"
    ADOPTED = "adopted"
    """The ERP had it before this run."""
    ALREADY = "already"
    """The ledger says that it was delivered before."""
    ABSENT = "absent"
    """It was never sent, and is not to be created."""
    HELD = "held"
    """A person must answer the `question` first."""
    IN_DOUBT = "in doubt"
    """It was sent without an answer, is no longer the same, and the ERP does not show it: it may still come."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One document on its way, and how to make it."""

    kind: str
    """The ledger's kind of delivery."""
    key: str
    identity: str
    """Who it is of: see `tasks.handover.translate.identity`."""
    account: str
    """The customer's id in the shop."""
    type: DocumentType
    internal_reference: str
    other_reference: str
    """The internal reference of one whose id was another one's before: no document bears it."""
    external_reference: str
    customer_code: Callable[[], str]
    """Finds the customer in the ERP, or makes it there."""
    is_customer: Callable[[str], bool]
    """Whether the ERP's customer of this code is the one of the document."""
    document: Callable[[str, DocumentType, str], Mapping[str, Any]]
    """The document of a customer of this code, of this type, under this internal reference."""
    is_sibling: Callable[[str], bool] = lambda _reference: False
    """Whether an internal reference is that of another document of ours that shares the external one."""
    former_types: tuple[DocumentType, ...] = ()
    """Under which else it may have been sent, by a ledger that is lost or that a person has made forget it."""
    may_create: bool = True
    new_customers: Container[str] = frozenset()
    """Codes of customers that this run has created: the ERP has no document of theirs from before."""


@dataclass(frozen=True, slots=True)
class Question:
    """Why a parcel is not sent, as the code of a message and its figures."""

    code: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a parcel was handed over."""

    handover: Handover
    question: Question | None = None
    changed: bool = False
    """The ERP has it as it was sent without an answer; it was changed in the shop since."""
    doubt_at: datetime | None = None


def reused(subject: str, former: Delivery) -> Question:
    """What is asked of an order or a return whose id was another one's, of which the ledger knows this."""
    on = former.delivered_at or former.doubt_at
    params = {"detail": former.erp_number or "?", "on": "?" if on is None else f"{on:%Y-%m-%d %H:%M}"}
    return Question(f"{subject}_id_reused", params)


def in_doubt(run: Run, subject: str, key: str, since: datetime | None) -> str:
    """Reports what was sent without an answer and may still come; the code of the message."""
    is_old = since is not None and datetime.now(UTC) - since >= DOUBT_LASTS
    code = f"{subject}_doubt_stays" if is_old else f"{subject}_in_doubt"
    run.tell(Level.ERROR if is_old else Level.RETRY, code, key, on="?" if since is None else f"{since:%Y-%m-%d %H:%M}")
    return code


class Courier:
    """Hands over parcels of one shop within one run. Safe in threads.

    `subject` begins the codes of messages: `order` or `return`. Raises `RefusedError` (this parcel is refused),
    `TransientError` (its outcome may be unknown: hand it over again), `DeniedError` and `UnexpectedReplyError`.
    """

    def __init__(self, ledger: Ledger, cegid: Cegid, shop: str, run_id: str, subject: str) -> None:
        self._ledger = ledger
        self._cegid = cegid
        self._shop = shop
        self._run_id = run_id
        self._subject = subject
        self._unanswered: set[tuple[str, str]] = set()
        """Documents that this run may have created: the answer was lost."""

    def hand_over(self, parcel: Parcel) -> Delivered:
        """Whose is the key, customer, look-up, intent, document, delivery: in this order, each one safe to repeat."""
        known = self._ledger.delivery(self._shop, parcel.kind, parcel.key)
        if known is not None and known.state is DeliveryState.DELIVERED:
            return self._delivered_before(parcel, known)
        if known is not None and known.doubt_at is not None:
            same = known.identity in (None, parcel.identity)
            return self._in_doubt(parcel, known) if same else self._displaced(parcel, known)
        if known is not None and known.answer == ASKED:
            return Delivered(Handover.HELD, self._asked(parcel))
        if not parcel.may_create:
            return Delivered(Handover.ABSENT)
        return self._new(parcel, known)

    def _delivered_before(self, parcel: Parcel, known: Delivery) -> Delivered:
        """Of a delivery from before there were identities, the ERP's document must agree."""
        if known.identity == parcel.identity:
            return Delivered(Handover.ALREADY)
        if known.identity is None and known.erp_number and self._agrees(parcel, known.erp_number):
            self._ledger.identify(self._shop, parcel.kind, {parcel.key: parcel.identity})
            return Delivered(Handover.ALREADY)
        return self._displaced(parcel, known)

    def _agrees(self, parcel: Parcel, erp_number: str) -> bool:
        key = DocumentKey.parse(erp_number)
        found = self._cegid.document(key)
        if found is None:
            return False
        if parcel.external_reference:
            under_ours = self._cegid.documents_by_references(key.type, "", parcel.external_reference).others
            keys = {each.status.key for each in under_ours}
            found = replace(found, has_external_reference=key in keys)
        document = parcel.document(found.status.customer_code, DocumentType(key.type), found.status.internal_reference)
        return not [each for each in differences(expected_of(document), found) if each != _CANCELLED]

    def _displaced(self, parcel: Parcel, known: Delivery) -> Delivered:
        """The key belongs to another one now: what the ledger knows of the former one is kept."""
        code = f"{self._subject}_id_reused"
        self._ledger.displace(
            self._shop, parcel.kind, parcel.key, identity=parcel.identity, code=code, run_id=self._run_id
        )
        return Delivered(Handover.HELD, reused(self._subject, known))

    def _asked(self, parcel: Parcel) -> Question:
        former = self._ledger.former(self._shop, parcel.kind, parcel.key)
        return reused(self._subject, former or Delivery(DeliveryState.HELD))

    def _new(self, parcel: Parcel, known: Delivery | None) -> Delivered:
        """No call was made for it, or the ERP has refused the one that was."""
        answer = known.answer if known else None
        reference = parcel.other_reference if answer == ANOTHER else parcel.internal_reference
        code = parcel.customer_code()
        document = parcel.document(code, parcel.type, reference)
        expected = expected_of(document)
        found = self._look_up(parcel, parcel.type, reference, code if self._may_have(parcel, code) else "")
        judged = self._judged(parcel, expected, found, answer)
        for type_ in parcel.former_types if judged is None and answer is None else ():
            found = self._look_up(parcel, type_, reference, "" if parcel.external_reference else code)
            judged = judged or self._judged(parcel, expected, found, answer)
        if judged is not None:
            return judged
        content = expected.content(self._ledger.secret())
        frozen = Frozen(reference, parcel.type.value, code, parcel.account, content)
        return self._created(parcel, frozen, document, answer, in_doubt=False)

    def _in_doubt(self, parcel: Parcel, known: Delivery) -> Delivered:
        """It was sent without an answer: what is asked for, and sent again, is what was sent."""
        frozen = Frozen.parse(known.intended)
        if frozen is None:
            # A ledger of an earlier version does not say what was sent.
            code = parcel.customer_code() if parcel.may_create else known.erp_code or ""
            frozen = Frozen(parcel.internal_reference, parcel.type.value, code, parcel.account, "")
        document = parcel.document(frozen.customer, DocumentType(frozen.type), frozen.reference)
        expected = expected_of(document)
        found = self._look_up(parcel, DocumentType(frozen.type), frozen.reference, frozen.customer)
        if found.ours is not None and self._is_as_sent(frozen, expected, found.ours):
            changed = bool(differences(expected, found.ours))
            return self._adopted(parcel, found.ours, changed=changed)
        judged = self._judged(parcel, expected, found, known.answer)
        if judged is not None:
            return judged
        same = frozen.content in ("", expected.content(self._ledger.secret())) and frozen.account == parcel.account
        if same and parcel.may_create:
            return self._created(parcel, frozen, document, known.answer, in_doubt=True)
        return Delivered(Handover.IN_DOUBT, doubt_at=known.doubt_at)

    def _is_as_sent(self, frozen: Frozen, expected: Expected, found: FoundDocument) -> bool:
        """Whether a document is the one that was sent without an answer, as it was then."""
        if found.is_cancelled or (expected.external_reference and not found.has_external_reference):
            return False
        return expected_of_found(found, expected).content(self._ledger.secret()) == frozen.content

    def _created(
        self, parcel: Parcel, frozen: Frozen, document: Mapping[str, Any], answer: str | None, *, in_doubt: bool
    ) -> Delivered:
        self._ledger.intend(
            self._shop,
            parcel.kind,
            parcel.key,
            run_id=self._run_id,
            identity=parcel.identity,
            intended=frozen.text(),
        )
        try:
            key = self._cegid.create_document(document)
        except RefusedError as error:
            judged = None
            if error.code == ALREADY_THERE:
                found = self._look_up(parcel, DocumentType(frozen.type), frozen.reference, frozen.customer)
                judged = self._judged(parcel, expected_of(document), found, answer)
            if not in_doubt:
                self._refused(parcel, error.code)
            if judged is None:
                raise
            return judged
        except TransientError:
            self._unanswered.add((parcel.kind, parcel.key))
            raise
        except DeniedError:
            if not in_doubt:
                self._refused(parcel, "")
            raise
        self._note(parcel, str(key), frozen.customer)
        return Delivered(Handover.CREATED)

    def _refused(self, parcel: Parcel, code: str) -> None:
        """The ERP has refused the only call that was made: nothing will come of it later."""
        self._ledger.hold(self._shop, parcel.kind, parcel.key, code=code, run_id=self._run_id, answered=True)

    def _judged(
        self, parcel: Parcel, expected: Expected, found: FoundDocuments, answer: str | None
    ) -> Delivered | None:
        """What a look-up means for a parcel; None when it is to be created."""
        if found.ours is not None:
            return self._compared(parcel, expected, found.ours, answer, f"{self._subject}_document_differs")
        by_hand = [
            each
            for each in found.others
            if not each.is_cancelled
            and not parcel.is_sibling(each.status.internal_reference)
            and not self._ledger.knows_document(self._shop, parcel.kind, str(each.status.key))
        ]
        if not by_hand or answer == ANOTHER:
            return None
        if len(by_hand) == 1:
            return self._compared(parcel, expected, by_hand[0], answer, f"{self._subject}_document_by_hand")
        keys = ", ".join(str(each.status.key) for each in by_hand)
        return Delivered(Handover.HELD, Question(f"{self._subject}_documents_by_hand", {"detail": keys}))

    def _compared(
        self, parcel: Parcel, expected: Expected, found: FoundDocument, answer: str | None, code: str
    ) -> Delivered:
        """A document of the ERP is ours when nothing of it differs, or when a person has said so."""
        differing = differences(expected, found)
        if not parcel.is_customer(found.status.customer_code):
            differing = (*differing, f"CustomerId {found.status.customer_code}")
        if not differing or answer == SAME:
            return self._adopted(parcel, found)
        params = {"detail": str(found.status.key), "differing": "; ".join(differing)}
        return Delivered(Handover.HELD, Question(code, params))

    def _may_have(self, parcel: Parcel, customer_code: str) -> bool:
        """Whether the customer may have this document under another external reference than ours."""
        return not parcel.external_reference or customer_code not in parcel.new_customers

    def _look_up(self, parcel: Parcel, type_: DocumentType, reference: str, customer_code: str) -> FoundDocuments:
        return self._cegid.documents_by_references(type_.value, reference, parcel.external_reference, customer_code)

    def _adopted(self, parcel: Parcel, found: FoundDocument, *, changed: bool = False) -> Delivered:
        self._note(parcel, str(found.status.key), found.status.customer_code)
        ours = (parcel.kind, parcel.key) in self._unanswered
        return Delivered(Handover.CREATED if ours else Handover.ADOPTED, changed=changed)

    def _note(self, parcel: Parcel, erp_number: str, customer_code: str) -> None:
        self._ledger.delivered(
            self._shop,
            parcel.kind,
            parcel.key,
            erp_number=erp_number,
            erp_code=customer_code,
            run_id=self._run_id,
            identity=parcel.identity,
        )


_CANCELLED = "CancelStatus Canceled"
