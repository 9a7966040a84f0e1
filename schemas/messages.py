"""The texts a person reads: a reason and a remedy per code, in the shop's language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from schemas.filled import filled
from schemas.shown import shown

LANGUAGES = ("en", "fr")
_WORDS = ("words", "subjects")
"""Tables of the check's file that are no messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is wrong and what to do about it, ready to be shown."""

    reason: str
    remedy: str


def message(code: str, language: str, **params: str) -> Message:
    """The text of `code` in `language` (English when we do not speak it). `KeyError` for an unknown code."""
    spoken = language if language in LANGUAGES else "en"
    texts, given = catalogue(spoken)[code], {name: shown(value) for name, value in params.items()}
    return Message(filled(texts["reason"], spoken, **given), filled(texts["remedy"], spoken, **given))


def code_for(code: str, *, required: bool) -> str:
    """The code whose remedy fits the column: one that must be filled is never told to be left empty."""
    return f"{code}_required" if required and f"{code}_required" in catalogue("en") else code


@cache
def catalogue(language: str) -> dict[str, dict[str, str]]:
    """Every code with its `reason` and `remedy`, unfilled; what a check finds in order has an empty remedy."""
    of_check = {code: {"remedy": ""} | texts for code, texts in _read("check", language).items() if code not in _WORDS}
    return _read("messages", language) | of_check


@cache
def check_words(language: str, section: str) -> dict[str, str]:
    """The fixed words of a check (`words`) and the names of what it looks at (`subjects`)."""
    return _read("check", language if language in LANGUAGES else "en")[section]


@cache
def _read(name: str, language: str) -> dict[str, dict[str, str]]:
    source = files("schemas.defaults").joinpath(f"{name}.{language}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
