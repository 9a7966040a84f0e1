"""Nothing personal at rest, held against the bytes of every file that a demo leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from deployments.demo.people import POSTCODES, WORDS

MERCHANTS_OWN = frozenset({"streams", "archives", "rejects", "outbox", "to-erp"})
"""Where the merchant's own files lie: as dropped, as archived, their rejected lines, and those on their way out."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What was looked through, and the files in which somebody is named."""

    files: int
    naming: tuple[Path, ...]


def search(shop: Path, prefect: Path, words: Iterable[str] = WORDS, postcodes: Iterable[str] = POSTCODES) -> Searched:
    """Every file of a shop's folder but the merchant's own, and of Prefect's: ledger, database, logs, reports."""
    named = [form.lower().encode() for word in words for form in _forms(word)]
    alone = re.compile("|".join(rf"(?<![\w.:-]){re.escape(code)}(?![\w.:-])" for code in postcodes).encode())
    files = [*_files(shop, MERCHANTS_OWN), *_files(prefect)]
    return Searched(len(files), tuple(file for file in files if _names(file.read_bytes(), named, alone)))


def _names(content: bytes, named: Iterable[bytes], alone: re.Pattern[bytes]) -> bool:
    low = content.lower()
    return any(word in low for word in named) or alone.search(content) is not None


def _files(folder: Path, but: frozenset[str] = frozenset()) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] not in but:
            yield path


def _forms(word: str) -> set[str]:
    """The word as it stands, in an address, and in JSON or a URL."""
    return {word, word.replace(" ", "+"), word.replace(" ", "%20")}
