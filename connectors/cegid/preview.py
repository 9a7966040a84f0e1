"""Pure: a document as Cegid would get it, line by line, for a person who reads a plan; it names nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from schemas.amounts import cents
from schemas.preview_texts import number_in, previewed

Field = tuple[str, str, str]


def preview(document: Mapping[str, Any], language: str) -> tuple[Field, ...]:
    """Type, references, lines, payments and total of a Create_Request; neither customer nor addresses."""
    return tuple(
        (previewed(code, language, number=number), "", text) for code, number, text in _fields(document, language)
    )


def _fields(document: Mapping[str, Any], language: str) -> Iterator[tuple[str, int, str]]:
    header = document["Header"]
    yield ("document", 0, f"{header['Type']} {header['InternalReference']} ({header.get('ExternalReference', '')})")
    lines = document["Lines"]["Create_Line"]
    for number, line in enumerate(lines, start=1):
        yield ("line_number", number, _line(line, language))
    total = sum((line["Quantity"] * line["NetUnitPrice"] for line in lines), Decimal(0))
    yield ("total", 0, f"{number_in(cents(total), language)} {header['CurrencyId']}")
    for payment in document.get("Payments", {}).get("Create_Payment", ()):
        amount = number_in(cents(payment["Amount"]), language)
        yield ("payment", 0, f"{payment['MethodId']} {amount} {payment['CurrencyId']}")
    if transporter := header.get("OmniChannel", {}).get("Transporter"):
        yield ("carrier", 0, transporter)


def _line(line: Mapping[str, Any], language: str) -> str:
    item, price = line["ItemIdentifier"]["Reference"], cents(line["NetUnitPrice"])
    text = previewed("line", language, item=item, quantity=line["Quantity"], price=price)
    if line["UnitPrice"] == line["NetUnitPrice"]:
        return text
    before, markdown = cents(line["UnitPrice"]), line.get("DiscountTypeId", "")
    return previewed("line_instead", language, line=text, price=before, markdown=markdown).rstrip()
