"""What an ERP's documents say of one order, as its page in the shop shows it, in words of no ERP."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

TYPES = ("order", "preparation", "delivery", "invoice", "credit", "cancelled")
"""What a document is; what else an ERP has is not shown."""
_WITH_LINES = frozenset({"delivery", "invoice"})


@dataclass(frozen=True, slots=True)
class DeliveredLine:
    """What of an order has left, and in which parcel."""

    reference: str
    quantity: Decimal
    name: str = ""
    parcel: str = ""


@dataclass(frozen=True, slots=True)
class ErpDocument:
    """One document of the ERP."""

    type: str
    number: str
    day: date | None = None
    lines: tuple[DeliveredLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ErpDocuments:
    """The documents of one order."""

    delivery_day: date | None = None
    """When it is to be delivered, as far as the ERP knows."""
    documents: tuple[ErpDocument, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.documents) or self.delivery_day is not None

    def chosen(self, *, numbers: bool, day: bool, details: bool) -> ErpDocuments:
        """What of it is to be shown: the documents with their numbers, the day, what has left with its parcels."""
        with_lines = [each for each in self.documents if details and each.lines and each.type in _WITH_LINES]
        kept = [
            each if each in with_lines else replace(each, lines=())
            for each in self.documents
            if numbers or each in with_lines
        ]
        return ErpDocuments(self.delivery_day if day else None, tuple(kept))

    def beside(self, there: ErpDocuments) -> ErpDocuments:
        """What of it the shop does not have yet; documents that only the shop has stay."""
        return ErpDocuments(
            self.delivery_day if self.delivery_day != there.delivery_day else None,
            tuple(each for each in self.documents if each not in there.documents),
        )


NO_DOCUMENTS = ErpDocuments()
