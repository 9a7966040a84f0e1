"""A container of files as Azure's blob storage keeps it: versions, conditions, and listings in pages."""

from __future__ import annotations

import base64
import hashlib
import itertools
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

_FIRST_WRITE = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Blob:
    """One file; `etag` is another one after every write."""

    content: bytes
    modified_at: datetime
    etag: str

    @property
    def md5(self) -> str:
        """As the header and the listing write it."""
        return base64.b64encode(hashlib.md5(self.content, usedforsecurity=False).digest()).decode()


class Container:
    """Files by name. Safe to use from several threads."""

    def __init__(self) -> None:
        self._blobs: dict[str, Blob] = {}
        self._writes = itertools.count(1)
        self._lock = threading.RLock()

    def put(self, name: str, content: bytes, modified_at: datetime | None = None) -> Blob:
        """The file is there, a second later than the one before unless told otherwise."""
        with self._lock:
            number = next(self._writes)
            blob = Blob(content, modified_at or _FIRST_WRITE + timedelta(seconds=number), f"0x8DE{number:013X}")
            self._blobs[name] = blob
            return blob

    def get(self, name: str) -> Blob | None:
        """The file, if there is one."""
        with self._lock:
            return self._blobs.get(name)

    def delete(self, name: str) -> None:
        """The file is gone."""
        with self._lock:
            self._blobs.pop(name, None)

    def names(self) -> list[str]:
        """All of them, in the order of a listing."""
        with self._lock:
            return sorted(self._blobs)

    def page(self, prefix: str, marker: str, size: int) -> bytes:
        """`EnumerationResults` from `marker` on, `size` files at most."""
        with self._lock:
            names = [name for name in self.names() if name.startswith(prefix) and name >= marker]
            blobs = "".join(_listed(name, self._blobs[name]) for name in names[:size])
        following = names[size] if len(names) > size else ""
        return (
            f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Prefix>{escape(prefix)}</Prefix>'
            f"<Blobs>{blobs}</Blobs><NextMarker>{escape(following)}</NextMarker></EnumerationResults>"
        ).encode()


def _listed(name: str, blob: Blob) -> str:
    return (
        f"<Blob><Name>{escape(name)}</Name><Properties>"
        f"<Last-Modified>{format_datetime(blob.modified_at, usegmt=True)}</Last-Modified><Etag>{blob.etag}</Etag>"
        f"<Content-Length>{len(blob.content)}</Content-Length><Content-MD5>{blob.md5}</Content-MD5>"
        "<BlobType>BlockBlob</BlobType></Properties></Blob>"
    )
