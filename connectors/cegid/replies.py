"""Answers of Cegid read by the names of their elements: whatever else they hold is passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from connectors.cegid.access import SYSTEM
from schemas.documents import DocumentKey, DocumentStatus, ErpCustomer, FoundDocument, FoundLine
from schemas.errors import UnexpectedReplyError

# Not by zeep: it reads None, silently, for every member after one that it does not know.
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_STATUSES = {
    "cancel": ("CancelStatus", "CancelStatus"),
    "follow_up": ("FollowUpStatus", "FollowUpStatus"),
    "shipping": ("ShippingStatus", "ShippingStatus"),
    "return_": ("ReturnStatus", "OrderReturnStatus"),
    "payment": ("PaymentStatus", "PaymentStatus"),
    "billing": ("BillingStatus", "BillingStatus"),
    "delivery": ("DeliveryType", "DeliveryType"),
}
"""Our word, the member of OmniChannel, its enumeration."""
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
    statuses = {ours: text_of(header, f"OmniChannel/{name}") for ours, (name, _) in _STATUSES.items()}
    return DocumentStatus(
        key=key,
        internal_reference=text_of(header, "InternalReference"),
        customer_code=text_of(header, "CustomerId"),
        currency=text_of(header, "CurrencyId"),
        active=text_of(header, "Active") not in ("false", "0"),
        total_tax_incl=_decimal(text_of(header, "TaxIncludedTotalAmount")),
        total_tax_excl=_decimal(text_of(header, "TaxExcludedTotalAmount")),
        tracking=text_of(header, "OmniChannel/Tracking"),
        transporter=text_of(header, "OmniChannel/Transporter"),
        unknown=_unknown(statuses, values),
        **statuses,
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
        is_cancelled=CANCELLED in (status.cancel, text_of(header, "Status")),
        lines=tuple(_line(each) for each in reply.iterfind("{*}Lines/{*}Get_Line")),
        has_external_reference=by_external,
    )


def _line(line: etree._Element) -> FoundLine:
    said = (text_of(line, name) for name in _ITEM_NAMES)
    return FoundLine(
        references=tuple(dict.fromkeys(reference for reference in said if reference)),
        quantity=_decimal(text_of(line, "Quantity")) or Decimal(0),
        net_unit_price_tax_incl=_decimal(text_of(line, "TaxIncludedNetUnitPrice")) or Decimal(0),
    )


def _unknown(statuses: Mapping[str, str], values: Callable[[str], frozenset[str]]) -> dict[str, str]:
    return {
        _STATUSES[ours][0]: said for ours, said in statuses.items() if said and said not in values(_STATUSES[ours][1])
    }


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def read_customer(element: etree._Element) -> ErpCustomer:
    """One customer of a search."""
    return ErpCustomer(
        code=text_of(element, "CustomerId"),
        email=text_of(element, "EmailData/Email"),
        closed=text_of(element, "Closed") in ("true", "1"),
    )
