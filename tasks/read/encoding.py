"""Which encoding a file is written in, and its physical lines as text, block by block."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.broken_text import SEEN_AS_CP1252
from schemas.file_refused import FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK_BYTES = 8 * 2**20
LONGEST_LINE_BYTES = 32 * 2**20

UNDECODABLE = "\uffff"
"""Stands in a line for bytes that are not of the file's encoding. Not a character: no text can hold it."""

JOINT = "\ufeff"
"""A byte order mark within a text: left where files were put one behind the other, and nothing anyone can see."""

BLANK_LINES = ("", "\x1a")
"""What a line without content holds, once stripped. DOS programs end a file with a control-Z."""

_LOOKED_AT = 4096
_BUFFER_BYTES = 2**20
_MOSTLY = 0.6
# Which of four bytes are zero in a text that is mostly Latin.
_WIDE_BY_ZEROS = {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}

# UTF-32 first: its little-endian mark starts with the one of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ("utf-16", "utf-32")
_OVER_ASCII = frozenset({"ascii", "utf-8", "cp1252", "iso8859-1", "iso8859-15", "cp850"})
_SURROGATES = re.compile("[\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes are read.

    `name` is a Python codec without byte order mark, `mark` the mark found at the start. `guessed` says that nobody
    declared the encoding and no mark proves it: lines that are plainly of another encoding are then not trusted.
    """

    name: str
    mark: bytes = b""
    guessed: bool = False

    @property
    def is_wide(self) -> bool:
        """True where a line end is not one byte; such a file is cut into lines after its conversion to UTF-8."""
        return self.name.startswith(_WIDE)

    @property
    def is_superset_of_ascii(self) -> bool:
        """True where a text of ASCII bytes is those letters, as in the usual encodings."""
        return self.name in _OVER_ASCII

    @property
    def of_lines(self) -> str:
        """The codec of the lines that `line_bytes` gives."""
        return "utf-8" if self.is_wide else self.name


def encoding_of(path: Path, declared: str | None) -> Encoding:
    """The encoding of a file: its mark, else the declared one, else UTF-8 or cp1252 by the weight of its characters.

    A file without mark nor declaration is UTF-8 when at least as many characters outside ASCII are well-formed UTF-8
    as are not.
    """
    with path.open("rb") as source:
        start = source.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name, mark)
    if declared is not None:
        return Encoding(_plain_name(declared))
    well_formed, malformed = _utf8_evidence(path)
    return Encoding("utf-8" if well_formed >= malformed else "cp1252", guessed=True)


def wide_encoding_seen(path: Path) -> str:
    """The encoding of two or four bytes that the zero bytes of a file without mark show; empty when they show none."""
    with path.open("rb") as source:
        start = source.read(_LOOKED_AT)
    start = start[: len(start) // 4 * 4]
    if not start or start.count(0) < len(start) / 4:
        return ""
    pattern = "".join("0" if start[at::4].count(0) > len(start) / 4 * _MOSTLY else "x" for at in range(4))
    return _WIDE_BY_ZEROS.get(pattern, "")


def _plain_name(declared: str) -> str:
    name = codecs.lookup(declared).name
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)


def _utf8_evidence(path: Path) -> tuple[int, int]:
    """How many characters outside ASCII are well-formed UTF-8, and how many are not."""
    well_formed = malformed = 0
    if is_ascii(path):
        return 0, 0
    for block in line_bytes(path, Encoding("utf-8")):
        if not block.isascii():
            text = block.decode("utf-8", "replace")
            strange = text.count("\ufffd")
            malformed += strange
            well_formed += len(text) - len(text.encode("ascii", "ignore")) - strange
    return well_formed, malformed


def is_ascii(path: Path, without: bytes = b"") -> bool:
    """Whether all bytes of the file are ASCII, and none of them is one of `without`."""
    # One buffer for all of the file: memory that is new each time costs more than looking at it.
    buffer = bytearray(_BUFFER_BYTES)
    with path.open("rb", buffering=0) as source:
        while count := source.readinto(buffer):
            seen = buffer if count == len(buffer) else buffer[:count]
            if not seen.isascii() or any(byte in seen for byte in without):
                return False
    return True


def is_utf8_throughout(path: Path) -> bool:
    """Whether the file holds characters outside ASCII and all of them are well-formed UTF-8."""
    well_formed, malformed = _utf8_evidence(path)
    return well_formed > 0 and not malformed


def line_blocks(path: Path, encoding: Encoding, block_bytes: int = BLOCK_BYTES) -> Iterator[list[str]]:
    r"""The physical lines of a file in lists of about `block_bytes`, without their ends (`\n`, `\r\n` or `\r`).

    Bytes that are not of the encoding show as `UNDECODABLE`.
    """
    return map(lines_of, text_blocks(path, encoding, block_bytes))


def text_blocks(path: Path, encoding: Encoding, block_bytes: int = BLOCK_BYTES) -> Iterator[str]:
    """The same lines, those of a block in one text (see `decoded`)."""
    return (decoded(block, encoding) for block in line_bytes(path, encoding, block_bytes))


def lines_of(text: str) -> list[str]:
    """The lines of a text of whole lines, without their ends."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def after_lines(text: str, count: int) -> tuple[str, int]:
    """What follows the first `count` lines of a text of whole lines, and how many it had to leave out."""
    parts = text.split("\n", count)
    return (parts[count], count) if len(parts) > count else ("", len(lines_of(text)))


def decoded(block: bytes, encoding: Encoding) -> str:
    r"""Bytes of whole lines as text, line ends as `\n`, strange bytes as `UNDECODABLE`."""
    try:
        text = block.decode(encoding.of_lines)
    except UnicodeDecodeError:
        text = _SURROGATES.sub(UNDECODABLE, block.decode(encoding.of_lines, "surrogateescape"))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if JOINT in text:
        text = text.replace(JOINT, "")
    if encoding.guessed and encoding.name == "cp1252" and not text.isascii():
        text = SEEN_AS_CP1252.sub(UNDECODABLE, text)
    return text


def line_bytes(path: Path, encoding: Encoding, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The file without its mark in blocks of whole physical lines, as bytes of `encoding.of_lines`.

    `FileRefusedError` when a line is longer than 32 MB.
    """
    rest = b""
    for chunk in _chunks(path, encoding, block_bytes):
        block = rest + chunk
        end = _end_of_last_line(block)
        if end:
            yield block[:end]
        elif len(block) > LONGEST_LINE_BYTES:
            raise FileRefusedError("file_endless_line", name=path.name)
        rest = block[end:]
    if rest:
        yield rest


def _end_of_last_line(block: bytes) -> int:
    """Where the last complete line ends. A carriage return at the very end may be the half of a line end."""
    return max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1


def _chunks(path: Path, encoding: Encoding, size: int) -> Iterator[bytes]:
    with path.open("rb") as source:
        source.seek(len(encoding.mark))
        if not encoding.is_wide:
            yield from iter(lambda: source.read(size), b"")
            return
        decoder = codecs.getincrementaldecoder(encoding.name)("replace")
        for chunk in iter(lambda: source.read(size), b""):
            yield _as_utf8(decoder.decode(chunk))
        yield _as_utf8(decoder.decode(b"", final=True))


def _as_utf8(text: str) -> bytes:
    return text.replace("\ufffd", UNDECODABLE).encode("utf-8")
