"""What two answers must have in common when the ids, dates and hosts in them differ."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

HREF = "{http://www.w3.org/1999/xlink}href"
PHP_WARNING = 3
NOT_XML = 127
UNKNOWN_RESOURCE = 27
NAMES_AN_ID = {87, 131}
ERROR = re.compile(
    r"<error>\s*<code><!\[CDATA\[(\d+)\]\]></code>\s*<message><!\[CDATA\[(.*?)\]\]></message>", re.DOTALL
)
LEFT_OUT = {"images", "id_default_image", "search"}
"""The sandbox has neither pictures nor a search; in the recorded shop every demo product has a picture."""

VOLATILE = re.compile(
    r"(id|id_.*|.*_id|date_.*|.*_date|position|position_in_category|cache_default_attribute|passwd|secure_key"
    r"|last_passwd_gen|newsletter_date_add|product_attribute_id|delivery_option|shop_address)$"
)
"""Fields whose values are the shop's own and differ from run to run."""


def of(element: etree._Element, *, texts: bool = False) -> list[str]:
    """One line per element: its path, its attributes, and its text where `texts` asks for it."""
    lines: list[str] = []
    _walk(element, "", lines, texts=texts)
    return lines


def _walk(element: etree._Element, path: str, lines: list[str], *, texts: bool) -> None:
    tag = str(element.tag)
    if tag in LEFT_OUT:
        return
    here = f"{path}/{tag}"
    text = (element.text or "").strip() if texts and not len(element) and not VOLATILE.match(_field(element)) else ""
    lines.append(f"{here} {_attributes(element)} {text}".rstrip())
    for child in element:
        _walk(child, here, lines, texts=texts)


def _field(element: etree._Element) -> str:
    parent = element.getparent()
    return str(parent.tag) if element.tag == "language" and parent is not None else str(element.tag)


def _attributes(element: etree._Element) -> str:
    shown = []
    for name, value in element.items():
        if name == HREF:
            shown.append("href")
        elif name == "shopName":
            shown.append(name)
        elif name == "id" and element.tag != "language":
            shown.append("id")
        else:
            shown.append(f"{name!s}={value!s}")
    return " ".join(shown)


def of_json(value: Any, path: str = "") -> list[str]:
    """One line per value of a JSON answer: its path and its type."""
    if isinstance(value, dict):
        members = [
            line for key, item in value.items() if key not in LEFT_OUT for line in of_json(item, f"{path}/{key}")
        ]
        return members or [f"{path} {{}}"]
    if isinstance(value, list):
        return [line for item in value for line in of_json(item, f"{path}[]")] or [f"{path} []"]
    return [f"{path} {type(value).__name__}"]


def errors(answer: bytes) -> list[tuple[int, str]]:
    """Codes and messages; the texts of PHP and of its XML parser are their own business.

    Found in the text: an error that quotes a control character is itself no XML.
    """
    found = []
    for told, message in ERROR.findall(answer.decode()):
        code = int(told)
        if code in {PHP_WARNING, NOT_XML}:
            found.append((code, ""))
        elif code == UNKNOWN_RESOURCE:
            found.append((code, message.split(" The full list is")[0]))
        else:
            found.append((code, re.sub(r"\d+", "N", message) if code in NAMES_AN_ID else message))
    return found
