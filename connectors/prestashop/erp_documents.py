"""What our module shows of the ERP's documents on the orders' pages: as the shop has it, and as it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from lxml import etree

from connectors.prestashop.answered import Form
from connectors.prestashop.replies import unreadable
from connectors.prestashop.xml import UnreadableError, parse, wire_text
from schemas.order_documents import DeliveredLine, ErpDocument, ErpDocuments

if TYPE_CHECKING:
    from connectors.prestashop.reading import Reader

RESOURCE = "erp_documents"
ERP_DOCUMENTS = Form(
    "PUT", RESOURCE, "erp_order", "id_order", "id_order", {"written": "updated", "unchanged": "updated"}
)
_AT_ONCE = 100
"""Orders of one question."""


async def read_documents(reader: Reader, ids: Iterable[int]) -> dict[int, ErpDocuments]:
    """What the pages of these orders show; orders that are none of this shop are left out.

    UnexpectedReplyError for an answer that does not speak of exactly these orders.
    """
    found: dict[int, ErpDocuments] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        reply = await reader.get(RESOURCE, "id_order=" + "%7C".join(map(str, part)), entities=len(part))
        try:
            told = _orders_in(reply.body)
        except (UnreadableError, ValueError, ArithmeticError) as error:
            raise unreadable(reply, RESOURCE) from error
        if told.keys() != set(part):
            raise unreadable(reply, RESOURCE)
        found.update({id_order: documents for id_order, documents in told.items() if documents is not None})
    return found


def _orders_in(body: bytes) -> dict[int, ErpDocuments | None]:
    orders: dict[int, ErpDocuments | None] = {}
    for node in parse(body).iter("erp_order"):
        documents = tuple(map(_document, node.iter("document")))
        known = ErpDocuments(_day(node, "delivery_date"), documents)
        orders[int(_text(node, "id_order"))] = known if _text(node, "status") == "known" else None
    return orders


def _document(node: etree._Element) -> ErpDocument:
    lines = tuple(map(_line, node.iter("line")))
    return ErpDocument(_text(node, "type"), _text(node, "number"), _day(node, "date"), lines)


def _line(node: etree._Element) -> DeliveredLine:
    quantity = Decimal(_text(node, "quantity"))
    return DeliveredLine(_text(node, "reference"), quantity, _text(node, "name"), _text(node, "parcel"))


def _text(node: etree._Element, name: str) -> str:
    return node.findtext(name) or ""


def _day(node: etree._Element, name: str) -> date | None:
    text = _text(node, name)
    return date.fromisoformat(text) if text else None


def order_xml(id_order: int, reference: str, shown: ErpDocuments) -> bytes:
    """One order for the resource; the module compares the reference with that of its order."""
    order = etree.Element("erp_order")
    _add(order, {"id_order": id_order, "reference": reference, "delivery_date": shown.delivery_day})
    documents = etree.SubElement(order, "documents")
    for each in shown.documents:
        node = etree.SubElement(documents, "document")
        _add(node, {"type": each.type, "number": each.number, "date": each.day})
        lines = etree.SubElement(node, "lines")
        for line in each.lines:
            row = {"reference": line.reference, "name": line.name, "quantity": line.quantity, "parcel": line.parcel}
            _add(etree.SubElement(lines, "line"), row)
    return etree.tostring(order, encoding="utf-8")


def _add(node: etree._Element, values: Mapping[str, object]) -> None:
    """The values as texts; one that is None is left out."""
    for name, value in values.items():
        if value is not None:
            etree.SubElement(node, name).text = wire_text(value)
