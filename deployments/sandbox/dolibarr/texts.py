"""What Dolibarr makes of the texts that it is given, as recorded."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

_TAG = re.compile(r"<[^>]*>")


def name(text: str) -> str:
    """A name or a label: no tags, no quotation marks, no paths."""
    return _TAG.sub("", text).replace('"', "").replace("../", "").replace("\\", "/").strip()


def reference(text: str) -> str:
    """The reference of a product: of few characters."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name(text)) if not unicodedata.combining(each))
    return re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("_")


def product_reference(text: str) -> str:
    """The reference of a product, as recorded of one sign after the other."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name(text)) if not unicodedata.combining(each))
    plain = re.sub(r"""[ '/\\:*?"<>|\[\],;=°$`~]""", "_", plain)
    return re.sub(r"--+", "_", plain).replace("..", "")


def kept_html(text: str) -> str:
    """A description or a note: without scripts and classes, its entities as characters, its breaks as HTML 5."""
    text = re.sub(r"&(?!(?:amp|lt|gt|quot);)(#?\w+);", lambda found: unescape(found[0]), html(text))
    return re.sub(r"<br\s*/>", "<br>", text)


def description(text: str, *, breaks: bool) -> str:
    """The description of a line: what has no tags becomes HTML, its line feeds included where `breaks` says so."""
    if _TAG.search(text):
        return html(text)
    text = re.sub(r"&(?!\w+;)", "&amp;", text)
    return re.sub(r"\r?\n", "<br>\n", text) if breaks else text


def html(text: str) -> str:
    """A note: without scripts, classes and what an event would start."""
    text = re.sub(r"</?(?:script|iframe|style)[^>]*>", "", text)
    return re.sub(r"""\s(?:class|on\w+)=("[^"]*"|'[^']*')""", "", text)


def phone(text: str) -> str:
    """A telephone number: without blanks."""
    return "".join(text.split())


@lru_cache(maxsize=100_000)
def folded(text: str) -> str:
    """A text as the database compares it: neither case nor accents nor trailing blanks."""
    plain = unicodedata.normalize("NFKD", text.rstrip())
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold()
