"""Texts whose letters were lost or converted twice before the file was written."""

from __future__ import annotations

import re

import polars as pl

from schemas.cell_reason import Reason, containing

# UTF-8's two bytes of a Latin letter, and its dashes, quotes, euro and ligature, as Windows-1252 shows them, or as
# ISO 8859-1 does: with control characters in them.
CONVERTED_TWICE = (
    "[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸŽ]|â€[\u0080-\uffff]|â‚¬|Å[“’](?=\\w)|[âÅ][\u0080-\u009f]"  # noqa: RUF001
)
"""Matches in Python what UTF-8 looks like that was read as Windows-1252."""
_CONVERTED_TWICE = CONVERTED_TWICE.replace(r"(?=\w)", r"\w")
LOST = "\ufffd"
"""Stands where a program met bytes that it could not read."""
SEEN_AS_CP1252 = re.compile(CONVERTED_TWICE)


def broken_text_reasons(cell: pl.Expr) -> tuple[Reason, ...]:
    """Why the letters of a text are not those that somebody wrote."""
    return (
        containing("converted_twice", cell, _CONVERTED_TWICE),
        containing("characters_lost", cell, LOST),
    )
