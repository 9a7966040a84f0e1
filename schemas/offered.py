"""A file as its source offers it, before anything of it was fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

_DIGEST_BYTES = 4
MOST_LISTED = 100_000
"""Files of one folder of a source that are read of its listing; a folder with more is an error with a remedy."""
CROWDED = f"there are more than {MOST_LISTED} files in the folder"
EMPTY_IT = "Remove or archive files at the source: Passerelle reads no longer listing."

CHANGED = "changed"
GONE = "gone"
EXISTS = "exists"
"""Codes of the RefusedError of a source about one file."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One file at a source; the same `path` with another `version` is another file."""

    path: str
    """As the source calls it."""
    size: int
    """In bytes."""
    modified_at: datetime | None = None
    """UTC; None where the source does not say."""
    etag: str = ""
    """What the source itself calls this version, if it does."""
    md5: bytes | None = None
    """Of the content, where the source knows it."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.replace("\\", "/").rpartition("/")[2]

    @property
    def version(self) -> str:
        """What tells this file from another one under the same path."""
        moment = self.etag or (self.modified_at.astimezone(UTC).isoformat() if self.modified_at else "")
        return f"{self.size} {moment}"

    def digest(self, source: str) -> str:
        """Eight hex digits that name this version of this file at `source`."""
        told = f"{source}\0{self.path}\0{self.version}".encode("utf-8", "surrogateescape")
        return blake2b(told, digest_size=_DIGEST_BYTES).hexdigest()
