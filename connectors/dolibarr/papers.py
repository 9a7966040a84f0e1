"""What the client asks of invoices as papers: their heads in lists, and their PDFs; and files of products."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from connectors.dolibarr import filters, guard
from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.asking import Asking, Record
from schemas.errors import UnexpectedReplyError

_AT_ONCE = 100
_PAGE = 1_000
_HEAD = "id,ref,type,status,date,total_ht,total_ttc,fk_facture_source,last_main_doc,array_options"


_SUMS = "id,ref,type,status,date,total_ht,total_ttc,fk_facture_source,multicurrency_code,array_options,lines"


class Papers(Asking):
    """Invoices and credit notes, beside those that an order is followed by."""

    def invoices_under(self, prefix: str, after: int) -> Iterator[Record]:
        """The heads of the invoices whose guard begins so, by id, after this one."""
        if self.is_guarded("facture"):
            yield from self._all_invoices(f"(ef.{guard.NAME}:like:'{prefix}%')", after)

    def credit_notes(self, after: int) -> Iterator[Record]:
        """The heads of all credit notes, by id, after this one."""
        yield from self._all_invoices("(t.type:=:2)", after)

    def invoices_of_uids(self, uids: Iterable[str]) -> Iterator[Record]:
        """The invoices of these guards with their lines, a hundred in a request."""
        wanted = sorted(set(uids)) if self.is_guarded("facture") else []
        for start in range(0, len(wanted), _AT_ONCE):
            named = ",".join(f"'{uid}'" for uid in wanted[start : start + _AT_ONCE])
            yield from self._with_lines(f"(ef.{guard.NAME}:in:{named})")

    def invoices_of_references(self, references: Iterable[str]) -> Iterator[Record]:
        """The heads of the invoices of these customer's references, a hundred in a request."""
        wanted = sorted({each for each in references if each and filters.is_askable(each) and "," not in each})
        for start in range(0, len(wanted), _AT_ONCE):
            named = ",".join(f"'{each}'" for each in wanted[start : start + _AT_ONCE])
            asked = f"(t.ref_client:in:{named})"
            yield from self._list("/invoices", "look up invoices", asked, properties="id,ref_client,type,array_options")

    def whole_invoices(self, invoice_ids: Iterable[int]) -> Iterator[Record]:
        """These invoices with their lines, a hundred in a request."""
        wanted = sorted(set(invoice_ids))
        for start in range(0, len(wanted), _AT_ONCE):
            yield from self._with_lines(filters.ids("t.rowid", wanted[start : start + _AT_ONCE]))

    def _with_lines(self, asked: str) -> Iterator[Record]:
        yield from self._list("/invoices", "read the invoices", asked, properties=_SUMS)

    def invoices_dated(self, prefix: str, first: date, last: date) -> Iterator[Record]:
        """The heads of the invoices whose guard begins so, and of all credit notes, dated from `first` to `last`."""
        days = f" and (t.datef:>=:'{first}') and (t.datef:<=:'{last}')"
        if self.is_guarded("facture"):
            yield from self._all_invoices(f"(ef.{guard.NAME}:like:'{prefix}%')" + days, 0)
        yield from self._all_invoices("(t.type:=:2)" + days, 0)

    def _all_invoices(self, asked: str, after: int) -> Iterator[Record]:
        while True:
            those = f"{asked} and (t.rowid:>:{after})"
            query: dict[str, str | int] = {"properties": _HEAD, "sortfield": "t.rowid", "limit": _PAGE}
            rows = self._list("/invoices", "read the invoices", those, **query)
            yield from rows
            if len(rows) < _PAGE:
                return
            after = max(int(each["id"]) for each in rows)

    def invoices_by_ids(self, invoice_ids: Iterable[int]) -> Iterator[Record]:
        """The heads of these invoices, a hundred in a request."""
        wanted = sorted(set(invoice_ids))
        for start in range(0, len(wanted), _AT_ONCE):
            asked = filters.ids("t.rowid", wanted[start : start + _AT_ONCE])
            yield from self._list("/invoices", "read the invoices", asked, properties=_HEAD)

    def orders_of_uids(self, uids: Iterable[str]) -> Iterator[Record]:
        """Id, reference and guard of the orders of these guards, a hundred in a request."""
        wanted = sorted(set(uids))
        for start in range(0, len(wanted), _AT_ONCE):
            named = ",".join(f"'{uid}'" for uid in wanted[start : start + _AT_ONCE])
            asked = f"(ef.{guard.NAME}:in:{named})"
            yield from self._list("/orders", "look up orders", asked, properties="id,ref,array_options")

    def invoice_pdf(self, path: str) -> bytes | None:
        """The PDF of an invoice, by its path below the folder of invoices; None where there is none."""
        return self._file("facture", "read a PDF", path)

    def product_file(self, path: str) -> bytes | None:
        """A file of a product, by reference and name; None where there is none."""
        return self._file("product", "read a picture", path)

    def _file(self, part: str, action: str, path: str) -> bytes | None:
        query = {"modulepart": part, "original_file": path}
        found = self._get_or_none("/documents/download", action, path, **query)
        return None if found is None else _content(found, path)

    def build_invoice_pdf(self, path: str) -> bytes:
        """The PDF of an invoice, made by the template that Dolibarr uses for invoices."""
        body = {"modulepart": "invoice", "original_file": path, "doctemplate": "", "langcode": ""}
        answer = self._transport.write("PUT", "/documents/builddoc", "make a PDF", path, body)
        return _content(answer.value, path)


def _content(found: Any, path: str) -> bytes:
    try:
        return base64.b64decode(str(found["content"]), validate=True)
    except (TypeError, KeyError, binascii.Error) as error:
        raise UnexpectedReplyError("a file has no content", system=SYSTEM, action="read a file", key=path).worded(
            "dolibarr_not_understood"
        ) from error
