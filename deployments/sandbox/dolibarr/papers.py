"""Files that are answered: the PDFs of invoices, made when they are paid or asked for, and those of products."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from deployments.sandbox.dolibarr.errors import ApiError
from deployments.sandbox.dolibarr.state import State
from deployments.sandbox.dolibarr.store import Row


class Papers:
    """Answers `/documents/download`, and `/documents/builddoc` of invoices alone."""

    def __init__(self, state: State) -> None:
        self._state = state

    def download(self, query: Mapping[str, str]) -> Row:
        """The file, as text of 64 signs; 404 where it was never made."""
        path = query.get("original_file", "")
        if query.get("modulepart") == "product":
            reference, _, name = path.partition("/")
            if name not in self._state.files.get(reference, {}):
                raise ApiError(404, "Not Found: File not found")
            return _file(name, self._state.contents[path], "image/jpeg")
        row = self._invoice(path)
        if row is None or not row.get("last_main_doc"):
            raise ApiError(404, "Not Found: File not found")
        return _answered(row)

    def build(self, body: dict[str, Any]) -> Row:
        """The file is made anew and answered."""
        row = self._invoice(str(body.get("original_file") or ""))
        if row is None:
            raise ApiError(404, "Invoice not found")
        row["last_main_doc"] = f"facture/{row['ref']}/{row['ref']}.pdf"
        return _answered(row) | {"langcode": "fr_FR", "template": None}

    def _invoice(self, path: str) -> Row | None:
        return next((each for each in self._state.invoices if path == f"{each.get('ref')}/{each.get('ref')}.pdf"), None)


def _answered(row: Row) -> Row:
    content = f"%PDF-1.7\n% {row['ref']}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".encode()
    return _file(f"{row['ref']}.pdf", content, "application/pdf")


def _file(name: str, content: bytes, kind: str) -> Row:
    return {
        "filename": name,
        "content-type": kind,
        "filesize": len(content),
        "content": base64.b64encode(content).decode("ascii"),
        "encoding": "base64",
    }
