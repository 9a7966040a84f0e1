"""The pictures of items as files of products."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.translate_items import product_id
from schemas.catalogue import EntityNumber, FoundPicture

_EXTENSIONS = {"jpeg": "jpg"}


class Pictures:
    """See `schemas.catalogue.TakesPictures`."""

    def __init__(self, dolibarr: Dolibarr) -> None:
        self._dolibarr = dolibarr

    def name(self, uid: str, id_image: int, kind: str) -> str:
        """In small letters: of names that differ in case alone, Dolibarr knows one (docs/facts/dolibarr.md, D2)."""
        return f"{uid}-{id_image}.{_EXTENSIONS.get(kind, kind)}".lower()

    def digest(self, content: bytes) -> str:
        """See the protocol."""
        return hashlib.md5(content, usedforsecurity=False).hexdigest()

    def there(self, number: EntityNumber) -> Mapping[str, FoundPicture]:
        """The label of a file is the MD5 of its bytes (docs/facts/dolibarr.md, D2)."""
        found = self._dolibarr.files_of(product_id(number))
        return {
            str(each["relativename"]): FoundPicture(str(each.get("label") or ""), int(each.get("position") or 0))
            for each in found
        }

    def give(self, number: EntityNumber, name: str, content: bytes, position: int) -> None:
        """See the protocol."""
        self._dolibarr.upload(number.rpartition("/")[0], name, content, position)

    def remove(self, number: EntityNumber, name: str) -> None:
        """The files of a product stay under its former reference (docs/facts/dolibarr.md, D4)."""
        self._dolibarr.remove_file(number.rpartition("/")[0], name)
