"""A document that somebody wants sent again: the ledger forgets it, if the id is still that of the one it knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from connectors.ledger import ASKED, Delivery, Ledger
from tasks.handover.questions import ANSWERS
from tasks.handover.sender import DOUBT_LASTS, Question, reused

Subject = Literal["order", "return", "slip"]


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What became of the wish: the next run looks at it, unless what was sent may still come, or a question is open."""

    was_known: bool = False
    in_doubt_until: str = ""
    """When nobody need wait any more for what was sent without an answer, UTC."""
    question: Question | None = None
    """The id is another one's now."""

    @property
    def is_forgotten(self) -> bool:
        """Whether the next run looks at it as if for the first time."""
        return not self.in_doubt_until and self.question is None


def may_be_answered(known: Delivery | None, answer: str) -> bool:
    """Whether a person was asked what this answers: an answer to nothing would have a document sent a second time."""
    if known is None:
        return False
    is_asked = answer in ANSWERS.get(known.last_code or "", ())
    return is_asked or known.answer is not None or known.doubt_at is not None


def forget_sent(ledger: Ledger, shop: str, kind: str, key: str, *, subject: Subject, identity: str | None) -> SentAgain:
    """Has the next run look at it anew, for the holder of the export's lease.

    `identity` is that of who has the id in the shop now, None where nobody has it. Of another one than the ledger
    knows, what is known is kept, and the one that has the id now is held with the question, which stays until answered.
    """
    known = ledger.delivery(shop, kind, key)
    if known is not None and identity is not None and known.identity not in (None, identity):
        question = reused(subject, known)
        ledger.displace(shop, kind, key, identity=identity, code=question.code, run_id=None)
        return SentAgain(was_known=True, question=question)
    if known is not None and known.answer == ASKED:
        former = ledger.former(shop, kind, key)
        return SentAgain(was_known=True, question=reused(subject, former or known))
    until = known.doubt_at + DOUBT_LASTS if known is not None and known.doubt_at else None
    if until is not None and until > datetime.now(UTC):
        return SentAgain(was_known=True, in_doubt_until=f"{until:%Y-%m-%d %H:%M}")
    was_known = bool(ledger.clear(shop, kind, [key], doubts=True))
    ledger.wait(shop, kind, key, code=f"{subject}_resent", run_id=None)
    return SentAgain(was_known=was_known)
