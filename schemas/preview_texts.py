"""The words in which a plan shows a document as the ERP would get it, in the shop's language."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from schemas.terminal_texts import terminal_text

_POINT: Mapping[str, str] = {"fr": ","}


def previewed(code: str, language: str, **params: object) -> str:
    """The text of `code`, its numbers as the language writes them."""
    return terminal_text("preview", code, language, **{name: _shown(value, language) for name, value in params.items()})


def number_in(number: Decimal, language: str) -> str:
    """The number as the language writes it, without marks between its thousands."""
    return f"{number:f}".replace(".", _POINT.get(language, "."))


def _shown(value: object, language: str) -> str:
    return number_in(value, language) if isinstance(value, Decimal) else str(value)
