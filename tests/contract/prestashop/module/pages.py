"""Documents and invoices of the ERP for orders' pages: as they are sent to the module."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from tests.contract.prestashop.documents import Entity

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
LINE = {"reference": "TSHIRT-S", "name": "T-shirt", "quantity": "2.000000", "parcel": "6A123"}


def delivery(number: str, *lines: Mapping[str, str], **fields: str) -> dict[str, Any]:
    """A delivery note with a line, or with the lines given."""
    return {"type": "delivery", "number": number, "date": "2026-11-30", "lines": list(lines or [LINE])} | fields


def order(id_order: int, reference: str, *documents: Mapping[str, Any], **fields: str) -> dict[str, Any]:
    """What is sent of one order."""
    return {"id_order": id_order, "reference": reference, **fields, "documents": list(documents)}


def invoice(placed: Entity, number: str, /, *, pdf: bytes | str = PDF, **fields: Any) -> dict[str, Any]:
    """An invoice of an order, with a PDF; one that is text goes as it is."""
    head = {"id_order": placed.id, "reference": placed["reference"], "kind": "invoice", "number": number}
    values = {"date": "2026-12-01", "total_tax_excl": "56.83", "total_tax_incl": "68.20"}
    written = pdf if isinstance(pdf, str) else base64.b64encode(pdf).decode()
    return {"key": number or "none", **head, **values, "pdf": written} | fields


def invoices_body(*invoices: Mapping[str, Any]) -> bytes:
    """The document that holds these invoices."""
    root = etree.Element("prestashop")
    for one in invoices:
        _fields(etree.SubElement(root, "erp_invoice"), one)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def body(*orders: Mapping[str, Any]) -> bytes:
    """The document that holds these orders."""
    root = etree.Element("prestashop")
    for one in orders:
        _fields(etree.SubElement(root, "erp_order"), one)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _fields(node: etree._Element, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        field = etree.SubElement(node, name)
        if isinstance(value, Sequence) and not isinstance(value, str):
            for one in value:
                _fields(etree.SubElement(field, name.removesuffix("s")), one)
        else:
            field.text = str(value)
