"""Friendly URLs as the shop makes them from a name."""

from __future__ import annotations

import re
import unicodedata

_REMOVED = re.compile(r"[^a-z0-9\s'_:/\[\]-]")
_JOINED = re.compile(r"[\s'_:/\[\]-]+")


def slug(text: str) -> str:
    """A name in lower case without accents, its words joined by hyphens."""
    plain = "".join(
        one for one in unicodedata.normalize("NFKD", text.strip().lower()) if not unicodedata.combining(one)
    )
    return _JOINED.sub("-", _REMOVED.sub("", plain))[:128]
