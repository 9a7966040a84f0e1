"""How Dolibarr is asked: lists and single objects, what a guard names, and writes that hold people's texts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.dolibarr import filters, guard
from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.faults import NOT_THERE, TOO_WIDE
from connectors.dolibarr.replies import id_of
from connectors.dolibarr.transport import Answer, DolibarrTransport
from schemas.errors import DeniedError, RefusedError, TransientError, UnexpectedReplyError

Record = dict[str, Any]
"""One object in Dolibarr's own words."""
LISTS = {
    "societe": "/thirdparties",
    "socpeople": "/contacts",
    "commande": "/orders",
    "facture": "/invoices",
    "product": "/products",
    "categorie": "/categories",
}
"""The list of each kind of object that has a guard."""
_ALIASES = {"socpeople": "te"}
"""What a list calls its table of extra fields: `ef`, but `te` for contacts (docs/facts/dolibarr.md, F2)."""


class Asking:
    """What every question and every write of the client goes through."""

    def __init__(self, transport: DolibarrTransport) -> None:
        self._transport = transport
        self._guards: dict[str, bool] = {}
        self._guarding = threading.Lock()

    @property
    def guards(self) -> frozenset[str]:
        """The kinds of objects of orders that have the extra field of the guard; of the others none can be ours."""
        return frozenset(element for element in guard.ELEMENTS if self.is_guarded(element))

    def is_guarded(self, element: str) -> bool:
        """Whether a kind of object has the extra field of the guard, asked once."""
        with self._guarding:
            if element not in self._guards:
                self._guards[element] = self._has_guard(element)
            return self._guards[element]

    def _has_guard(self, element: str) -> bool:
        try:
            self._list(LISTS[element], "look at the guard", self._guarded(element, "passerelle"), limit=1)
        except (UnexpectedReplyError, TransientError) as error:
            # A list that asks for a column which is not there fails as a query does.
            if guard.NAME in error.reason:
                return False
            raise
        return True

    def _make_guards(self, elements: Iterable[str] = guard.ELEMENTS) -> None:
        """Makes the guards that are missing; `DeniedError` where the key may not."""
        missing = [element for element in elements if not self.is_guarded(element)]
        with self._guarding:
            for element in missing:
                self._make_guard(element)
                self._guards[element] = True

    def _make_guard(self, element: str) -> None:
        path = f"/setup/extrafields/{element}/{guard.NAME}"
        try:
            self._transport.write("POST", path, "make the guard", element, guard.DEFINITION)
        except (DeniedError, RefusedError) as error:
            # Another thread or process may have made it in between.
            if self._has_guard(element):
                return
            raise DeniedError(error.reason, system=SYSTEM, action="make the guard", key=element).worded(
                "dolibarr_guard_missing", value=element
            ) from error

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
        if not self.is_guarded(element):
            return None
        found = self._list(LISTS[element], action, self._guarded(element, uid), limit=1)
        return found[0] if found else None

    def _created(
        self, path: str, action: str, uid: str, values: Mapping[str, Any], guards: Iterable[str] = guard.ELEMENTS
    ) -> int:
        self._make_guards(guards)
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
