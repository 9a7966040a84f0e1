"""The ERP's documents of an order as the resource `erp_documents` of our module has them and takes them."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from connectors.prestashop.answered import Form
from connectors.prestashop.asked_orders import day, fill, text
from schemas.order_documents import DeliveredLine, ErpDocument, ErpDocuments

RESOURCE = "erp_documents"
ERP_DOCUMENTS = Form(
    "PUT", RESOURCE, "erp_order", "id_order", "id_order", {"written": "updated", "unchanged": "updated"}
)


def documents_in(order: etree._Element) -> ErpDocuments:
    """What an answer says of one order."""
    return ErpDocuments(day(order, "delivery_date"), tuple(map(_document, order.iter("document"))))


def _document(node: etree._Element) -> ErpDocument:
    lines = tuple(map(_line, node.iter("line")))
    return ErpDocument(text(node, "type"), text(node, "number"), day(node, "date"), lines)


def _line(node: etree._Element) -> DeliveredLine:
    return DeliveredLine(
        text(node, "reference"), Decimal(text(node, "quantity")), text(node, "name"), text(node, "parcel")
    )


def order_xml(id_order: int, reference: str, shown: ErpDocuments) -> bytes:
    """One order for the resource; the module compares the reference with that of its order."""
    order = etree.Element("erp_order")
    fill(order, {"id_order": id_order, "reference": reference, "delivery_date": shown.delivery_day})
    documents = etree.SubElement(order, "documents")
    for each in shown.documents:
        node = etree.SubElement(documents, "document")
        fill(node, {"type": each.type, "number": each.number, "date": each.day})
        lines = etree.SubElement(node, "lines")
        for line in each.lines:
            row = {"reference": line.reference, "name": line.name, "quantity": line.quantity, "parcel": line.parcel}
            fill(etree.SubElement(lines, "line"), row)
    return etree.tostring(order, encoding="utf-8")
