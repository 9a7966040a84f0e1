"""The resource ``erp_documents``: what the ERP's documents say of orders, one answer per order."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from lxml import etree

from deployments.sandbox.shop import shops
from deployments.sandbox.shop.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store

TYPES = ("order", "preparation", "delivery", "invoice", "credit", "cancelled")
_IDS = re.compile(r"[0-9]{1,10}(\|[0-9]{1,10})*")
_QUANTITY = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,6})?")
_FIRST_DAY = "1970-01-02"


class DocumentsRefusedError(Exception):
    """The documents of one order are not taken; the text says why."""


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """GET says what is kept of each order, PUT writes what differs."""
    return answer_by_order(store, request, charge, "erp_order", _shown_order, _written)


def answer_by_order(
    store: Store,
    request: Request,
    charge: Charge,
    node: str,
    told: Callable[[Store, int], Node],
    written: Callable[[Store, etree._Element], Node],
) -> Node:
    """What is `told` of each order that a GET names; what came of each `node` that a PUT sends."""
    resource = {"erp_order": "erp_documents", "erp_invoice": "erp_invoices"}[node]
    if request.method == "PUT":
        nodes = nodes_of(request, node)
        charge(resource, "PUT", len(nodes))
        return {node: [written(store, one) for one in nodes]}
    wanted = order_ids(request)
    charge(resource, "GET", len(wanted))
    return {"erp_order": [told(store, number) for number in wanted]}


def order_ids(request: Request) -> list[int]:
    """The orders that a request names, each once."""
    ids = request.query.text("id_order")
    if _IDS.fullmatch(ids) is None:
        raise ServiceError(400, 85, "id_order names orders as 1|2|3")
    return list(dict.fromkeys(int(text) for text in ids.split("|")))


def nodes_of(request: Request, name: str) -> list[etree._Element]:
    """The entities of the request's document."""
    body = request.body.removeprefix(b"xml=")
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as fault:
        raise ServiceError(400, 127, "XML error") from fault
    nodes = root.findall(name)
    if not nodes:
        raise ServiceError(400, 85, f"no {name} in the document")
    return nodes


def order_of(store: Store, number: int) -> Row | None:
    """The order of this id, of the shops that the request is for."""
    row = store["orders"].rows.get(number)
    of_these = {str(one) for one in shops.of(store).shops}
    return None if row is None or (store.several and row["id_shop"] not in of_these) else row


def named_order(store: Store, number: int, reference: str) -> Row:
    """The order of this id and this reference."""
    order = order_of(store, number)
    if order is None or order["reference"] != reference:
        raise DocumentsRefusedError("no order of this shop has this id and this reference")
    return order


def _kept(store: Store, order: Row) -> dict[str, Any]:
    """What is kept of an order; what was kept of another one that had its id is not its."""
    row = store["erp_documents"].rows.get(int(order["id"]))
    if row is None or row["reference"] != order["reference"]:
        return {"reference": order["reference"], "delivery_date": "", "documents": []}
    return row


def _shown_order(store: Store, number: int) -> Node:
    order = order_of(store, number)
    if order is None:
        return {"id_order": str(number), "reference": "", "status": "unknown", "delivery_date": "", "documents": ""}
    kept = _kept(store, order)
    documents = [
        {**document, "lines": {"line": document["lines"]} if document["lines"] else ""}
        for document in kept["documents"]
    ]
    return {
        "id_order": str(number),
        "reference": order["reference"],
        "status": "known",
        "delivery_date": kept["delivery_date"],
        "documents": {"document": documents} if documents else "",
    }


def _written(store: Store, node: etree._Element) -> Node:
    number = int(text_of(node, "id_order") or 0)
    try:
        sent = _read(node)
        written = _store(store, named_order(store, number, sent["reference"]), sent)
    except DocumentsRefusedError as refusal:
        return _line(number, "error", str(refusal))
    return _line(number, "written" if written else "unchanged")


def _line(number: int, status: str, message: str = "") -> Node:
    return {"id_order": str(number), "status": status, "message": message}


def _read(node: etree._Element) -> dict[str, Any]:
    return {
        "reference": text_of(node, "reference"),
        "delivery_date": date_of(node, "delivery_date"),
        "documents": [_document(one) for one in node.iterfind("documents/document")],
    }


def _document(node: etree._Element) -> dict[str, Any]:
    type_ = text_of(node, "type")
    if type_ not in TYPES:
        raise DocumentsRefusedError("type: " + ", ".join(TYPES))
    number = text_of(node, "number", 64)
    if not number:
        raise DocumentsRefusedError('parameter "number" required')
    lines = [_line_of(one) for one in node.iterfind("lines/line")]
    return {"type": type_, "number": number, "date": date_of(node, "date"), "lines": lines}


def _line_of(node: etree._Element) -> dict[str, str]:
    quantity = text_of(node, "quantity")
    if _QUANTITY.fullmatch(quantity) is None:
        raise DocumentsRefusedError("quantity: a number with at most six decimals")
    return {
        "reference": text_of(node, "reference", 64),
        "name": text_of(node, "name", 255),
        "quantity": plain(quantity),
        "parcel": text_of(node, "parcel", 64),
    }


def plain(number: str) -> str:
    """A number as it is written shortest."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def text_of(node: etree._Element, name: str, longest: int = 0) -> str:
    """The text of a field."""
    text = (node.findtext(name) or "").strip()
    if longest and len(text) > longest:
        raise DocumentsRefusedError(f"{name}: {longest} characters at most")
    return text


def date_of(node: etree._Element, name: str) -> str:
    """A day, empty for none."""
    text = text_of(node, name)
    try:
        fine = not text or (date.fromisoformat(text).isoformat() == text and text >= _FIRST_DAY)
    except ValueError:
        fine = False
    if not fine:
        raise DocumentsRefusedError(f"{name}: YYYY-MM-DD")
    return text


def _store(store: Store, order: Row, sent: dict[str, Any]) -> bool:
    """Whether anything was another."""
    kept = _kept(store, order)
    known = {(one["type"], one["number"]): one for one in kept["documents"]}
    documents = list((known | {(one["type"], one["number"]): one for one in sent["documents"]}).values())
    delivery = sent["delivery_date"] or kept["delivery_date"]
    if (documents, delivery) == (kept["documents"], kept["delivery_date"]):
        return False
    row = {"reference": order["reference"], "delivery_date": delivery, "documents": documents}
    table = store["erp_documents"]
    if int(order["id"]) in table.rows:
        table.replace(int(order["id"]), row)
    else:
        table.insert(row, int(order["id"]))
    if delivery != kept["delivery_date"]:
        store["orders"].update(int(order["id"]), {"delivery_date": f"{delivery} 00:00:00"})
    return True
