"""Entities to XML and back, as the webservice writes and reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from lxml import etree

from connectors.prestashop.resources import NEVER_SENT_ASSOCIATIONS, Resource, singular

_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
_TAIL = b"</prestashop>"
ENVELOPE_BYTES = len(_HEAD) + len(_TAIL)

# Not allowed in XML 1.0; the webservice answers 500 code 127 (D31).
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_BYTES = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# A bare carriage return would be read as a line feed.
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#13;"}
_SIX_DECIMALS = Decimal("0.000001")
_SHORT = 24
"""Signs of a text that many rows may share: a number, a date, a code."""


class UnreadableError(ValueError):
    """What came is no whole document of the webservice."""


def wire_text(value: Any) -> str:
    """`value` as the shop reads it: booleans 1 or 0, decimals plain with 6 decimals, times without zone.

    Texts keep their spaces and lose the characters XML cannot carry. TypeError for a float: money is Decimal.
    """
    if isinstance(value, str):
        # None of them is printable, which is seen at a fraction of the cost.
        return value if value.isprintable() else _FORBIDDEN.sub("", value)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        # 14 significant digits survive in the shop; never an exponent, never empty (D17).
        return format(value.quantize(_SIX_DECIMALS), "f")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in the webservice")


def entity_xml(entity: Mapping[str, Any], resource: Resource) -> bytes:
    """One entity as a node, without any white space between tags (D30) and without what must never be sent.

    A field that is None is left out: it is never sent empty (D17). Names of fields are ours, values are escaped.
    """
    parts = [f"<{resource.node}>"]
    for name, value in entity.items():
        if type(value) is str and name not in resource.never_sent:
            parts.append(_element(name, value) if len(value) <= _SHORT else f"<{name}>{_escaped(value)}</{name}>")
        elif type(value) is int and name not in resource.never_sent:
            parts.append(f"<{name}>{value}</{name}>")
        elif name == "associations":
            parts += _associations(value, resource)
        elif not isinstance(value, str) and isinstance(value, Mapping):
            parts.append(f"<{name}>")
            parts += [f'<language id="{int(lang)}">{_escaped(text)}</language>' for lang, text in value.items()]
            parts.append(f"</{name}>")
        elif value is not None and name not in resource.never_sent:
            parts.append(f"<{name}>{_escaped(value)}</{name}>")
    parts.append(f"</{resource.node}>")
    # Written as text: three times faster than through a tree, and a stock import is little else.
    return "".join(parts).encode()


def _associations(associations: Mapping[str, Any], resource: Resource) -> list[str]:
    parts = []
    for name, rows in associations.items():
        if name in NEVER_SENT_ASSOCIATIONS:
            continue
        node = resource.associations.get(name) or singular(name)
        texts = ("".join(f"<{field}>{_escaped(value)}</{field}>" for field, value in row.items()) for row in rows)
        parts.append(f"<{name}>" + "".join(f"<{node}>{text}</{node}>" for text in texts) + f"</{name}>")
    return ["<associations>", *parts, "</associations>"] if parts else []


def _escaped(value: Any) -> str:
    text = wire_text(value)
    return text if text.isalnum() else text.translate(_ESCAPES)


@lru_cache(maxsize=4096)
def _element(name: str, value: str) -> str:
    """Thousands of rows share most of their values: each is written once."""
    return f"<{name}>{_escaped(value)}</{name}>"


def document(entities: Iterable[bytes]) -> bytes:
    """Entities already written as nodes, as one document."""
    return _HEAD + b"".join(entities) + _TAIL


def parse(body: bytes) -> etree._Element:
    """The root of an answer, from its first `<?xml` on: PHP may print warnings before it (D27).

    Raises UnreadableError when there is no document, it breaks off, or it is somebody else's.
    """
    start = body.find(b"<?xml")
    if start > 0:
        body = body[start:]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(_FORBIDDEN_BYTES.sub(b"", body), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError from error
    if root.tag != "prestashop":
        raise UnreadableError
    return root


def written_ids(body: bytes, node: str, expected: int) -> list[int]:
    """The ids that the answer to a write of `expected` entities names, in its order; empty when it cannot be read."""
    # Rows of associations carry attributes, the entities themselves do not: no tree is needed.
    found = re.findall(rb"<" + node.encode() + rb">\s*<id>(?:<!\[CDATA\[)?(\d+)", body)
    if len(found) == expected:
        return [int(text) for text in found]
    try:
        root = parse(body)
    except UnreadableError:
        return []
    return [int(text) for child in root if (text := (child.findtext("id") or "").strip()).isdigit()]


def echoed(body: bytes, field: str) -> list[str]:
    """The values of a plain `field` of the entities that the answer to a write tells, in its order."""
    return [text.decode() for text in re.findall(rb"<%s(?: [^>]*)?>(?:<!\[CDATA\[)?(\d*)" % field.encode(), body)]


def entities_in(body: bytes, resource: Resource) -> list[dict[str, Any]]:
    """The entities of a list with `display`, values as they are written in it."""
    root = parse(body)
    wrapper = root[0] if len(root) else None
    return [] if wrapper is None else [_entity(node, resource) for node in wrapper if isinstance(node.tag, str)]


def _entity(node: etree._Element, resource: Resource) -> dict[str, Any]:
    entity: dict[str, Any] = {}
    for field in node:
        name = str(field.tag)
        if name == "associations":
            entity[name] = {str(group.tag): [_row(row) for row in group] for group in field}
        elif name in resource.i18n or (len(field) and field[0].tag == "language"):
            entity[name] = {int(text.get("id", "0")): text.text or "" for text in field}
        else:
            entity[name] = field.text or ""
    return entity


_HREF = "{http://www.w3.org/1999/xlink}href"


def _row(row: etree._Element) -> dict[str, str]:
    """One member of an association: its fields, and its id from the link where no field says it.

    Under PHP 8 a member whose resource declares no fields has no `<id>` (fact F1).
    """
    told = {str(field.tag): field.text or "" for field in row}
    if "id" not in told and (number := row.get(_HREF, "").rpartition("/")[2]).isdigit():
        told["id"] = number
    return told
