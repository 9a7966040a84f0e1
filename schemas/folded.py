"""Names as people, and the collation of the shop's database, compare them."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
# The non-breaking hyphen is decomposed into U+2010; people read all of them as "-".
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2012\u2013\u2212", "-"))
_MEASURE = re.compile(r"\d+,\d+(?: ?[a-z]{1,3})?")


def fold(name: str) -> str:
    """The name without case, accents and surplus white space: `" Été  Doux"` and `"ete doux"` are one name.

    So are `36,5` and `36.5`, with or without a unit, and `36-38` with whatever hyphen.
    """
    letters = unicodedata.normalize("NFKD", name.casefold().translate(_LIGATURES))
    plain = " ".join("".join(c for c in letters if not unicodedata.combining(c)).translate(_HYPHENS).split())
    return plain.replace(",", ".") if _MEASURE.fullmatch(plain) else plain
