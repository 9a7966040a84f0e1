"""What the first bytes of a picture say: its kind, its size, and whether a shop can show it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEAD_BYTES = 512 * 1024
"""Enough to reach the frame header of a JPEG behind its metadata."""
EXTENSIONS = frozenset({"jpg", "jpeg", "png", "gif", "webp"})
"""Kinds that PrestaShop 1.7 to 9.0 take by the webservice; AVIF is none of them."""
_CMYK = 4
_SHORTEST = 12
_START, _END = b"\xff\xd8", b"\xff\xd9"
# Start of frame, but for the three of these numbers that mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, 0xFF, *range(0xD0, 0xD9)})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that PHP's library can read."""

    kind: str
    """`jpeg`, `png`, `gif` or `webp`."""
    width: int
    height: int


class PictureError(ValueError):
    """The file is no picture that a shop takes; `code` is that of its message."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def read_picture(head: bytes) -> Picture:
    """The picture whose file begins with `head` (at least `HEAD_BYTES`, or all of it); PictureError."""
    if len(head) < _SHORTEST:
        raise PictureError("image_is_none")
    if head.startswith(_START):
        return _jpeg(head)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) > 24:  # noqa: PLR2004
        return _sized("png", *struct.unpack(">II", head[16:24]))
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return _sized("gif", *struct.unpack("<HH", head[6:10]))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    raise PictureError("image_is_avif" if head[4:8] == b"ftyp" else "image_is_none")


def _sized(kind: str, width: int, height: int) -> Picture:
    if not width or not height:
        raise PictureError("image_is_none")
    return Picture(kind, width, height)


def _jpeg(head: bytes) -> Picture:
    at = 2
    while at + 9 < len(head):
        if head[at] != 0xFF:  # noqa: PLR2004 - every segment begins so
            break
        marker = head[at + 1]
        if marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        if marker in _FRAMES:
            height, width, components = struct.unpack(">HHB", head[at + 5 : at + 10])
            if components == _CMYK:
                raise PictureError("image_is_cmyk")
            return _sized("jpeg", width, height)
        at += 2 + struct.unpack(">H", head[at + 2 : at + 4])[0]
    raise PictureError("image_is_none")


def _webp(head: bytes) -> Picture:
    chunk, data = head[12:16], head[20:30]
    if len(data) < 10:  # noqa: PLR2004
        raise PictureError("image_is_none")
    if chunk == b"VP8X":
        return _sized("webp", 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little"))
    if chunk == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return _sized("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    width, height = struct.unpack("<HH", data[6:10])
    return _sized("webp", width & 0x3FFF, height & 0x3FFF)


def is_whole(kind: str, tail: bytes) -> bool:
    """Whether a file that ends with `tail` came to its end: half a JPEG is shown half grey."""
    if kind == "jpeg":
        return _END in tail
    return b"IEND" in tail if kind == "png" else bool(tail)
