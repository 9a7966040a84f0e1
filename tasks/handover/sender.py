"""One document of the shop goes to the ERP, exactly once; whatever stops it on the way, it can be started again."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from connectors.ledger import ANOTHER, ASKED, HANDED_OVER, SAME, Delivery, DeliveryState, Ledger
from schemas.erp import Compared, ErpNumber, FoundDocument, FoundDocuments, OutgoingDocument, TakesDocuments
from schemas.errors import AlreadyThereError, DeniedError, RefusedError, TransientError
from schemas.incidents import Level
from tasks.handover.translate.intent import CANCELLED, Frozen, compared_of, content_of, differences
from tasks.run.run import Run

DOUBT_LASTS = timedelta(days=1)
"""For how long nobody may say that what was sent without an answer will not come."""


Doc = TypeVar("Doc")


class Handover(StrEnum):
    """What became of a delivery."""

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
class ToDeliver(Generic[Doc]):
    """One order or return on its way, and whose it is."""

    document: Doc
    key: str
    """What the ledger calls it."""
    identity: str
    """Who it is of: see `schemas.identities`."""
    account: str
    """The customer's id in the shop."""
    external_reference: str
    customer_code: Callable[[], str]
    """Finds the customer in the ERP, or makes it there."""
    is_customer: Callable[[str], bool]
    """Whether the ERP's customer of this code is the one of the document."""
    former_types: tuple[str, ...] = ()
    """Under which else it may have been sent, by a ledger that is lost or that a person has made forget it."""
    may_create: bool = True
    new_customers: Container[str] = frozenset()
    """Codes of customers that this run has created: the ERP has no document of theirs from before."""


