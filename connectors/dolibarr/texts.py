"""Pure: texts as Dolibarr keeps them, so that what it has rewritten is not taken for a change."""

from __future__ import annotations

import html
import re

from schemas.documents import Address

_TAG = re.compile(r"<[^>]*>")
_ADDRESS_PARTS = ("address1", "address2", "other")


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def stored_name(text: str) -> str:
    """A name or a label as it is kept: without tags, quotation marks and paths (docs/facts/dolibarr.md, X1)."""
    return _TAG.sub("", one_line(text)).replace('"', "").replace("../", "").replace("\\", "/").strip()


def stored_phone(text: str) -> str:
    """A telephone number as it is kept: without blanks."""
    return "".join(text.split())


def stored_address(address: Address) -> str:
    """Street, second line and note, each on its own line."""
    lines = (stored_name(getattr(address, name)) for name in _ADDRESS_PARTS)
    return "\n".join(line for line in lines if line)


def same_text(one: object, other: object) -> bool:
    """Whether two texts are the same but for blanks; nothing is the same as an empty text."""
    return " ".join(str(one or "").split()) == " ".join(str(other or "").split())


def line_text(item: str, reference: str, name: str, comment: str) -> str:
    """The description of a line; the item's reference stands on its first line, by which it is found again."""
    sold = one_line(name) if item == reference else one_line(f"{reference} {name}")
    return "\n".join(text for text in (item, sold, comment.strip()) if text)


def first_line(text: object) -> str:
    """The first line of a description, which comes back as text or as HTML (docs/facts/dolibarr.md, O1)."""
    return html.unescape(re.split(r"<br ?/?>|\r?\n", str(text or ""), maxsplit=1)[0]).strip()
