"""What the command says, in the shop's language, or in that of the terminal where no shop is read yet."""

from __future__ import annotations

from schemas.fault_texts import command_texts, language_of_locale


def said(text: str, language: str = "", **params: object) -> str:
    """One of the English texts of the command in this language, its fields filled."""
    told = command_texts().get(text, text) if (language or language_of_locale()) == "fr" else text
    return told.format(**params) if params else told
