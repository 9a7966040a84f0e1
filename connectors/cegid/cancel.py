"""Cancels a document as long as nothing was made of it in Cegid."""

from __future__ import annotations

from connectors.cegid.access import SYSTEM
from connectors.cegid.client import Cegid
from connectors.cegid.document_key import DocumentKey
from connectors.cegid.replies import ACTIVE, CANCELLED
from schemas.erp import Cancellation, DocumentStatus
from schemas.errors import RefusedError

NOT_SHIPPED = frozenset({"", "Pending"})
UNTOUCHED = frozenset({"", "ToBeProcessed", "Validated", "AcceptedOrder", "WaitingCommodity"})
"""Follow-up statuses at which nobody has taken an article into his hands."""


def cancel_document(cegid: Cegid, key: DocumentKey) -> Cancellation:
    """Cancels a document that nothing was made of and reads it back; RefusedError where Cegid keeps it all the same.

    Sent again after a lost answer it finds the document cancelled.
    """
    status = cegid.status(key)
    if status is None:
        return Cancellation.MISSING
    if _is_cancelled(status):
        return Cancellation.CANCELLED
    if not _is_untouched(status):
        return Cancellation.UNDER_WAY
    cegid.cancel_document(key)
    after = cegid.status(key)
    if after is None or not _is_cancelled(after):
        reason = "the document is not cancelled after it was asked for"
        raise RefusedError(reason, system=SYSTEM, action="Cancel", key=str(key))
    return Cancellation.CANCELLED


def _is_cancelled(status: DocumentStatus) -> bool:
    return status.values["CancelStatus"] == CANCELLED


def _is_untouched(status: DocumentStatus) -> bool:
    values = status.values
    is_active = values[ACTIVE] not in ("false", "0")
    return is_active and values["ShippingStatus"] in NOT_SHIPPED and values["FollowUpStatus"] in UNTOUCHED
