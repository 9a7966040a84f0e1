"""Pure: what a document must be in the ERP, what of it is frozen without an answer, and how a found one differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from schemas.amounts import cents
from schemas.erp import Compared, FoundDocument
from schemas.identities import keyed_hash


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


def content_of(compared: Compared, secret: bytes) -> str:
    """A keyed hash of what the ERP's document must be."""
    lines = sorted((name, str(quantity), str(amount)) for name, (quantity, amount) in compared.lines.items())
    return keyed_hash(json.dumps([compared.day, compared.currency, lines]), secret)


def compared_of(found: FoundDocument, like: Compared | None = None) -> Compared:
    """What a document of the ERP is compared by; of the names that it has for an item, those of `like` come first."""
    known = {_bare(name): name for name in like.lines} | {name: name for name in like.lines} if like else {}
    lines = ((_name(line.references, known), line.quantity, line.net_unit_price_tax_incl) for line in found.lines)
    return Compared.of(found.day, found.status.currency, "", lines)


def _name(references: tuple[str, ...], known: Mapping[str, str]) -> str:
    asked = [*references, *map(_bare, references)]
    return next((known[name] for name in asked if name in known), references[0] if references else "")


def _bare(reference: str) -> str:
    return reference.strip().casefold()


CANCELLED = "cancelled"


def differences(expected: Compared, found: FoundDocument) -> tuple[str, ...]:
    """What of a document found is not as ours must be, as names with theirs and ours; nothing when it is ours."""
    return tuple(_differences(expected, found))


def _differences(expected: Compared, found: FoundDocument) -> Iterator[str]:
    theirs = compared_of(found, expected)
    if found.is_cancelled:
        yield CANCELLED
    if expected.external_reference and not found.has_external_reference:
        yield "reference"
    if theirs.day != expected.day:
        yield f"date {theirs.day}, {expected.day}"
    if theirs.currency and expected.currency and theirs.currency != expected.currency:
        yield f"currency {theirs.currency}, {expected.currency}"
    total = found.status.total_tax_incl
    if total is not None and cents(total) != cents(expected.total):
        yield f"total {cents(total)}, {cents(expected.total)}"
    if theirs.lines != expected.lines:
        names = sorted(name for name in {*theirs.lines, *expected.lines} if _at(theirs, name) != _at(expected, name))
        yield f"lines {' '.join(names[:_MOST_NAMES])}"


_MOST_NAMES = 5


def _at(compared: Compared, name: str) -> tuple[Decimal, Decimal] | None:
    return compared.lines.get(name)
