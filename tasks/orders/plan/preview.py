"""Pure: an order as the ERP would get it, line by line, for a person who reads a plan; it names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from schemas.run_report import PlannedChange

Field = tuple[str, str, str]


def preview(key: str, document: Mapping[str, Any], kind: str = "order") -> PlannedChange:
    """The document's type, references, lines, payments and total; neither customer nor addresses."""
    return PlannedChange(key, kind, "create", tuple(_fields(document)))


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
    said = f"{line['ItemIdentifier']['Reference']} x {line['Quantity']:f} at {line['NetUnitPrice']:.2f}"
    if line["UnitPrice"] == line["NetUnitPrice"]:
        return said
    return f"{said} instead of {line['UnitPrice']:.2f} {line.get('DiscountTypeId', '')}".rstrip()
