"""Which account of the shop each customer's code was given to: an id of the shop may be another person's one day."""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from schemas.documents import Customer

_DIGEST_BYTES = 16


class Accounts:
    """Codes and hashes of ids with dates of registration; nothing that names a person. Safe in threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._known: dict[str, str] | None = None

    def of(self, code: str) -> str | None:
        """The identity of the account that has this code; None when nobody has it, empty when it is not known."""
        return self._read().get(code)

    def add(self, code: str, customer: Customer) -> None:
        """The code is this account's from now on, durably."""
        with self._lock:
            known, identity = self._read(), identity_of(customer)
            if known.get(code) == identity:
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([code, identity]) + "\n")
                file.flush()
                os.fsync(file.fileno())
            known[code] = identity

    def _read(self) -> dict[str, str]:
        if self._known is None:
            lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
            self._known = dict(json.loads(line) for line in lines if line.endswith("]"))
        return self._known


def identity_of(customer: Customer) -> str:
    """Who an account is, by what never changes of it; empty where the shop does not say it."""
    if not customer.registered_text:
        return ""
    text = f"{customer.id_customer}\n{customer.registered_text}"
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
