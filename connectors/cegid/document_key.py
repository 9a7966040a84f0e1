"""How Cegid names its documents, and the types of those that travel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.erp import ErpNumber


class DocumentType(StrEnum):
    """The types of documents that travel."""

    ORDER = "CustomerOrder"
    RECEIPT = "Receipt"
    RETURN_NOTICE = "ReturnNotice"


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """One document. `str()` and `parse` go to and from the text that the rest of the house keeps."""

    type: str
    stump: str
    number: int

    def __str__(self) -> str:
        return f"{self.type}/{self.stump}/{self.number}"

    def as_number(self) -> ErpNumber:
        """The key as the rest of the house has it."""
        return ErpNumber(str(self))

    @classmethod
    def parse(cls, text: str) -> DocumentKey:
        """The key that `str()` wrote."""
        type_, _, rest = text.partition("/")
        stump, _, number = rest.rpartition("/")
        return cls(type_, stump, int(number))
