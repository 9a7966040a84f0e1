"""Documents of the ERP for orders' pages: as they are sent to the module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

LINE = {"reference": "TSHIRT-S", "name": "T-shirt", "quantity": "2.000000", "parcel": "6A123"}


def delivery(number: str, *lines: Mapping[str, str], **fields: str) -> dict[str, Any]:
    """A delivery note with a line, or with the lines given."""
    return {"type": "delivery", "number": number, "date": "2026-11-30", "lines": list(lines or [LINE])} | fields


def order(id_order: int, reference: str, *documents: Mapping[str, Any], **fields: str) -> dict[str, Any]:
    """What is sent of one order."""
    return {"id_order": id_order, "reference": reference, **fields, "documents": list(documents)}


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
