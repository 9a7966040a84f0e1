"""What our module shows on the pages of orders: the ERP's documents, and its invoices with their PDF."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from lxml import etree

from connectors.prestashop.answered import Form
from connectors.prestashop.asked_orders import amount, day, fill, read_orders, text
from connectors.prestashop.erp_documents import ERP_DOCUMENTS, documents_in, order_xml
from schemas.erp_invoices import ErpInvoice

if TYPE_CHECKING:
    from connectors.prestashop.entities import Entity, Receipt
    from connectors.prestashop.reading import Reader
    from schemas.order_documents import ErpDocuments

INVOICES = "erp_invoices"
ERP_INVOICES = Form("PUT", INVOICES, "erp_invoice", "key", "id_order", {"written": "updated", "unchanged": "updated"})
Write: TypeAlias = "Callable[[Form, Sequence[Entity], Callable[[Entity], bytes]], Awaitable[list[Receipt]]]"


class OrderPages:
    """The pages of one shop's orders, each order named by its id and its reference."""

    def __init__(self, reader: Reader, write: Write) -> None:
        self._reader = reader
        self._write = write

    async def documents(self, orders: Iterable[int]) -> dict[int, ErpDocuments]:
        """The documents that they show, by id; orders that are none of this shop are left out."""
        return await read_orders(self._reader, ERP_DOCUMENTS.resource, orders, documents_in)

    async def write_documents(self, orders: Sequence[tuple[int, str, ErpDocuments]]) -> list[Receipt]:
        """Has each page show these too; one receipt each, in their order."""
        entities: list[Entity] = [{"id_order": one[0], "order": one} for one in orders]
        return await self._write(ERP_DOCUMENTS, entities, lambda entity: order_xml(*entity["order"]))

    async def invoices(self, orders: Iterable[int]) -> dict[int, tuple[ErpInvoice, ...]]:
        """The invoices that they show, by id of the order; the hashes are of the files as the shop has them."""
        return await read_orders(self._reader, INVOICES, orders, _invoices_in)

    async def write_invoices(self, invoices: Sequence[tuple[int, str, ErpInvoice, bytes]]) -> list[Receipt]:
        """Has each page show this invoice, with this PDF where it is not empty; one receipt each, in their order."""
        entities: list[Entity] = [
            {"key": f"{one[0]}/{one[2].kind}/{' '.join(one[2].number.split())}", "invoice": one} for one in invoices
        ]
        return await self._write(ERP_INVOICES, entities, lambda entity: _invoice_xml(entity["key"], *entity["invoice"]))


def _invoices_in(order: etree._Element) -> tuple[ErpInvoice, ...]:
    return tuple(
        ErpInvoice(
            text(node, "kind"),
            text(node, "number"),
            day(node, "date"),
            amount(node, "total_tax_excl"),
            amount(node, "total_tax_incl"),
            text(node, "sha256"),
        )
        for node in order.iter("invoice")
    )


def _invoice_xml(key: str, id_order: int, reference: str, invoice: ErpInvoice, pdf: bytes) -> bytes:
    node = etree.Element("erp_invoice")
    fill(
        node,
        {
            "key": key,
            "id_order": id_order,
            "reference": reference,
            "kind": invoice.kind,
            "number": invoice.number,
            "date": invoice.day,
            "total_tax_excl": invoice.total_tax_excl,
            "total_tax_incl": invoice.total_tax_incl,
            "pdf": base64.b64encode(pdf).decode() or None,
        },
    )
    return etree.tostring(node, encoding="utf-8")
