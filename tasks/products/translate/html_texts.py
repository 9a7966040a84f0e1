"""Two HTML texts compared as the shop's purifier leaves them: their words, or their words and markup."""

from __future__ import annotations

import html
import re

from lxml import etree
from lxml.html import HtmlElement, defs, fragment_fromstring

# Without "<" in it: from each of many that are never closed, the search would run to the end of the text.
# A "<" that no letter, "/" or "!" follows begins no tag: "1 < 2 > 0" is text (facts H1, H4).
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_SPACE = re.compile(r"[\s\u00a0]+")
# An end tag that the text breaks off in is closed.
_OPEN_END_TAG = re.compile(r"</[a-zA-Z][a-zA-Z0-9]*\s*$")
# A tag goes on to the next ">" or to the end, another "<" included; what is no attribute in it goes (facts H4).
_WHOLE_TAG = re.compile(r"""<([a-zA-Z][a-zA-Z0-9:]*+)((?:"[^"]*"|'[^']*'|[^>"'])*+)(>|\Z)""")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>=]+)""")
# HTML 4 has none of them: the purifier keeps what stands in them (facts H2).
_UNWRAPPED = frozenset(
    {"article", "aside", "details", "figcaption", "figure", "footer", "header", "main", "mark", "nav", "section"}
    | {"summary", "time", "o:p"}
)
_HTML = frozenset(defs.tags) - _UNWRAPPED
_DROPPED = frozenset({"script", "style", "iframe", "object", "embed", "form"})
_SILENT = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|$)|<!--.*?(?:-->|$)", re.DOTALL | re.IGNORECASE)


def words(text: str) -> str:
    """The text without tags, entities and space: what no purifier changes."""
    return _SPACE.sub("", html.unescape(_TAG.sub(" ", _SILENT.sub(" ", _closed(text)))))


def has_same_markup(left: str, right: str) -> bool:
    """Whether both read and look the same once a purifier has closed, ordered and cleaned their tags."""
    if left == right or _folded(left) == _folded(right):
        return True
    if words(left) != words(right):
        return False
    try:
        if "<o:p" in left.casefold():
            return _without_empty_paragraphs(_parsed(left)) == _without_empty_paragraphs(_parsed(right))
        return _parsed(left) == _parsed(right)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return False


def _folded(text: str) -> str:
    tags = _TAG.sub(lambda tag: _SPACE.sub("", tag[0].lower()).replace("/>", ">").replace("'", '"'), text)
    return _SPACE.sub(" ", html.unescape(tags)).strip()


def _closed(text: str) -> str:
    text = _WHOLE_TAG.sub(_tag, text.replace("<?", "&lt;?"))
    return f"{text}>" if _OPEN_END_TAG.search(text) else text


def _tag(found: re.Match[str]) -> str:
    name, held, end = found.groups()
    if end and "<" not in held:
        return found[0]
    if name.lower() not in _HTML:
        return ""
    attributes = (f" {key}={value.replace('<', '&lt;')}" for key, value in _ATTRIBUTE.findall(held))
    return f"<{name}{''.join(attributes)}>"


def _without_empty_paragraphs(parts: list[str]) -> list[str]:
    """Of `<o:p>`, which a word processor writes into paragraphs, the purifier makes paragraphs of their own."""
    kept: list[str] = []
    for part in parts:
        if part == "/p" and kept and kept[-1].partition(" ")[0] == "p":
            kept.pop()
        else:
            kept.append(part)
    return kept


def _parsed(text: str) -> list[str]:
    """Opening tags with their attributes in order, words and closing tags; what a purifier drops is left out."""
    found: list[str] = []
    _append(fragment_fromstring(_closed(text), create_parent="div"), found)
    return found


def _append(element: HtmlElement, found: list[str]) -> None:
    """Walks with a stack of its own: a text of the ERP may nest as deep as it likes."""
    waiting: list[tuple[HtmlElement, bool]] = [(element, False)]
    while waiting:
        node, is_end = waiting.pop()
        is_kept = isinstance(node.tag, str) and node.tag not in _DROPPED
        if is_end:
            if is_kept and node.tag in _HTML:
                found.append(f"/{node.tag}")
            _append_text(node.tail, found)
            continue
        waiting.append((node, True))
        if is_kept:
            if node.tag in _HTML:
                found.append(" ".join([str(node.tag), *sorted(_attributes(node))]))
            _append_text(node.text, found)
            waiting += [(child, False) for child in reversed(node)]


def _append_text(text: str | None, found: list[str]) -> None:
    kept = _SPACE.sub("", text or "")
    if kept and found and found[-1].startswith("="):
        found[-1] += kept
    elif kept:
        found.append("=" + kept)


def _attributes(element: HtmlElement) -> list[str]:
    pairs = [(str(name).lower(), str(value)) for name, value in element.attrib.items()]
    kept = ((name, value) for name, value in pairs if value and not name.startswith(_UNKEPT_ATTRIBUTES))
    return [f"{name}={_value(name, value)}" for name, value in kept]


def _value(name: str, value: str) -> str:
    squeezed = _SPACE.sub("", value)
    if name in {"color", "bgcolor"}:
        return _COLOURS.get(squeezed.lower(), squeezed.lower())
    if name != "style":
        return squeezed
    declarations = (one.partition(":") for one in squeezed.lower().split(";") if one)
    return ";".join(f"{field}:{_COLOURS.get(value, value)}" for field, _, value in declarations)


_UNKEPT_ATTRIBUTES = ("on", "data-", "aria-", "role", "xml:lang")
_COLOURS = {
    "aqua": "#00ffff",
    "black": "#000000",
    "blue": "#0000ff",
    "fuchsia": "#ff00ff",
    "gray": "#808080",
    "green": "#008000",
    "lime": "#00ff00",
    "maroon": "#800000",
    "navy": "#000080",
    "olive": "#808000",
    "orange": "#ffa500",
    "purple": "#800080",
    "red": "#ff0000",
    "silver": "#c0c0c0",
    "teal": "#008080",
    "white": "#ffffff",
    "yellow": "#ffff00",
}
"""The names of colours that the purifier writes as numbers (facts H1)."""
