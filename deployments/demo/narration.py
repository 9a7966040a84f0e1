"""What the demo says of its days, in the language that it was asked for."""

from __future__ import annotations

from decimal import Decimal

from schemas.terminal_texts import terminal_text
from tasks.report.texts import texts


def narrated(code: str, language: str, **params: object) -> str:
    """A sentence of the demo; amounts are written as people of the language write them."""
    words = texts(language)
    shown = {name: words.number(value, 2) if isinstance(value, Decimal) else value for name, value in params.items()}
    return terminal_text("demo", code, language, **shown)
