"""The demo's Sage 100: it imports files, transforms documents under new numbers, and exports all of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from deployments.demo.laws import PREFIX
from deployments.demo.narration import narrated

COLUMNS = (
    "DO_Ref",
    "DO_Type",
    "DO_Piece",
    "DL_PieceBC",
    "DO_Date",
    "DO_Coord01",
    "DO_Expedit",
    "AR_Ref",
    "DL_Design",
    "DL_Qte",
    "DL_QteBL",
    "DL_NoColis",
)
FIELDS = (
    "order_reference",
    "document_type",
    "document_number",
    "origin_number",
    "document_date",
    "header_1",
    "carrier_code",
    "item_reference",
    "line_text",
    "quantity_ordered",
    "quantity_delivered",
    "parcel_number",
)
"""What the columns are in import.json."""
INVOICE_COLUMNS = ("DO_Ref", "DO_Piece", "DO_Date", "DO_Type", "DO_TotalTTC", "Fichier")
INVOICE_FIELDS = ("order_reference", "invoice_number", "invoice_date", "kind", "total_tax_incl", "pdf_file")
"""Those of its invoices."""
ORDER, DELIVERY, RETURN, INVOICE = "1", "3", "4", "6"
_CENT = Decimal("0.01")
_PDF = b"%%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%% %b\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"
"""The least that is a PDF, with the invoice's number in a comment."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document."""

    item: str
    text: str
    quantity: Decimal
    price: Decimal
    parcel: str = ""

    @property
    def total(self) -> Decimal:
        """With tax, to the cent."""
        return (self.quantity * self.price).quantize(_CENT, ROUND_HALF_UP)


@dataclass(slots=True)
class Document:
    """A document: what it was before it was transformed is its origin."""

    reference: str
    type: str
    number: str
    on: str
    lines: list[Line] = field(default_factory=list)
    origin: str = ""


class Sage:
    """The files it takes from `to_sage`, and those it exports to `exports`."""

    def __init__(self, to_sage: Path, exports: Path) -> None:
        self._to_sage = to_sage
        self._exports = exports
        self._invoices = exports.with_name("invoiceDocument")
        self._documents: list[Document] = []
        self._taken: list[Document] = []
        """As they came: what becomes of them lies in the documents."""
        self._files = self._exported = self._numbers = 0

    def writes(self) -> int:
        """How many files were brought to it since the start."""
        return self._files + len(list(self._to_sage.glob("*.txt"))) if self._to_sage.exists() else self._files

    def take(self, language: str = "en") -> str:
        """It imports what lies in its folder, gives every document a number of its own, and exports all documents."""
        before = len(self._taken)
        for path in sorted(self._to_sage.glob("*.txt")):
            self._files += 1
            with path.open(encoding="cp1252", newline="") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    self._add(row)
            path.unlink()
        self._documents += [replace(document, lines=list(document.lines)) for document in self._taken[before:]]
        self._export()
        return narrated("sage_takes", language, count=len(self._taken) - before)

    def _add(self, row: dict[str, str]) -> None:
        known = self._taken[-1] if self._taken else None
        if known is None or (known.reference, known.type) != (row["DO_Ref"], row["DO_Type"]):
            known = Document(row["DO_Ref"], row["DO_Type"], self._number(row["DO_Type"]), row["DO_Date"])
            self._taken.append(known)
        price = Decimal(row["DL_PUTTC"].replace(",", "."))
        known.lines.append(Line(row["AR_Ref"], row["DL_Design"], Decimal(row["DL_Qte"].replace(",", ".")), price))

    def ship(self, language: str = "en") -> str:
        """Every order but the last becomes a delivery note; the second leaves in two parcels, of the third a part."""
        orders = [document for document in self._documents if document.type == ORDER]
        for at, order in enumerate(orders[:-1]):
            lines = [replace(line, parcel=f"6A{order.number[2:]}") for line in order.lines]
            note = Document(order.reference, DELIVERY, self._number(DELIVERY), order.on, lines, origin=order.number)
            if at == 1:
                lines[-1] = replace(lines[-1], parcel=f"6B{order.number[2:]}")
            self._documents.append(note)
            if at == 2:  # noqa: PLR2004 - the third
                order.lines, note.lines, note.origin = order.lines[:1], lines[1:], ""
            else:
                self._documents.remove(order)
        self._export()
        return narrated("sage_ships", language, count=len(orders) - 1)

    def invoice(self, language: str = "en") -> str:
        """Every delivery note becomes an invoice."""
        notes = [document for document in self._documents if document.type == DELIVERY]
        for note in notes:
            note.type, note.number = INVOICE, self._number(INVOICE)
        self._export()
        return narrated("sage_invoices", language, count=len(notes))

    def totals(self) -> dict[str, list[Decimal]]:
        """What each order amounted to as it came, by web reference; more than one amount is an order taken twice."""
        found: dict[str, list[Decimal]] = {}
        for document in self._taken:
            if document.type == ORDER:
                found.setdefault(document.reference, []).append(
                    sum((line.total for line in document.lines), Decimal(0))
                )
        return found

    def returns(self) -> int:
        """How many returns it was given."""
        return sum(document.type == RETURN for document in self._taken)

    def parcels(self) -> dict[int, str]:
        """The numbers of each order's parcels, by id_order."""
        found: dict[int, dict[str, None]] = {}
        for document in self._documents:
            for line in document.lines:
                if line.parcel:
                    numbers = found.setdefault(int(document.reference.removeprefix(PREFIX)), {})
                    numbers[line.parcel] = None
        return {id_order: ",".join(numbers) for id_order, numbers in found.items()}

    def invoices(self) -> dict[int, list[str]]:
        """The numbers of each order's invoices, by id_order."""
        found: dict[int, list[str]] = {}
        for document in self._documents:
            if document.type == INVOICE:
                found.setdefault(int(document.reference.removeprefix(PREFIX)), []).append(document.number)
        return found

    def _number(self, type_: str) -> str:
        self._numbers += 1
        return f"{ {ORDER: 'BC', DELIVERY: 'BL', RETURN: 'BR', INVOICE: 'FA'}[type_] }{self._numbers:06}"

    def _export(self) -> None:
        """All documents of orders, line by line, and its invoices with their PDFs."""
        self._exported += 1
        of_orders = (row for document in self._documents if document.type != RETURN for row in _rows(document))
        _write(self._exports / f"orderDocument_{self._exported:04}.csv", COLUMNS, of_orders)
        invoices = [document for document in self._documents if document.type == INVOICE]
        if invoices:
            path = self._invoices / f"invoiceDocument_{self._exported:04}.csv"
            _write(path, INVOICE_COLUMNS, map(_invoice_row, invoices))
            for invoice in invoices:
                (self._invoices / f"{invoice.number}.pdf").write_bytes(_PDF % invoice.number.encode())


def _rows(document: Document) -> list[list[str]]:
    head = [document.reference, document.type, document.number, document.origin, document.on, "", "COLISSIMO"]
    delivered = document.type in {DELIVERY, INVOICE}
    return [
        [*head, line.item, line.text, str(line.quantity), str(line.quantity) if delivered else "", line.parcel]
        for line in document.lines
    ]


def _invoice_row(invoice: Document) -> list[str]:
    total = sum((line.total for line in invoice.lines), Decimal(0))
    return [invoice.reference, invoice.number, invoice.on, invoice.type, str(total), f"{invoice.number}.pdf"]


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[list[str]]) -> None:
    """The file is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / ".export.part"
    with part.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(columns)
        writer.writerows(rows)
    part.replace(path)
