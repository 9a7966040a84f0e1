"""Acts of an ERP that speaks through files: its documents, and its invoices with their PDFs, come to the shop."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.campaigns.stage import Act
from tests.flows.flat_world import FlatWorld

ORDERS = 6
_INVOICES = ("order_reference", "invoice_number", "invoice_date", "kind", "total_tax_incl", "pdf_file")
_DOCUMENTS = ("order_reference", "document_type", "document_number", "header_1", "quantity_delivered", "item_reference")
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "erp": {"kind": "files", "access": "production"},
    "erp.files": {"tracking_from": "header_1"},
    "orders": {"send_document_number": True, "send_delivery_details": True},
}


def _pdf(text: str) -> bytes:
    return f"%PDF-1.4\n1 0 obj<</Type/Catalog/Lang({text})>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n".encode()


def _reference(number: int) -> str:
    return f"XKBKNABJ{number}"


def _specified(world: FlatWorld) -> None:
    path = world.folder / "import.json"
    specs = json.loads(path.read_text(encoding="utf-8"))
    for name, columns in {"invoiceDocument": _INVOICES, "orderDocument": _DOCUMENTS}.items():
        data: dict[str, dict[str, Any]] = {column: {"index": at} for at, column in enumerate(columns)}
        data["order_reference"]["object_key"] = True
        specs[name] = {"enabled": True, "type": "local", "data": data}
    path.write_text(json.dumps(specs), encoding="utf-8")


def _placed(world: FlatWorld) -> None:
    for number in range(1, ORDERS + 1):
        placed = {"reference": _reference(number), "note": f"N{number}", "current_state": 2, "id_customer": 1}
        order = world.shop.insert("orders", placed | {"date_add": "2026-10-03 15:42:10"})
        world.shop.insert("order_carriers", {"id_order": order, "id_carrier": 2})


def _invoiced(world: FlatWorld, rows: Sequence[tuple[int, str, str]], name: str) -> list[str]:
    """A file of invoices (order, number, text of the PDF), and the PDFs beside it."""
    _specified(world)
    beside = world.folder / "streams" / "invoiceDocument"
    beside.mkdir(parents=True, exist_ok=True)
    cells = []
    for order, number, text in rows:
        (beside / f"{number}.pdf").write_bytes(_pdf(text))
        told = {"order_reference": _reference(order), "invoice_number": number, "pdf_file": f"{number}.pdf"}
        kind = "AV" if number.startswith("AV") else "FA"
        cells.append(told | {"invoice_date": "01/11/2026", "kind": kind, "total_tax_incl": "12,50"})
    return [world._drop("invoiceDocument", _INVOICES, cells, name).name]


def _first_invoices(world: FlatWorld) -> list[str]:
    _placed(world)
    return _invoiced(world, _FIRST, "invoiceDocument_1.csv")


_FIRST = [(number, f"FA{number}", "first") for number in (1, 2, 3)]
_SECOND = [(1, "FA1", "first"), (2, "FA2", "corrected"), *((n, f"FA{n}", "new") for n in (4, 5, 6)), (3, "AV1", "new")]
INVOICES = Act(
    "invoices of the ERP",
    "import_invoices",
    lambda world: _invoiced(world, _SECOND, "invoiceDocument_2.csv"),
    lambda world: _invoiced(world, _SECOND[::-1], "invoiceDocument_9.csv"),
    (
        Act(
            "invoices, first day",
            "import_invoices",
            _first_invoices,
            lambda world: _invoiced(world, _FIRST[::-1], "invoiceDocument_9.csv"),
        ),
    ),
    options={"module": True},
    settings=_SETTINGS,
)
"""Invoices that are new, the same, and corrected, and a credit note."""


def _documented(world: FlatWorld, name: str, *, step: int = 1) -> list[str]:
    _specified(world)
    rows = [
        {
            "order_reference": _reference(number),
            "document_type": "3" if number % 2 else "2",
            "document_number": f"D{number}",
            "header_1": f"6A{number:09}" if number % 2 else "",
            "quantity_delivered": "1",
            "item_reference": item,
        }
        for number in range(1, ORDERS + 1)
        for item in ("ROBE", "SAC")[::step]
    ]
    return [world._drop("orderDocument", _DOCUMENTS, rows[::step], name).name]


def _first_documents(world: FlatWorld) -> list[str]:
    _placed(world)
    return _documented(world, "orderDocument_2.csv")


DOCUMENTS = Act(
    "documents of the ERP",
    "import_order_documents",
    _first_documents,
    lambda world: _documented(world, "orderDocument_9.csv"),
    options={"module": True},
    settings=_SETTINGS,
)
"""States, numbers of parcels and what the orders' pages show, of documents that were never read before."""
ERP_FILE_ACTS = (INVOICES, DOCUMENTS)
