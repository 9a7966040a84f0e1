"""Rewrites HTML the way the shop does before it stores it, so that a read-back differs from what was sent."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOID = frozenset({"br", "hr", "img", "col", "input", "source"})
_DROPPED = frozenset({"script", "style", "iframe", "object", "embed", "form"})
# HTML 4 knows none of them: what stands in them stays, as seen on 8.2.0.
_UNWRAPPED = frozenset(
    {"html", "body", "section", "article", "aside", "nav", "header", "footer", "main", "mark", "time"}
    | {"figure", "figcaption", "details", "summary"}
)
_UNKEPT_ATTRIBUTES = ("on", "data-", "aria-", "role")
_COLOURS = {"red": "#FF0000", "blue": "#0000FF", "green": "#008000", "black": "#000000", "white": "#FFFFFF"}
_OPEN_END_TAG = re.compile(r"</[a-zA-Z][a-zA-Z0-9]*\s*$")


def purified(text: str) -> str:
    """Well-formed XHTML of the same content; plain text without markup comes back as it was."""
    if not any(mark in text for mark in "<>&\r"):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<" not in text:
        return _text(html.fromstring(f"<pre>{text}</pre>").text)
    text = f"{text}>" if _OPEN_END_TAG.search(text) else text
    root = html.fragment_fromstring(text, create_parent="purified")
    return _text(root.text) + "".join("".join(_written(child)) for child in root)


def _text(text: str | None) -> str:
    return escape(text or "", quote=False)


def _attributes(element: html.HtmlElement) -> Iterator[str]:
    for name, value in element.attrib.items():
        if str(name).startswith(_UNKEPT_ATTRIBUTES):
            continue
        content = _style(str(value)) if name == "style" else str(value)
        if name in {"color", "bgcolor"}:
            content = _COLOURS.get(content.lower(), content)
        yield f' {name}="{escape(content)}"'
        if name == "lang":
            yield f' xml:lang="{escape(content)}"'


def _style(value: str) -> str:
    declarations = [one.strip() for one in value.split(";") if one.strip()]
    return "".join(
        f"{name.strip()}:{content.strip()};" for name, _, content in (d.partition(":") for d in declarations)
    )


def _is_pasted_image(element: html.HtmlElement) -> bool:
    """An image whose address has the scheme `data` goes as a whole, as seen on 8.2.0."""
    return element.tag == "img" and str(element.get("src", "")).strip().lower().startswith("data:")


def _written(element: html.HtmlElement) -> Iterator[str]:
    name = element.tag
    if not isinstance(name, str) or name in _DROPPED or _is_pasted_image(element):
        yield _text(element.tail)
        return
    shown = name not in _UNWRAPPED
    if shown:
        yield f"<{name}{''.join(_attributes(element))}{' />' if name in _VOID else '>'}"
    if name not in _VOID:
        yield _text(element.text)
        for child in element:
            yield from _written(child)
        if shown:
            yield f"</{name}>"
    yield _text(element.tail)
