"""Texts that somebody else wrote, without e-mail addresses and other words that name a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

STRUCK_OUT = "***"
_SHORTEST = 2
# Sought only where a word begins: from every letter of a long word, the time would grow with its square.
_E_MAIL = re.compile(r"(?<![^\s@<>\"(),;:='\[\]&?])[^\s@<>\"(),;:='\[\]&?]+(?:@|%40)[^\s@<>\"(),;:='\[\]&?]+")


def without_emails(text: str) -> str:
    """The text with every e-mail address struck out, also as an address of the web writes it."""
    return _E_MAIL.sub(STRUCK_OUT, text)


def struck_out(text: str, words: Iterable[str]) -> str:
    """The text without these words and without e-mail addresses, whatever their case."""
    for word in sorted({word for word in words if len(word) >= _SHORTEST}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", STRUCK_OUT, text, flags=re.IGNORECASE)
    return without_emails(text)
