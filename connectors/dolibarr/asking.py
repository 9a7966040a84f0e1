"""How Dolibarr is asked: lists and single objects, what a guard names, and writes that hold people's texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.dolibarr import filters, guard
from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.faults import NOT_THERE, TOO_WIDE
from connectors.dolibarr.replies import id_of
from connectors.dolibarr.transport import Answer, DolibarrTransport
from schemas.errors import RefusedError, UnexpectedReplyError

Record = dict[str, Any]
"""One object in Dolibarr's own words."""
LISTS = {"societe": "/thirdparties", "socpeople": "/contacts", "commande": "/orders", "facture": "/invoices"}
"""The list of each kind of object that has a guard."""
_ALIASES = {"socpeople": "te"}
"""What a list calls its table of extra fields: `ef`, but `te` for contacts (docs/facts/dolibarr.md, F2)."""


class Asking:
    """What every question and every write of the client goes through."""

    def __init__(self, transport: DolibarrTransport) -> None:
        self._transport = transport

    def _list(self, path: str, action: str, asked: str, **query: str | int) -> list[Record]:
        found = self._get_or_none(path, action, "", **({"limit": 0} | query), sqlfilters=asked)
        if found is None:
            # A list of third parties without a row is a 404 (docs/facts/dolibarr.md, T1).
            return []
        if not isinstance(found, list):
            raise UnexpectedReplyError("a list is something else", system=SYSTEM, action=action).worded(
                "dolibarr_not_understood"
            )
        return found

    def _one(self, path: str, action: str, key: str, **query: str | int) -> Record | None:
        found = self._get_or_none(path, action, key, **query)
        return found if isinstance(found, dict) and found.get("id") else None

    def _get_or_none(self, path: str, action: str, key: str, **query: str | int) -> Any:
        try:
            return self._transport.get(path, action, key, **query)
        except RefusedError as error:
            if error.code == NOT_THERE:
                return None
            raise

    def _guarded(self, element: str, uid: str) -> str:
        return filters.equal(f"{_ALIASES.get(element, 'ef')}.{guard.NAME}", uid)

    def _guarded_one(self, element: str, action: str, uid: str) -> Record | None:
        found = self._list(LISTS[element], action, self._guarded(element, uid), limit=1)
        return found[0] if found else None

    def _created(self, path: str, action: str, uid: str, values: Mapping[str, Any]) -> int:
        body = {**values, "array_options": guard.guarded(uid)}
        return id_of(self._write_text("POST", path, action, uid, body))

    def _act(self, path: str, action: str, id_: int, body: Any = None) -> Answer:
        return self._transport.write("POST", path, action, str(id_), body)

    def _write_text(self, verb: str, path: str, action: str, key: str, body: dict[str, Any]) -> Answer:
        """A write that holds people's texts; a database of three-byte UTF-8 gets them without what it cannot keep."""
        try:
            return self._transport.write(verb, path, action, key, body)
        except RefusedError as error:
            if error.code != TOO_WIDE:
                raise
        return self._transport.write(verb, path, action, key, _narrow(body))


def _narrow(value: Any) -> Any:
    """The same without characters above U+FFFF."""
    if isinstance(value, str):
        return "".join(each for each in value if ord(each) <= 0xFFFF)  # noqa: PLR2004 - the last of three bytes
    if isinstance(value, dict):
        return {name: _narrow(each) for name, each in value.items()}
    return [_narrow(each) for each in value] if isinstance(value, list) else value
