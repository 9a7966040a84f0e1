"""Pure: a document as Cegid would get it, line by line, for a person who reads a plan; it names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

Field = tuple[str, str, str]


def preview(document: Mapping[str, Any]) -> tuple[Field, ...]:
    """Type, references, lines, payments and total of a Create_Request; neither customer nor addresses."""
    return tuple(_fields(document))


def _fields(document: Mapping[str, Any]) -> Iterator[Field]:
    header = document["Header"]
    yield ("document", "", f"{header['Type']} {header['InternalReference']} ({header.get('ExternalReference', '')})")
    lines = document["Lines"]["Create_Line"]
    for number, line in enumerate(lines, start=1):
        yield (f"line {number}", "", _line(line))
    total = sum((line["Quantity"] * line["NetUnitPrice"] for line in lines), Decimal(0))
    yield ("total", "", f"{total:.2f} {header['CurrencyId']}")
    for payment in document.get("Payments", {}).get("Create_Payment", ()):
        yield ("payment", "", f"{payment['MethodId']} {payment['Amount']:.2f} {payment['CurrencyId']}")
    if transporter := header.get("OmniChannel", {}).get("Transporter"):
        yield ("carrier", "", transporter)


def _line(line: Mapping[str, Any]) -> str:
    text = f"{line['ItemIdentifier']['Reference']} x {line['Quantity']:f} at {line['NetUnitPrice']:.2f}"
    if line["UnitPrice"] == line["NetUnitPrice"]:
        return text
    return f"{text} instead of {line['UnitPrice']:.2f} {line.get('DiscountTypeId', '')}".rstrip()
