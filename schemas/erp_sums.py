"""What documents come to, by VAT rate and kind of supply: the shop's and the ERP's, so that they can be compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Supply(StrEnum):
    """What is supplied, as VAT distinguishes it."""

    GOODS = "goods"
    SERVICES = "services"


class Detail(StrEnum):
    """What an ERP can say of a document beside its number, its state and what it comes to with tax."""

    NET = "net"
    """What it comes to without tax."""
    RATES = "rates"
    """Its amounts by VAT rate, goods and services."""
    PAYMENTS = "payments"
    """What was paid, by mode."""
    CREDITS = "credits"
    """Its credit notes."""
    STRANGERS = "strangers"
    """The documents of a period that no document of the shop stands behind."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document, below zero where something is taken off or given back."""

    rate: Decimal | None
    """In per cent; None: nothing shows it."""
    supply: Supply | None
    """None: what was taken off something, of the kind of supply that it was taken off."""
    tax_excl: Decimal
    tax_incl: Decimal


def with_discounts_of_kind(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts, each discount of the supply that it was taken off: of goods, where there are any of its rate."""
    whole = tuple(parts)
    supplied = {(part.rate, part.supply) for part in whole if part.tax_incl}
    return tuple(part if part.supply else _of_kind(part, supplied) for part in whole)


def _of_kind(part: Part, supplied: Collection[tuple[Decimal | None, Supply | None]]) -> Part:
    is_service = (part.rate, Supply.GOODS) not in supplied and (part.rate, Supply.SERVICES) in supplied
    return Part(part.rate, Supply.SERVICES if is_service else Supply.GOODS, part.tax_excl, part.tax_incl)


@dataclass(frozen=True, slots=True)
class DocumentSums:
    """What one document comes to."""

    number: str
    """What a person finds it by."""
    day: str
    """As `2026-11-21`."""
    currency: str
    """ISO 4217; empty: not said."""
    tax_incl: Decimal
    tax_excl: Decimal | None = None
    parts: tuple[Part, ...] = ()
    """With discounts of their own kind of supply; none where rates are not said."""
    payments: tuple[tuple[str, Decimal], ...] = ()
    """Mode and amount."""
    is_final: bool = True
    """False: it is no invoice yet, as an order, or an invoice without a number."""


@dataclass(frozen=True, slots=True)
class AskedSums:
    """A document of the shop that the ERP was given."""

    number: str
    """As `schemas.erp.ErpNumber`."""
    day: date
    """Of the document in the shop."""


class TellsSums(Protocol):
    """The ERP says what the documents come to that it was given. Safe in threads."""

    @property
    def details(self) -> frozenset[Detail]:
        """What it can say."""

    def of_orders(self, asked: Sequence[AskedSums]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """The invoices of each order by its number, else the order itself; one that is gone is left out."""

    def of_credits(self, asked: Sequence[AskedSums]) -> Mapping[str, tuple[DocumentSums, ...]]:
        """The credit note of each credit slip, by its number."""

    def strangers(self, first: date, last: date, known: frozenset[str]) -> tuple[DocumentSums, ...]:
        """What is dated from `first` to `last`, hangs on orders that it was given, and is none of the `known` ones.

        `known` are documents by what a person finds them by.
        """

    def mode_of(self, code: str) -> str:
        """How it names the payment mode of a code of the associations."""
