"""Which invoices and credit notes Dolibarr has of our orders, read by their ids: no clock decides what is new."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.orders import number_of
from connectors.dolibarr.replies import amount, day_of
from schemas.erp_invoices import ErpInvoice, InvoiceOfErp, ReadInvoices

_MARGIN = 500
"""How many ids back an invoice may still get its number: a draft has its id from the beginning on."""
_NUMBERED = frozenset({"1", "2"})
"""Validated, and paid; 0 is a draft, 3 was abandoned."""
_CREDIT = "2"
_FOLDER = "facture/"


class InvoiceReader:
    """See `schemas.erp_invoices.TellsInvoices`.

    An invoice is of the order whose guard it bears: Dolibarr copies it where an order becomes an invoice. A credit note
    is of the order of the invoice that it corrects.
    """

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes

    def read(self, after: str) -> ReadInvoices:
        """See the protocol."""
        start = max(int(after or 0) - _MARGIN, 0)
        own = [each for each in self._dolibarr.invoices_under(self._codes.order_prefix, start) if self._is_ours(each)]
        credits_ = list(self._dolibarr.credit_notes(start))
        uids = {str(each["id"]): uid_of(each) for each in own if str(each["type"]) != _CREDIT}
        sources = {str(each.get("fk_facture_source") or "") for each in credits_} - {"", *uids}
        found = self._dolibarr.invoices_by_ids(map(int, sources))
        uids |= {str(each["id"]): uid_of(each) for each in found if self._is_ours(each)}
        uid_of_row = {str(each["id"]): uids[str(each["id"])] for each in own if str(each["id"]) in uids}
        uid_of_row |= {str(each["id"]): uids.get(str(each.get("fk_facture_source") or ""), "") for each in credits_}
        rows = {str(each["id"]): each for each in (*own, *credits_)}
        newest = max([int(after or 0), *map(int, rows)])
        return ReadInvoices(str(newest), tuple(self._of_orders(rows, uid_of_row)))

    def pdf(self, paper: str) -> bytes:
        """See the protocol."""
        found = self._dolibarr.invoice_pdf(paper)
        return found if found is not None else self._dolibarr.build_invoice_pdf(paper)

    def _is_ours(self, row: Record) -> bool:
        return self._codes.is_order_uid(uid_of(row))

    def _of_orders(self, rows: Mapping[str, Record], uids: Mapping[str, str]) -> Iterable[InvoiceOfErp]:
        numbered = {id_: row for id_, row in rows.items() if uids.get(id_) and str(row["status"]) in _NUMBERED}
        heads = self._dolibarr.orders_of_uids(uids[id_] for id_ in numbered)
        orders = {uid_of(each): number_of(each) for each in heads}
        for id_, row in sorted(numbered.items(), key=lambda each: int(each[0])):
            if (order := orders.get(uids[id_])) and not str(row["ref"]).startswith("(PROV"):
                yield InvoiceOfErp(order, self._invoice(row), paper_of(row))

    def _invoice(self, row: Record) -> ErpInvoice:
        day = day_of(row.get("date"), self._dolibarr.hello.zone)
        return ErpInvoice(
            "credit" if str(row["type"]) == _CREDIT else "invoice",
            str(row["ref"]),
            date.fromisoformat(day) if day else None,
            amount(row.get("total_ht")),
            amount(row.get("total_ttc")),
        )


def paper_of(row: Record) -> str:
    """The path of an invoice's PDF below the folder of invoices, as `FA2611-0001/FA2611-0001.pdf`."""
    known = str(row.get("last_main_doc") or "")
    if known.startswith(_FOLDER) and known.lower().endswith(".pdf"):
        return known.removeprefix(_FOLDER)
    name = re.sub(r"""[<>:"/\\|?*\s]""", "_", str(row["ref"]))
    return f"{name}/{name}.pdf"