@dataclass(frozen=True, slots=True)
class Question:
    """Why it is not sent, as the code of a message and its figures."""

    code: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How it was handed over."""

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
    run.note(Level.ERROR if is_old else Level.RETRY, code, key, on="?" if since is None else f"{since:%Y-%m-%d %H:%M}")
    return code


class DocumentSender(Generic[Doc]):
    """Hands over documents of one kind, of one shop, within one run. Safe in threads.

    `kind` is the ledger's of these deliveries; `subject` begins the codes of messages: `order` or `return`. Raises
    `RefusedError` (this one is refused), `TransientError` (its outcome may be unknown: hand it over again),
    `DeniedError` and `UnexpectedReplyError`.
    """

    def __init__(
        self, ledger: Ledger, documents: TakesDocuments[Doc], shop: str, run_id: str, kind: str, subject: str
    ) -> None:
        self._ledger = ledger
        self._documents = documents
        self._shop = shop
        self._run_id = run_id
        self._kind = kind
        self._subject = subject
        self._unanswered: set[str] = set()
        """Keys of documents that this run may have created: the answer was lost."""

    def send(self, each: ToDeliver[Doc]) -> Delivered:
        """Whose is the key, customer, look-up, intent, document, delivery: in this order, each one safe to repeat."""
        known = self._ledger.delivery(self._shop, self._kind, each.key)
        if known is not None and known.state in HANDED_OVER:
            return self._delivered_before(each, known)
        if known is not None and known.doubt_at is not None:
            same = known.identity in (None, each.identity)
            return self._in_doubt(each, known) if same else self._displaced(each, known)
        if known is not None and known.answer == ASKED:
            return Delivered(Handover.HELD, self._asked(each))
        if not each.may_create:
            return Delivered(Handover.ABSENT)
        return self._new(each, known)

    def _delivered_before(self, each: ToDeliver[Doc], known: Delivery) -> Delivered:
        """Of a delivery from before there were identities, the ERP's document must agree."""
        if known.identity == each.identity:
            return Delivered(Handover.ALREADY)
        if known.identity is None and known.erp_number and self._agrees(each, ErpNumber(known.erp_number)):
            self._ledger.identify(self._shop, self._kind, {each.key: each.identity})
            return Delivered(Handover.ALREADY)
        return self._displaced(each, known)

    def _agrees(self, each: ToDeliver[Doc], number: ErpNumber) -> bool:
        found = self._documents.get(number, each.external_reference)
        if found is None:
            return False
        status = found.status
        ours = self._documents.translated(each.document, status.customer_code, status.type, status.internal_reference)
        return not [name for name in differences(ours.compared, found) if name != CANCELLED]

    def _displaced(self, each: ToDeliver[Doc], known: Delivery) -> Delivered:
        """The key belongs to another one now: what the ledger knows of the former one is kept."""
        code = f"{self._subject}_id_reused"
        self._ledger.displace(self._shop, self._kind, each.key, identity=each.identity, code=code, run_id=self._run_id)
        return Delivered(Handover.HELD, reused(self._subject, known))

    def _asked(self, each: ToDeliver[Doc]) -> Question:
        former = self._ledger.former(self._shop, self._kind, each.key)
        return reused(self._subject, former or Delivery(DeliveryState.HELD))

    def _new(self, each: ToDeliver[Doc], known: Delivery | None) -> Delivered:
        """No call was made for it, or the ERP has refused the one that was."""
        answer = known.answer if known else None
        documents = self._documents
        reference = (documents.other_reference if answer == ANOTHER else documents.reference)(each.document)
        code = each.customer_code()
        outgoing = documents.translated(each.document, code, "", reference)
        found = self._look_up(each, outgoing.type, reference, code if self._may_have(each, code) else "")
        judged = self._judged(each, outgoing.compared, found, answer)
        for type_ in each.former_types if judged is None and answer is None else ():
            found = self._look_up(each, type_, reference, "" if each.external_reference else code)
            judged = judged or self._judged(each, outgoing.compared, found, answer)
        if judged is not None:
            return judged
        content = content_of(outgoing.compared, self._ledger.secret())
        frozen = Frozen(reference, outgoing.type, code, each.account, content)
        return self._created(each, frozen, outgoing, answer, in_doubt=False)

    def _in_doubt(self, each: ToDeliver[Doc], known: Delivery) -> Delivered:
        """It was sent without an answer: what is asked for, and sent again, is what was sent."""
        frozen = Frozen.parse(known.intended) or self._guessed(each, known)
        outgoing = self._documents.translated(each.document, frozen.customer, frozen.type, frozen.reference)
        found = self._look_up(each, frozen.type, frozen.reference, frozen.customer)
        if found.ours is not None and self._is_as_sent(frozen, outgoing.compared, found.ours):
            changed = bool(differences(outgoing.compared, found.ours))
            return self._adopted(each, found.ours, changed=changed)
        judged = self._judged(each, outgoing.compared, found, known.answer)
        if judged is not None:
            return judged
        content = content_of(outgoing.compared, self._ledger.secret())
        if frozen.content in ("", content) and frozen.account == each.account and each.may_create:
            return self._created(each, frozen, outgoing, known.answer, in_doubt=True)
        return Delivered(Handover.IN_DOUBT, doubt_at=known.doubt_at)

    def _guessed(self, each: ToDeliver[Doc], known: Delivery) -> Frozen:
        """A ledger of an earlier version does not say what was sent."""
        code = each.customer_code() if each.may_create else known.erp_code or ""
        reference = self._documents.reference(each.document)
        return Frozen(reference, self._documents.type, code, each.account, "")

    def _is_as_sent(self, frozen: Frozen, expected: Compared, found: FoundDocument) -> bool:
        """Whether a document is the one that was sent without an answer, as it was then."""
        if found.is_cancelled or (expected.external_reference and not found.has_external_reference):
            return False
        return content_of(compared_of(found, expected), self._ledger.secret()) == frozen.content

    def _created(
        self, each: ToDeliver[Doc], frozen: Frozen, outgoing: OutgoingDocument, answer: str | None, *, in_doubt: bool
    ) -> Delivered:
        self._ledger.intend(
            self._shop, self._kind, each.key, run_id=self._run_id, identity=each.identity, intended=frozen.text()
        )
        try:
            number = self._documents.create(outgoing)
        except RefusedError as error:
            judged = None
            if isinstance(error, AlreadyThereError):
                found = self._look_up(each, frozen.type, frozen.reference, frozen.customer)
                judged = self._judged(each, outgoing.compared, found, answer)
            if not in_doubt:
                self._refused(each, error.code)
            if judged is None:
                raise
            return judged
        except TransientError:
            self._unanswered.add(each.key)
            raise
        except DeniedError:
            if not in_doubt:
                self._refused(each, "")
            raise
        self._note(each, number, frozen.customer)
        return Delivered(Handover.CREATED)

    def _refused(self, each: ToDeliver[Doc], code: str) -> None:
        """The ERP has refused the only call that was made: nothing will come of it later."""
        self._ledger.hold(self._shop, self._kind, each.key, code=code, run_id=self._run_id, answered=True)

    def _judged(
        self, each: ToDeliver[Doc], expected: Compared, found: FoundDocuments, answer: str | None
    ) -> Delivered | None:
        """What a look-up means for a document; None when it is to be created."""
        if found.ours is not None:
            return self._compared(each, expected, found.ours, answer, f"{self._subject}_document_differs")
        by_hand = [
            other
            for other in found.others
            if not other.is_cancelled
            and not self._documents.is_reference(other.status.internal_reference)
            and not self._ledger.knows_document(self._shop, self._kind, other.status.number)
        ]
        if not by_hand or answer == ANOTHER:
            return None
        if len(by_hand) == 1:
            return self._compared(each, expected, by_hand[0], answer, f"{self._subject}_document_by_hand")
        numbers = ", ".join(other.status.number for other in by_hand)
        return Delivered(Handover.HELD, Question(f"{self._subject}_documents_by_hand", {"detail": numbers}))

    def _compared(
        self, each: ToDeliver[Doc], expected: Compared, found: FoundDocument, answer: str | None, code: str
    ) -> Delivered:
        """A document of the ERP is ours when nothing of it differs, or when a person has answered so."""
        differing = differences(expected, found)
        if not each.is_customer(found.status.customer_code):
            differing = (*differing, f"customer {found.status.customer_code}")
        if not differing or answer == SAME:
            return self._adopted(each, found)
        params = {"detail": str(found.status.number), "differing": "; ".join(differing)}
        return Delivered(Handover.HELD, Question(code, params))

    def _may_have(self, each: ToDeliver[Doc], customer_code: str) -> bool:
        """Whether the customer may have this document under another external reference than ours."""
        return not each.external_reference or customer_code not in each.new_customers

    def _look_up(self, each: ToDeliver[Doc], type_: str, reference: str, customer_code: str) -> FoundDocuments:
        return self._documents.find(type_, reference, each.external_reference, customer_code)

    def _adopted(self, each: ToDeliver[Doc], found: FoundDocument, *, changed: bool = False) -> Delivered:
        self._note(each, found.status.number, found.status.customer_code)
        ours = each.key in self._unanswered
        return Delivered(Handover.CREATED if ours else Handover.ADOPTED, changed=changed)

    def _note(self, each: ToDeliver[Doc], number: ErpNumber, customer_code: str) -> None:
        self._ledger.delivered(
            self._shop,
            self._kind,
            each.key,
            erp_number=number,
            erp_code=customer_code,
            run_id=self._run_id,
            identity=each.identity,
            state=DeliveryState.DELIVERED if self._documents.confirms else DeliveryState.SENT,
        )
