"""The resource ``erp_invoices``: the ERP's invoices of orders with their PDF, one answer per invoice."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Any

from deployments.sandbox.shop.module.erp_documents import (
    DocumentsRefusedError,
    answer_by_order,
    date_of,
    named_order,
    order_of,
    plain,
    text_of,
)

if TYPE_CHECKING:
    from lxml import etree

    from deployments.sandbox.shop.exchange import Request
    from deployments.sandbox.shop.module.answers import Node
    from deployments.sandbox.shop.pace import Charge
    from deployments.sandbox.shop.store import Row, Store

KINDS = ("invoice", "credit")
LARGEST_PDF = 7_000_000
_AMOUNT = re.compile(r"(-?[0-9]{1,10}(\.[0-9]{1,6})?)?")
_TAIL_BYTES = 1024
_SHOWN = ("kind", "number", "date", "total_tax_excl", "total_tax_incl")


def answer(store: Store, request: Request, charge: Charge) -> Node:
    """GET says what is kept of each order, PUT writes what differs."""
    return answer_by_order(store, request, charge, "erp_invoice", _shown_order, _written)


def kept(store: Store, order: Row) -> list[dict[str, Any]]:
    """The invoices of an order, each PDF in base64; those of another one that had its id are not its."""
    own = (int(order["id"]), order["reference"])
    rows = [row for row in store["erp_invoices"].rows.values() if (row["id_order"], row["reference"]) == own]
    return sorted(rows, key=lambda row: (row["date"], row["id"]))


def _shown_order(store: Store, number: int) -> Node:
    order = order_of(store, number)
    invoices = [] if order is None else [_shown(row) for row in kept(store, order)]
    return {
        "id_order": str(number),
        "reference": "" if order is None else order["reference"],
        "status": "unknown" if order is None else "known",
        "invoices": {"invoice": invoices} if invoices else "",
    }


def _shown(row: dict[str, Any]) -> Node:
    told = {name: row[name] for name in _SHOWN}
    return told | {"sha256": hashlib.sha256(base64.b64decode(row["pdf"])).hexdigest() if row["pdf"] else ""}


def _written(store: Store, node: etree._Element) -> Node:
    number = int(text_of(node, "id_order") or 0)
    line = {"key": text_of(node, "key"), "id_order": str(number)}
    try:
        values, pdf = _read(node)
        order = named_order(store, number, text_of(node, "reference"))
    except DocumentsRefusedError as refusal:
        return {**line, "status": "error", "message": str(refusal)}
    return {**line, "status": "written" if _store(store, order, values, pdf) else "unchanged", "message": ""}


def _read(node: etree._Element) -> tuple[dict[str, str], str]:
    kind = text_of(node, "kind")
    if kind not in KINDS:
        raise DocumentsRefusedError("kind: " + ", ".join(KINDS))
    number = text_of(node, "number", 64)
    if not number:
        raise DocumentsRefusedError('parameter "number" required')
    values = {"kind": kind, "number": number, "date": date_of(node, "date")}
    values |= {name: _amount(node, name) for name in ("total_tax_excl", "total_tax_incl")}
    text = text_of(node, "pdf")
    return values, _pdf(text) if text else ""


def _amount(node: etree._Element, name: str) -> str:
    text = text_of(node, name)
    if _AMOUNT.fullmatch(text) is None:
        raise DocumentsRefusedError(f"{name}: a number with at most six decimals")
    return plain(text)


def _pdf(text: str) -> str:
    """The PDF as it is kept, in base64: a shop is written to a file as JSON."""
    if len(text) > 4 * LARGEST_PDF / 3 + 4:
        raise DocumentsRefusedError(f"pdf: {LARGEST_PDF} bytes at most")
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as fault:
        raise DocumentsRefusedError("pdf: base64") from fault
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-_TAIL_BYTES:]:
        raise DocumentsRefusedError("pdf: not a whole PDF")
    return base64.b64encode(content).decode("ascii")


def _store(store: Store, order: Row, values: dict[str, str], pdf: str) -> bool:
    """Whether anything was another; without a PDF the one that is there stays."""
    name = (values["kind"], values["number"])
    known = next((row for row in kept(store, order) if (row["kind"], row["number"]) == name), None)
    if known is None:
        row = {"id_order": int(order["id"]), "reference": order["reference"], **values, "pdf": pdf}
        store["erp_invoices"].insert(row)
        return True
    pdf = pdf or known["pdf"]
    if pdf == known["pdf"] and all(known[field] == value for field, value in values.items()):
        return False
    store["erp_invoices"].replace(known["id"], {**known, **values, "pdf": pdf})
    return True
