"""An order that was cancelled in the shop cancels its document in the ERP, as long as nothing was made of it there."""

from __future__ import annotations

from enum import StrEnum

from connectors.cegid import Cegid
from schemas.documents import DocumentKey, DocumentStatus
from schemas.errors import RefusedError

CANCELED = "Canceled"
NOT_SHIPPED = frozenset({"", "Pending"})
UNTOUCHED = frozenset({"", "ToBeProcessed", "Validated", "AcceptedOrder", "WaitingCommodity"})
"""Follow-up statuses at which nobody has taken an article into his hands."""


class Cancellation(StrEnum):
    """What became of a document."""

    CANCELLED = "cancelled"
    """It is cancelled now, or was already."""
    UNDER_WAY = "under_way"
    """The ERP has begun with it: a person decides."""
    MISSING = "missing"
    """The ERP has no such document."""


def cancel_document(cegid: Cegid, key: DocumentKey) -> Cancellation:
    """Cancels a document that nothing was made of and reads it back; RefusedError where the ERP keeps it all the same.

    Sent again after a lost answer it finds the document cancelled.
    """
    status = cegid.status(key)
    if status is None:
        return Cancellation.MISSING
    if status.cancel == CANCELED:
        return Cancellation.CANCELLED
    if not _is_untouched(status):
        return Cancellation.UNDER_WAY
    cegid.cancel_document(key)
    after = cegid.status(key)
    if after is None or after.cancel != CANCELED:
        said = "the document is not cancelled after it was asked for"
        raise RefusedError(said, system="cegid", action="Cancel", key=str(key))
    return Cancellation.CANCELLED


def _is_untouched(status: DocumentStatus) -> bool:
    return status.active and status.shipping in NOT_SHIPPED and status.follow_up in UNTOUCHED
