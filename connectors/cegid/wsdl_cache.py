"""WSDL and XSD documents of a tenant, kept on disk for a while."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WsdlCache:
    """Documents by address in one folder; a document older than `seconds` is not believed. Holds no secret."""

    folder: Path
    seconds: float

    def read(self, url: str) -> bytes | None:
        """The document, or None when it is not there or too old."""
        path = self._path(url)
        try:
            age = time.time() - path.stat().st_mtime
            return path.read_bytes() if 0 <= age < self.seconds else None
        except FileNotFoundError:
            return None

    def write(self, url: str, document: bytes) -> None:
        """Keep the document, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as draft:
            draft.write(document)
        os.replace(draft.name, self._path(url))  # noqa: PTH105 - atomic, and the draft has a name only as text

    def clear(self) -> None:
        """Forget every document."""
        for path in self.folder.glob("*.xml"):
            path.unlink(missing_ok=True)

    def _path(self, url: str) -> Path:
        return self.folder / f"{hashlib.blake2b(url.encode(), digest_size=16).hexdigest()}.xml"
