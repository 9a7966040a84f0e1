"""What a file is that is no text: recognised by its first bytes, for a person who dropped the wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PACKED = b"PK\x03\x04"
_FIRST_BYTES = (
    (b"PK\x05\x06", "ZIP"),
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS, DOC"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"SQLite format 3\x00", "SQLite"),
)
# Names of members stand readable in the first local headers of what a ZIP file holds.
_PACKED_KINDS = ((b"xl/", "XLSX"), (b"word/", "DOCX"), (b"opendocument.spreadsheet", "ODS"))
_MARKUP = ((b"<?xml", "XML"), (b"<!doctype html", "HTML"), (b"<html", "HTML"), (b"{\\rtf", "RTF"))
_LOOKED_AT = 8192


def kind_of_no_text(path: Path) -> str:
    """The name of the format, such as `XLSX`; empty for what may well be a text of rows."""
    with path.open("rb") as source:
        start = source.read(_LOOKED_AT)
    if start.startswith(_PACKED):
        return next((kind for sign, kind in _PACKED_KINDS if sign in start), "ZIP")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    signs = ((start, _FIRST_BYTES), (text, _MARKUP))
    return next((kind for seen, known in signs for sign, kind in known if seen.startswith(sign)), "")
