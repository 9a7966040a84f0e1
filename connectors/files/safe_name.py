"""Names from outside: what another system calls a file becomes a name that is safe in our folder."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from schemas.shown import shown_name

LONGEST_NAME_BYTES = 255
"""Of one name, on every file system in use."""
_LONGEST_BYTES = 120
_LONGEST_SUFFIX = 16
# What Windows and the exchange of Cegid refuse in a name.
_FORBIDDEN = frozenset('\\/:*?"<>|%')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_NAMELESS = "file"


def safe_name(given: str, digest: str = "") -> str:
    """A plain name for what a source calls `told`, with `digest` before its ending.

    It holds no folder, no control or invisible character, no name of a device, is not hidden, not temporary, and with
    what archives and rejects add it fits into any file system.
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    plain = "".join(character if _is_plain(character) else "_" for character in last).strip(" .~")
    name = PurePosixPath(plain or _NAMELESS)
    suffix = name.suffix if len(name.suffix.encode()) <= _LONGEST_SUFFIX else ""
    stem = name.name.removesuffix(suffix) if suffix else name.name
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    ending = f".{digest}{suffix}" if digest else suffix
    return _cut(stem, _LONGEST_BYTES - len(ending.encode())) + ending


def _is_plain(character: str) -> bool:
    return character.isprintable() and character not in _FORBIDDEN


def _cut(text: str, most_bytes: int) -> str:
    """No more than so many bytes of a text, and no half of a character."""
    return text.encode()[:most_bytes].decode(errors="ignore").rstrip(" .") or _NAMELESS


def with_ending(stem: str, ending: str, *, spare: int = 0) -> str:
    """`stem` and `ending` as a name that a file system takes, with room for `spare` bytes more; the stem is cut."""
    return _cut(shown_name(stem), LONGEST_NAME_BYTES - len(ending.encode()) - spare) + ending
