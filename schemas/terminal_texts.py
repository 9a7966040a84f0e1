"""What the `passerelle` command says, in the shop's language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from schemas.filled import filled

LANGUAGES = ("en", "fr")


def terminal_text(section: str, code: str, language: str, **params: object) -> str:
    """The text of `code` in `section`, filled; `KeyError` for a code that nobody wrote a text for."""
    spoken = language if language in LANGUAGES else "en"
    return filled(terminal_texts(spoken)[section][code], spoken, **params)


@cache
def terminal_texts(language: str) -> dict[str, dict[str, str]]:
    """Every text of a language, by section and code; English for a language that we do not speak."""
    code = language if language in LANGUAGES else "en"
    source = files("schemas.defaults").joinpath(f"terminal.{code}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
