"""Which pictures Dolibarr has of its products, for a shop that follows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.replies import amount
from connectors.dolibarr.translate_items import item_key, uid_prefix
from schemas.catalogue import ErpPicture

_KINDS = {"jpg": "jpg", "jpeg": "jpg", "png": "png", "gif": "gif", "webp": "webp"}
_MD5 = re.compile(r"[0-9a-f]{32}")


class PictureReader:
    """See `schemas.catalogue.TellsPictures`."""

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes
        self._ids: dict[str, int] = {}

    def owners(self) -> Mapping[str, str | None]:
        """See the protocol."""
        found: dict[str, str | None] = {}
        for row in self._dolibarr.all_items():
            uid = uid_of(row)
            found[str(row["ref"])] = item_key(uid, self._codes) if uid else None
            self._ids[str(row["ref"])] = int(row["id"])
        return found

    def pictures(self, reference: str) -> Sequence[ErpPicture]:
        """By position, then by name. What `export_catalogue` has sent bears our reference in its name."""
        ours = re.compile(rf"{re.escape(uid_prefix(self._codes))}\d+(-\d+)?-\d+\.\w+", re.IGNORECASE)
        rows = self._dolibarr.files_of(self._ids[reference])
        named = sorted((int(amount(row.get("position"))), str(row["relativename"]), row) for row in rows)
        found = []
        for _, name, row in named:
            kind = _KINDS.get(name.rpartition(".")[2].lower())
            label = str(row.get("label") or "")
            if kind and not ours.fullmatch(name):
                found.append(ErpPicture(name, kind, label if _MD5.fullmatch(label) else ""))
        return found

    def content(self, reference: str, picture: ErpPicture) -> bytes:
        """See the protocol."""
        return self._dolibarr.product_file(f"{reference}/{picture.name}") or b""
