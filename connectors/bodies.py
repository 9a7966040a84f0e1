"""The body of an answer, decoded piece by piece and never larger than its reader can hold."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterable, Iterator

ENCODINGS_OFFERED = "gzip"
"""What a request may say that it understands. A form that is not offered need not be decoded with a bound."""
_PLAIN = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})
_ANY_HEAD = zlib.MAX_WBITS | 16


class BodyError(ValueError):
    """The body is not what its headers say."""


class TooLargeError(BodyError):
    """The body is larger than `limit` bytes once it is decoded."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the answer is larger than {limit} bytes")
        self.limit = limit


def whole_body(pieces: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The body, decoded; BodyError when it is broken, TooLargeError before more than `limit` bytes are held."""
    body = _Body(encoding, limit)
    for piece in pieces:
        body.add(piece)
    return body.whole()


async def whole_body_of_stream(pieces: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """The same of pieces that are awaited."""
    body = _Body(encoding, limit)
    async for piece in pieces:
        body.add(piece)
    return body.whole()


class _Body:
    """What has come of a body so far."""

    def __init__(self, encoding: str, limit: int) -> None:
        named = encoding.strip().lower()
        if named not in _PLAIN | _GZIP:
            raise BodyError(f"the answer is in a form that was not asked for ({named[:20]})")
        self._limit = limit
        self._content = bytearray()
        self._encoded = named in _GZIP
        self._inflating = zlib.decompressobj(_ANY_HEAD)
        self._begun = False

    def add(self, piece: bytes) -> None:
        self._begun |= bool(piece)
        for decoded in self._decoded(piece) if self._encoded else (piece,):
            self._content += decoded
            if len(self._content) > self._limit:
                raise TooLargeError(self._limit)

    def _decoded(self, piece: bytes) -> Iterator[bytes]:
        """A thousandth of a body may be what comes of it: no more is decoded at once than may be held."""
        while piece:
            if self._inflating.eof:
                self._inflating = zlib.decompressobj(_ANY_HEAD)
            try:
                yield self._inflating.decompress(piece, self._limit + 1)
            except zlib.error as error:
                raise BodyError("the answer is no gzip, although it says so") from error
            piece = self._inflating.unconsumed_tail or self._inflating.unused_data

    def whole(self) -> bytes:
        """Everything that came. A body without any byte, as one to HEAD, is whole."""
        if self._encoded and self._begun and not self._inflating.eof:
            raise BodyError("the answer breaks off")
        return bytes(self._content)
