"""A text in the signs that an encoding has: what it lacks is written as the plain sign that people read for it."""

from __future__ import annotations

import unicodedata

_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u202f": " ",
        "\u00a0": " ",
        "\u0141": "L",
        "\u0142": "l",
        "\u0110": "D",
        "\u0111": "d",
        "\u0131": "i",
        "\u1e9e": "SS",
    }
)
"""What has no accent to lose, and a plain sign that everybody reads for it."""
UNKNOWN = "?"


def encodable(text: str, encoding: str) -> str:
    """The text in signs that the encoding has: as it is, else without the accent, else `?`."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_sign(each, encoding) for each in unicodedata.normalize("NFC", text))
    return text


def _sign(sign: str, encoding: str) -> str:
    bare = "".join(each for each in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(each))
    for candidate in (sign, sign.translate(_PLAIN), bare):
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    return UNKNOWN
