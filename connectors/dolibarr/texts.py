"""Pure: texts as Dolibarr keeps them, so that what it has rewritten is not taken for a change."""

from __future__ import annotations

import html
import re
import unicodedata

from schemas.documents import Address

_TAG = re.compile(r"<[^>]*>")
_ACTIVE = re.compile(
    r"<(script|style|iframe)\b[^>]*>.*?</\1\s*>|</?(?:script|style|iframe)\b[^>]*>", re.DOTALL | re.IGNORECASE
)
_UNKEPT = re.compile(r"""[\s'/\\:*?"<>|\[\],;=°$`~()]""")
"""What a product's reference does not keep (docs/facts/dolibarr.md, C1), and brackets, which no filter may hold."""
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


def stored_reference(text: str) -> str:
    """A product's reference as it is kept: without accents, tags and quotation marks, few signs beside letters."""
    plain = unicodedata.normalize("NFD", stored_name(text))
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return re.sub(r"--+", "_", _UNKEPT.sub("_", plain).replace("..", ""))


def kept_html(text: str) -> str:
    """A text of the shop without what Dolibarr takes apart: of a script or a style sheet it would show the inside."""
    return _ACTIVE.sub("", text).strip()


def seen_text(text: object) -> str:
    """What a person reads of a text in HTML, which comes back with other tags (docs/facts/dolibarr.md, C2)."""
    return " ".join(html.unescape(_TAG.sub(" ", str(text or ""))).split())
