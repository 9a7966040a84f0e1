"""Answers of Cegid read by the names of their elements: whatever else they hold is passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from connectors.cegid.access import SYSTEM
from connectors.cegid.document_key import DocumentKey
from schemas.erp import DocumentStatus, ErpCustomer, FoundDocument, FoundLine
from schemas.erps.cegid import STATUS_MEMBERS
from schemas.errors import UnexpectedReplyError

# Not by zeep: it reads None, silently, for every member after one that it does not know.
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_STATUSES = {name: name for name in (*STATUS_MEMBERS, "DeliveryType")} | {"ReturnStatus": "OrderReturnStatus"}
"""The members of OmniChannel that hold a status, and the enumeration of each."""
ACTIVE = "Active"
"""The member of the header that is beside them: false for a document that was closed."""
CANCELLED = "Canceled"
_ITEM_NAMES = ("ItemReference", "ItemCode", "ItemId", "CatalogReference")
"""The members of a line that name its item: a bar code that was sent as a reference may be answered otherwise."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What the connection test says."""

    version: str
    """Of Cegid Retail, such as `14.0.0.800`."""
    culture: str
    """The language of faults, such as `fr-FR`."""
    database: str
    identity: str
    text: str
    """All of it, as Cegid said it."""


def read_hello(text: str) -> Hello:
    """The connection test's lines; what is not there is empty."""
    parts = (line.partition(":") for line in text.splitlines())
    lines = {name.strip(): _in_brackets(value) for name, _, value in parts}
    return Hello(
        version=lines.get("CBR Version", ""),
        culture=lines.get("CurrentUICulture", lines.get("CurrentCulture", "")),
        database=lines.get("DataBaseId", ""),
        identity=lines.get("Current Identity", ""),
        text=text,
    )


def _in_brackets(text: str) -> str:
    return text.strip().removeprefix("(").partition(")")[0]


def as_tree(element: etree._Element) -> dict[str, Any]:
    """The element as a dict by name, to be sent back: texts, dicts, lists where a name repeats; empty ones left out."""
    tree: dict[str, Any] = {}
    for child in element:
        if child.get(_NIL) in ("true", "1"):
            continue
        value = as_tree(child) if len(child) else (child.text or "")
        if value in ("", {}):
            continue
        name = local_name(child)
        if name not in tree:
            tree[name] = value
        elif isinstance(tree[name], list):
            tree[name].append(value)
        else:
            tree[name] = [tree[name], value]
    return tree


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def text_of(element: etree._Element, path: str) -> str:
    """The text at `A/B/C`, whatever the namespaces; empty where there is none."""
    found = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if found is None else (found.text or "").strip()


def read_key(element: etree._Element | None, action: str) -> DocumentKey:
    """The key of a document."""
    if element is None:
        raise UnexpectedReplyError("the answer names no document", system=SYSTEM, action=action)
    number = text_of(element, "Number")
    if not number.isdecimal():
        raise UnexpectedReplyError("the answer's document has no number", system=SYSTEM, action=action)
    return DocumentKey(text_of(element, "Type"), text_of(element, "Stump"), int(number))


def read_header(header: etree._Element, action: str, values: Callable[[str], frozenset[str]]) -> DocumentStatus:
    """The status of a document from its header; `values` gives the values of an enumeration in this tenant."""
    key = read_key(header.find("{*}Key"), action)
    statuses = {name: text_of(header, f"OmniChannel/{name}") for name in _STATUSES}
    return DocumentStatus(
        number=key.as_number(),
        type=key.type,
        internal_reference=text_of(header, "InternalReference"),
        customer_code=text_of(header, "CustomerId"),
        currency=text_of(header, "CurrencyId"),
        total_tax_incl=_decimal(text_of(header, "TaxIncludedTotalAmount")),
        total_tax_excl=_decimal(text_of(header, "TaxExcludedTotalAmount")),
        values=statuses | {ACTIVE: text_of(header, ACTIVE)},
        tracking=text_of(header, "OmniChannel/Tracking"),
        carrier_code=text_of(header, "OmniChannel/Transporter"),
        is_cancelled=CANCELLED in (statuses["CancelStatus"], text_of(header, "Status")),
        unknown={name: reason for name, reason in statuses.items() if reason and reason not in values(_STATUSES[name])},
    )


def read_document(
    reply: etree._Element, action: str, values: Callable[[str], frozenset[str]], *, by_external: bool
) -> FoundDocument:
    """A whole document from a Get_Reply."""
    header = reply.find("{*}Header")
    if header is None:
        raise UnexpectedReplyError("the answer's document has no header", system=SYSTEM, action=action)
    status = read_header(header, action, values)
    return FoundDocument(
        status=status,
        day=text_of(header, "Date")[: len("2026-11-21")],
        is_cancelled=status.is_cancelled,
        lines=tuple(_line(each) for each in reply.iterfind("{*}Lines/{*}Get_Line")),
        has_external_reference=by_external,
    )


def _line(line: etree._Element) -> FoundLine:
    reason = (text_of(line, name) for name in _ITEM_NAMES)
    return FoundLine(
        references=tuple(dict.fromkeys(reference for reference in reason if reference)),
        quantity=_decimal(text_of(line, "Quantity")) or Decimal(0),
        net_unit_price_tax_incl=_decimal(text_of(line, "TaxIncludedNetUnitPrice")) or Decimal(0),
    )


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def customer_of(record: Mapping[str, Any]) -> ErpCustomer:
    """A customer from its whole record."""
    email = record.get("EmailData") or {}
    return ErpCustomer(
        code=str(record.get("CustomerId") or ""),
        email=str(email.get("Email") or "").strip(),
        lastname=str(record.get("LastName") or ""),
        firstname=str(record.get("FirstName") or ""),
        closed=str(record.get("Closed")) in ("true", "1"),
        record=record,
    )


def read_customer(element: etree._Element) -> ErpCustomer:
    """One customer of a search: its record is not told."""
    return ErpCustomer(
        code=text_of(element, "CustomerId"),
        email=text_of(element, "EmailData/Email"),
        closed=text_of(element, "Closed") in ("true", "1"),
    )
