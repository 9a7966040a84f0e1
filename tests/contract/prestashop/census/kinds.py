"""A request to the webservice is reduced to its kind: everything but the values in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import parse_qsl

from lxml import etree

Elements: TypeAlias = frozenset[str]
"""What is asked for or sent: `price`, `name[language]`, `categories[id]`, `order_rows[product_id]`."""

# In the order in which they are tried: the first that fits is the form of a filter's value.
_FORMS = (
    ("empty", r"(\[\])?"),
    ("between", r"\[[\d.:\s-]+,[\d.:\s-]+\]"),
    ("any", r"\[.*\|.*\]"),
    ("greater", r">\[.*\]"),
    ("less", r"<\[.*\]"),
    ("not", r"!\[.*\]"),
    ("contains", r"%\[.*\]%"),
    ("begins", r"\[.*\]%"),
    ("ends", r"%\[.*\]"),
    ("bracketed", r"\[.*\]"),
)
_FILTER = re.compile(r"filter\[(.+)\]")
_SAME = {"passerelle_order_returns": "order_returns"}
"""The module's returns have another name since 9.1, where the core has some of its own: one kind."""
_WRITES = frozenset({"POST", "PUT", "PATCH"})
_ENUMERATED = frozenset({"mode", "found", "named_by", "sendemail", "schema", "date", "alerts"})
"""Parameters whose value is a choice between few."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its name, and the elements that one request of it named."""

    name: str
    elements: Elements


def kind_of(method: str, target: str, body: bytes) -> Kind:
    """The kind of a request to `/api/...`."""
    head, elements = _head(method, target)
    if method in _WRITES and body:
        number, sent = _sent(body)
        return Kind(f"{head} {number}", elements | sent)
    return Kind(head, elements)


@lru_cache(maxsize=4_096)
def _head(method: str, target: str) -> tuple[str, Elements]:
    path, _, query = target.partition("?")
    resource, *rest = [part for part in path.removeprefix("/api").split("/") if part] or ["(root)"]
    words = [method, _SAME.get(resource, resource) + ("/id" if rest else "")]
    elements: Elements = frozenset()
    for name, value in sorted(parse_qsl(query, keep_blank_values=True)):
        if name == "display" and value.startswith("["):
            elements = frozenset(_displayed(value))
            words.append("display=fields")
        else:
            words.append(_parameter(name, value))
    return " ".join(words), elements


def _parameter(name: str, value: str) -> str:
    if name in {"display", "sort", "output_format", *_ENUMERATED}:
        return f"{name}={value}"
    if name.startswith("price["):
        return f"{name}={'n' if name.endswith('[group]') else value}"
    form = form_of(value) if _FILTER.fullmatch(name) else _form_of_parameter(name, value)
    return f"{name}={form}" if form else name


def _form_of_parameter(name: str, value: str) -> str:
    match name:
        case "limit":
            return "from,n" if "," in value else "n"
        case "id":
            return form_of(value) if "|" in value else "several" if "," in value else "one"
        case "id_shop" | "id_group_shop" | "id_shop_group" | "wait":
            return "all" if value == "all" else "n"
        case "language" | "topics":
            return "several" if value.startswith("[") or "|" in value else "one"
        case _:
            return ""


def form_of(value: str) -> str:
    """The form of a filter's value: `any` of a list, `between`, `greater`; `equal` for a bare text."""
    return next((form for form, pattern in _FORMS if re.fullmatch(pattern, value, re.DOTALL)), "equal")


def _displayed(display: str) -> Iterator[str]:
    for part in re.findall(r"[^,\[\]]+(?:\[[^\]]*\])?", display[1:-1]):
        name, _, inner = part.partition("[")
        yield from (f"{name}[{one}]" for one in inner.rstrip("]").split(",")) if inner else (name,)


def _sent(body: bytes) -> tuple[str, Elements]:
    """Whether a document holds one or several entities, and the elements of all of them; the parts of one in JSON."""
    if body.startswith(b"{"):
        return "json", frozenset(json.loads(body))
    try:
        root = etree.fromstring(body)
    except etree.XMLSyntaxError:
        return "lines", frozenset()
    names: set[str] = set()
    for entity in root:
        for field in entity:
            if field.tag != "associations":
                names.add(_named(field))
                continue
            for association in field:
                names |= {f"{association.tag}[{cell.tag}]" for row in association for cell in row} or {
                    f"{association.tag}[]"
                }
    return "one" if len(root) == 1 else "several" if len(root) else "none", frozenset(names)


def _named(field: etree._Element) -> str:
    if not len(field):
        return str(field.tag)
    if field[0].tag == "language":
        return f"{field.tag}[language]"
    return f"{field.tag}[nested]"
