"""Texts from outside as a terminal or a log may show them: nothing in them moves a cursor or hides a letter."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT = frozenset("\n\t\u200c\u200d")
"""Line ends and tabs, and what joins letters and pictures of one word."""


def shown(text: str) -> str:
    """The text, each control and invisible character and each byte of no encoding as U+FFFD; its lines stay lines."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        "\ufffd" if character not in _KEPT and unicodedata.category(character) in _UNSEEN else character
        for character in text
    )


def shown_name(name: str) -> str:
    """The name of a file, on one line, what cannot be seen in it as `_`."""
    return shown(name).translate({ord("\n"): "_", ord("\t"): "_", 0xFFFD: "_"})
