"""Whether a file as a whole is in another encoding than the one it is read in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schemas.broken_text import SEEN_AS_CP1252
from schemas.file_refused import FileRefusedError
from tasks.read.encoding import UNDECODABLE, is_utf8_throughout, wide_encoding_seen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tasks.read.encoding import Encoding

_LINES_THAT_PROVE = 3
# Small letters with accents of the code page 850 (DOS), and those of Windows-1252 that stand in any French text.
_CP850_SEEN_AS_CP1252 = re.compile("[A-Za-z][\u201a\u2021\u0192\u02c6\u201e\u2026\u0160\u201c][a-z]")
_USUAL_LETTERS = re.compile("[\u00c0-\u00d6\u00d9-\u00f6\u00f9-\u00ff]")


def refuse_wide_encoding(path: Path, encoding: Encoding) -> None:
    """`FileRefusedError` when a file without mark is in UTF-16 or UTF-32 and not read so, or the reverse."""
    if encoding.mark:
        return
    seen = wide_encoding_seen(path)
    if seen and seen != encoding.name:
        raise FileRefusedError("file_wide_encoding", name=path.name, detail=seen)
    if not seen and encoding.is_wide and b"\x00" not in path.read_bytes()[:4096]:
        raise FileRefusedError("file_other_encoding", name=path.name, value=encoding.name, detail="utf-8")


def refuse_other_encoding(path: Path, encoding: Encoding, lines: Sequence[str]) -> None:
    """`FileRefusedError` when all of the first lines that hold more than ASCII are in another encoding."""
    telling = [line for line in lines if not line.isascii()]
    if not telling:
        return
    twice = sum(SEEN_AS_CP1252.search(line) is not None for line in telling)
    seen = _encoding_seen(path, encoding, telling, twice)
    if seen:
        raise FileRefusedError("file_other_encoding", name=path.name, value=encoding.name, detail=seen)
    if encoding.name == "utf-8" and twice == len(telling) >= _LINES_THAT_PROVE:
        raise FileRefusedError("file_converted_twice", name=path.name)


def _encoding_seen(path: Path, encoding: Encoding, telling: Sequence[str], twice: int) -> str:
    if encoding.name == "utf-8":
        undecodable = sum(UNDECODABLE in line for line in telling)
        return "cp1252" if undecodable == len(telling) >= _LINES_THAT_PROVE else ""
    if encoding.is_wide:
        return ""
    if twice == len(telling) and not encoding.guessed and is_utf8_throughout(path):
        return "utf-8"
    of_dos = sum(_CP850_SEEN_AS_CP1252.search(line) is not None for line in telling)
    usual = any(_USUAL_LETTERS.search(line) for line in telling)
    return "cp850" if encoding.name == "cp1252" and of_dos >= _LINES_THAT_PROVE and not usual else ""
