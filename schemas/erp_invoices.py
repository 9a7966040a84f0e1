"""One invoice or credit note of an ERP, as the page of its order in the shop shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

KINDS = ("invoice", "credit")


@dataclass(frozen=True, slots=True)
class ErpInvoice:
    """Of one order there is one of a kind and a number."""

    kind: str
    number: str
    day: date | None = None
    total_tax_excl: Decimal | None = None
    total_tax_incl: Decimal | None = None
    sha256: str = ""
    """Of its PDF, in hex; empty: it has none, or nobody says which."""

    @property
    def name(self) -> tuple[str, str]:
        """What no other invoice of the order has."""
        return self.kind, self.number

    def is_shown_as(self, there: ErpInvoice | None) -> bool:
        """Whether the shop has it with these values and this PDF; one without a PDF leaves the shop's."""
        return there is not None and self == (there if self.sha256 else replace(there, sha256=""))


@dataclass(frozen=True, slots=True)
class InvoiceOfErp:
    """An invoice as the ERP has it, of an order that it was given."""

    order: str
    """The number of the order in the ERP, as `schemas.erp.ErpNumber`."""
    invoice: ErpInvoice
    """Without the hash of its PDF."""
    paper: str
    """By which its PDF is asked for, as text that only the ERP's own room takes apart."""


@dataclass(frozen=True, slots=True)
class ReadInvoices:
    """The invoices of an ERP, as far as there may be new ones."""

    cursor: str
    """Up to where they were read, as text that only the ERP's own room takes apart."""
    invoices: tuple[InvoiceOfErp, ...]


class TellsInvoices(Protocol):
    """The ERP says which invoices and credit notes it has of the orders that it was given."""

    def read(self, after: str) -> ReadInvoices:
        """Those that have a number, since that cursor, some before it among them; without a cursor all."""

    def pdf(self, paper: str) -> bytes:
        """The PDF of one, made where there is none; empty where the ERP makes none."""
