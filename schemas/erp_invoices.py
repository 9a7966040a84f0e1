"""One invoice or credit note of an ERP, as the page of its order in the shop shows it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

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
