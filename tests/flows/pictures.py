"""Small pictures, made without a library."""

from __future__ import annotations

import struct
import zlib


def png(colour: tuple[int, int, int] = (255, 0, 0), width: int = 8, height: int = 8) -> bytes:
    """A PNG of one colour."""
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def jpeg(components: int = 3, width: int = 8, height: int = 8, *, whole: bool = True) -> bytes:
    """The frame of a JPEG, without a picture in it; 4 components: for printing."""
    segment = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    frame = struct.pack(">HBHHB", 8 + 3 * components, 8, height, width, components) + b"\x01\x11\0" * components
    return b"\xff\xd8" + segment + b"\xff\xc0" + frame + b"\0" * 40 + (b"\xff\xd9" if whole else b"")
