"""Pure: what a document must be in the ERP, what of it is frozen without an answer, and how a found one differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from schemas.amounts import cents
from schemas.documents import FoundDocument
from tasks.handover.translate.identity import keyed_hash

Lines = Mapping[str, tuple[Decimal, Decimal]]
_DAY = len("2026-11-21")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was sent when no answer came: a later call sends the same. Nothing in it names a person."""

    reference: str
    """The internal reference."""
    type: str
    customer: str
    """The customer's code in the ERP."""
    account: str
    """The customer's id in the shop."""
    content: str
    """A keyed hash of day, currency and lines."""

    def text(self) -> str:
        """As the ledger keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def parse(cls, text: str | None) -> Frozen | None:
        """What `text()` wrote; None for nothing."""
        return cls(**json.loads(text)) if text else None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a document is compared by."""

    day: str
    currency: str
    external_reference: str
    lines: Lines
    """Quantity and amount by the item's reference: an ERP may split lines or put them together."""

    @property
    def total(self) -> Decimal:
        """The sum of the lines, tax included."""
        return sum((amount for _, amount in self.lines.values()), Decimal(0))

    def content(self, secret: bytes) -> str:
        """A keyed hash of what the ERP's document must be."""
        lines = sorted((name, str(quantity), str(amount)) for name, (quantity, amount) in self.lines.items())
        return keyed_hash(json.dumps([self.day, self.currency, lines]), secret)


def expected_of(document: Mapping[str, Any]) -> Expected:
    """What the ERP's document is compared by when this Create_Request was sent."""
    header = document["Header"]
    sent = (
        (line["ItemIdentifier"]["Reference"], line["Quantity"], line["NetUnitPrice"])
        for line in document["Lines"]["Create_Line"]
    )
    return Expected(
        day=header["Date"][:_DAY],
        currency=header.get("CurrencyId", ""),
        external_reference=header.get("ExternalReference", ""),
        lines=_together(sent),
    )


def expected_of_found(found: FoundDocument, like: Expected | None = None) -> Expected:
    """The same of a document of the ERP; of the names that it has for an item, those of `like` come first."""
    known = {_bare(name): name for name in like.lines} | {name: name for name in like.lines} if like else {}
    lines = ((_name(line.references, known), line.quantity, line.net_unit_price_tax_incl) for line in found.lines)
    return Expected(found.day, found.status.currency, "", _together(lines))


def _name(references: tuple[str, ...], known: Mapping[str, str]) -> str:
    asked = [*references, *map(_bare, references)]
    return next((known[name] for name in asked if name in known), references[0] if references else "")


def _bare(reference: str) -> str:
    return reference.strip().casefold()


def _together(lines: Iterator[tuple[str, Any, Any]]) -> dict[str, tuple[Decimal, Decimal]]:
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for name, quantity, price in lines:
        quantity_before, amount_before = found.get(name, (Decimal(0), Decimal(0)))
        found[name] = (quantity_before + quantity, amount_before + cents(cents(Decimal(price)) * Decimal(quantity)))
    return {name: (quantity.normalize() + 0, cents(amount)) for name, (quantity, amount) in found.items()}


def differences(expected: Expected, found: FoundDocument) -> tuple[str, ...]:
    """In the ERP's own words, what a document found is not as ours must be; nothing when it is ours."""
    return tuple(_differences(expected, found))


def _differences(expected: Expected, found: FoundDocument) -> Iterator[str]:
    theirs = expected_of_found(found, expected)
    if found.is_cancelled:
        yield "CancelStatus Canceled"
    if expected.external_reference and not found.has_external_reference:
        yield "ExternalReference"
    if theirs.day != expected.day:
        yield f"Date {theirs.day}, {expected.day}"
    if theirs.currency and expected.currency and theirs.currency != expected.currency:
        yield f"CurrencyId {theirs.currency}, {expected.currency}"
    total = found.status.total_tax_incl
    if total is not None and cents(total) != cents(expected.total):
        yield f"TaxIncludedTotalAmount {cents(total)}, {cents(expected.total)}"
    if theirs.lines != expected.lines:
        names = sorted(name for name in {*theirs.lines, *expected.lines} if _at(theirs, name) != _at(expected, name))
        yield f"Lines {' '.join(names[:_MOST_NAMES])}"


_MOST_NAMES = 5


def _at(expected: Expected, name: str) -> tuple[Decimal, Decimal] | None:
    return expected.lines.get(name)
