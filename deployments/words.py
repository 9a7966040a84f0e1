"""What the command says, in the shop's language, or in that of the terminal where no shop is read yet."""

from __future__ import annotations

from schemas.fault_texts import command_texts, language_of_locale
from schemas.filled import filled


def said(text: str, language: str = "", **params: object) -> str:
    """One of the English texts of the command in this language, its fields filled."""
    spoken = language or language_of_locale()
    told = command_texts().get(text, text) if spoken == "fr" else text
    return filled(told, spoken, **params) if params else told
