"""Rewrites HTML the way the shop does before it stores it, so that a read-back differs from what was sent."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from lxml import etree, html

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
_KNOWN = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "address",
        "b",
        "bdo",
        "big",
        "blockquote",
        "br",
        "button",
        "caption",
        "center",
        "cite",
        "code",
    }
    | {
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "dir",
        "div",
        "dl",
        "dt",
        "em",
        "fieldset",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
    }
    | {"h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "label", "legend", "li", "menu", "ol", "option", "p", "pre"}
    | {"q", "s", "samp", "select", "small", "source", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td"}
    | {"textarea", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "video", "audio", "canvas"}
)
_TAG = re.compile(r"""<([a-zA-Z][a-zA-Z0-9:]*+)((?:"[^"]*"|'[^']*'|[^>"'])*+)(?:>|\Z)""")
_OPEN_COMMENT = re.compile(r"<!--(?![\s\S]*-->)[\s\S]*")
_ATTRIBUTE = re.compile(r"""[a-zA-Z-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+)""")
_OPEN_END_TAG = re.compile(r"</[a-zA-Z][a-zA-Z0-9]*\s*$")


def purified(text: str) -> str:
    """Well-formed XHTML of the same content; plain text without markup comes back as it was."""
    if not any(mark in text for mark in "<>&\r"):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<" not in text:
        return _text(html.fromstring(f"<pre>{text}</pre>").text)
    text = _OPEN_COMMENT.sub("", text.replace("<?", "&lt;?"))
    text = _TAG.sub(_finished, text)
    text = f"{text}>" if _OPEN_END_TAG.search(text) else text
    root = html.fragment_fromstring(text, create_parent="purified")
    return _text(root.text) + "".join("".join(_written(child)) for child in root)


def _finished(tag: re.Match[str]) -> str:
    """A tag up to the next ">" or the end, without the signs in it that are no attribute, as seen on 8.2.0."""
    if tag[0].endswith(">") and "<" not in tag[2]:
        return tag[0]
    if tag[1].lower() not in _KNOWN:
        return ""
    attributes = (" " + one.replace("<", "&lt;") for one in _ATTRIBUTE.findall(tag[2]))
    return f"<{tag[1]}{''.join(attributes)}>"


def _text(text: str | None) -> str:
    return escape(text or "", quote=False)


def _attributes(element: html.HtmlElement) -> Iterator[str]:
    for name, value in element.attrib.items():
        if str(name).startswith(_UNKEPT_ATTRIBUTES):
            continue
        if not value and name != "alt":
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
    if name is etree.Comment and not str(element.text).startswith("[if"):
        yield f"<!--{element.text}-->{_text(element.tail)}"
        return
    if not isinstance(name, str) or name in _DROPPED or _is_pasted_image(element):
        yield _text(element.tail)
        return
    shown = name in _KNOWN and name not in _UNWRAPPED
    if shown:
        yield f"<{name}{''.join(_attributes(element))}{' />' if name in _VOID else '>'}"
    if name not in _VOID:
        yield _text(element.text)
        for child in element:
            yield from _written(child)
        if shown:
            yield f"</{name}>"
    yield _text(element.tail)
