"""One file that a merchant dropped, as a run knows it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

HASH_BYTES = 16
"""Of the blake2b by which contents are known."""
_CHUNK_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """A complete file of a stream; `position` counts from 0 within the run, oldest first."""

    path: Path
    name: str
    """As it was dropped; an archived file has another name on disk."""
    size: int
    """In bytes."""
    modified_at: datetime
    """UTC."""
    content_hash: str
    """See `content_hash`."""
    position: int
    marker: Path | None = None
    """The file whose presence says that this one is complete."""
    is_archived: bool = False
    """It already lies in the archives and is taken again on demand."""


def hash_of(content: bytes) -> str:
    """What `content_hash` says of a file with this content."""
    return blake2b(content, digest_size=HASH_BYTES).hexdigest()


def content_hash(path: Path) -> str:
    """The blake2b-128 of the file's bytes, in hex."""
    digest = blake2b(digest_size=HASH_BYTES)
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
