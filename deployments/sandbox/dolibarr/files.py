"""Files of products, in a folder that bears the reference of the product."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.state import State, one
from deployments.sandbox.dolibarr.store import Row
from deployments.sandbox.dolibarr.texts import folded


class Files:
    """Answers `/documents` and `/documents/upload`, of products alone."""

    def __init__(self, state: State) -> None:
        self._state = state

    def upload(self, body: dict[str, Any]) -> str:
        """A file is there, in place of one of the same name where the body allows it; what it is called."""
        reference = str(body.get("ref") or "")
        self._check_part(body)
        if not any(folded(each["ref"]) == folded(reference) for each in self._state.products):
            raise ApiError(404, f"Object with ref '{reference}' was not found.")
        name, folder = _kept(str(body.get("filename") or "")), self._state.files.setdefault(reference, {})
        if name in folder and not body.get("overwriteifexists"):
            raise ApiError(400, f"File with name '{name}' already exists.")
        try:
            content = base64.b64decode(str(body.get("filecontent") or ""), validate=True)
        except binascii.Error:
            content = b""
        for other, row in folder.items():
            if other != name and folded(other) == folded(name):
                # The index of files tells no cases apart: it has one of them only.
                row |= {"label": None, "position": None, "cover": None}
        self._state.contents[f"{reference}/{name}"] = content
        last = max((int(row["position"] or 0) for other, row in folder.items() if other != name), default=0)
        folder[name] = {
            "name": None,
            "relativename": name,
            "level1name": reference,
            "size": len(content),
            "label": hashlib.md5(content, usedforsecurity=False).hexdigest(),
            "position": str(body.get("position") or last + 1),
            "cover": str(body["cover"]) if body.get("cover") else None,
        }
        return name

    def of_product(self, query: Mapping[str, str]) -> list[Row]:
        """The files of a product, by name; 404 where there are none."""
        self._check_part(query)
        product = one(self._state.products, query.get("id", "0"), "Product")
        folder = self._state.files.get(product["ref"], {})
        found = [folder[name] for name in sorted(folder)][: int(query.get("limit", "100"))]
        if not found:
            said = f"Search for modulepart product with Id {product['id']} or Ref {product['ref']}"
            raise ApiError(404, f"{said} does not return any document.")
        return found

    def delete(self, query: Mapping[str, str]) -> Row:
        """A file is gone, also one in the folder of a reference that no product has any more."""
        self._check_part(query)
        reference, _, name = query.get("original_file", "").partition("/")
        if self._state.files.get(reference, {}).pop(name, None) is None:
            raise ApiError(404, "File not found")
        return {"success": {"code": 200, "message": "Document deleted"}}

    @staticmethod
    def _check_part(given: Mapping[str, Any]) -> None:
        if given.get("modulepart") != "product":
            raise ApiError(500, f"Modulepart {given.get('modulepart')} not implemented yet.")


def _kept(name: str) -> str:
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    return re.sub(r"""[<>:"/\\|?*]""", "_", plain)
