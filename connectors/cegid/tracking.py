"""The number of a parcel that the shop knows, into a document of Cegid whose own field is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.cegid.access import SYSTEM
from connectors.cegid.client import Cegid
from connectors.cegid.document_key import DocumentKey
from schemas.errors import RefusedError

_KEPT = ("Comment", "SalesPersonId", "UserDefinedDates", "UserDefinedTables", "UserFields")


def give_tracking(cegid: Cegid, key: DocumentKey, tracking: str, external_reference: str) -> bool:
    """Whether the document has the number now, read back; False where its field is filled, or it is gone.

    What UpdateHeader does with what it is not told is written nowhere: everything that a document tells of what it
    takes is sent back as it was read, and our external reference where the document bears it.
    """
    document = cegid.document_as_read(key)
    header = document.get("Header") or {}
    omnichannel = header.get("OmniChannel") or {}
    if not document or omnichannel.get("Tracking"):
        return False
    found = cegid.documents_by_references(key.type, "", external_reference).others if external_reference else ()
    bears_it = key.as_number() in {each.status.number for each in found}
    changed: dict[str, Any] = {"OmniChannel": {**omnichannel, "Tracking": tracking}}
    changed |= _filled(header, _KEPT) | _filled(document, ("DeliveryAddress", "InvoicingAddress"))
    changed |= {"ExternalReference": external_reference} if bears_it else {}
    cegid.update_header(key, changed)
    after = cegid.status(key)
    if after is None or after.tracking != tracking:
        reason = "the document does not have the number after it was written"
        raise RefusedError(reason, system=SYSTEM, action="UpdateHeader", key=str(key))
    return True


def _filled(read: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: read[name] for name in names if read.get(name)}
