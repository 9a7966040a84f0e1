"""The texts a person reads: a reason and a remedy per code, in the shop's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from schemas.filled import filled
from schemas.shown import shown
from schemas.terminal_texts import terminal_texts

LANGUAGES = ("en", "fr")
_WORDS = ("words", "subjects")
"""Tables of the check's file that are no messages."""
DIFFERING = "differing"
"""The parameter that says what of two documents differs."""
_TABLE = re.compile(r"^\[(\w+)\]$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Message:
    """What is wrong and what to do about it, ready to be shown."""

    reason: str
    remedy: str


def message(code: str, language: str, **params: str) -> Message:
    """The text of `code` in `language` (English when we do not speak it). `KeyError` for an unknown code."""
    spoken = language if language in LANGUAGES else "en"
    texts = catalogue(spoken)[code]
    given = {name: shown(differing_in(spoken, value) if name == DIFFERING else value) for name, value in params.items()}
    return Message(filled(texts["reason"], spoken, **given), filled(texts["remedy"], spoken, **given))


def differing_in(language: str, text: str) -> str:
    """What of two documents differs, `total 87.38, 56.30; lines MUG`, with the names of `Compared` in this language."""
    words = terminal_texts(language)[DIFFERING]
    parts = [part.partition(" ") for part in text.split("; ")]
    return "; ".join(" ".join(filter(None, (words.get(name, name), rest))) for name, _, rest in parts)


def code_for(code: str, *, required: bool) -> str:
    """The code whose remedy fits the column: one that must be filled is never told to be left empty."""
    return f"{code}_required" if required and f"{code}_required" in catalogue("en") else code


class Catalogue(Mapping[str, Mapping[str, str]]):
    """Every code with its `reason` and `remedy`, unfilled; what a check finds in order has an empty remedy.

    A text is read when it is asked for: all of them take 25 ms of a processor, and a run shows a handful.
    """

    def __init__(self, language: str) -> None:
        of_check = {code: table for code, table in _tables("check", language).items() if code not in _WORDS}
        self._tables = _tables("messages", language) | of_check
        self._read: dict[str, Mapping[str, str]] = {}

    def __getitem__(self, code: str) -> Mapping[str, str]:
        if code not in self._read:
            self._read[code] = {"remedy": ""} | tomllib.loads(self._tables[code])
        return self._read[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


@cache
def catalogue(language: str) -> Catalogue:
    """The texts of one of `LANGUAGES`."""
    return Catalogue(language)


@cache
def check_words(language: str, section: str) -> dict[str, str]:
    """The fixed words of a check (`words`) and the names of what it looks at (`subjects`)."""
    return tomllib.loads(_tables("check", language if language in LANGUAGES else "en")[section])


def _tables(name: str, language: str) -> dict[str, str]:
    """The tables of a file, each as it is written there."""
    source = files("schemas.defaults").joinpath(f"{name}.{language}.toml")
    _, *parts = _TABLE.split(source.read_text(encoding="utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))
