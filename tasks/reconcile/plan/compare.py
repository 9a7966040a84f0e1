"""Pure: one document of the shop beside what the ERP has of it: in what they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from schemas.documents import ZERO
from schemas.erp_sums import Detail, DocumentSums, Part, Supply
from schemas.period import Period

Key: TypeAlias = tuple[Decimal | None, Supply | None]
"""VAT rate and kind of supply."""
_NOTHING = (ZERO, ZERO)


class Cause(StrEnum):
    """In what a document of the shop and those of the ERP differ; the first that holds is the one that is reported."""

    NOT_IN_ERP = "not_in_erp"
    """The ERP was not given it, or has not confirmed it."""
    GONE = "gone"
    """The ERP was given it and has it no more."""
    NOT_SOLD = "not_sold"
    """The shop has taken it out of sale, and the ERP counts it."""
    CURRENCY = "currency"
    TOTAL = "total"
    RATES = "rates"
    """The same total, otherwise by VAT rate, goods and services."""
    NET = "net"
    """The same with tax and not without, by more than rounding."""
    PAYMENTS = "payments"
    DAY = "day"
    """The ERP's document is of another period."""
    NOT_FINAL = "not_final"
    """No invoice with a number yet."""
    ROUNDING = "rounding"
    """The same with tax; without, what rounding each line makes."""
    NOT_CONFIRMED = "not_confirmed"
    """It went in a file, and no file of the ERP has named it since."""


_REMARKS = frozenset({Cause.ROUNDING, Cause.NOT_CONFIRMED})
"""What is worth a word beside a document and is no difference."""


@dataclass(frozen=True, slots=True)
class ShopDocument:
    """An order or a credit slip of the shop."""

    key: str
    """Its id."""
    id_order: int
    is_credit: bool
    reference: str
    """Of its order."""
    country: str
    """ISO code of the country that it was delivered to."""
    is_company: bool
    sums: DocumentSums
    pieces: int = 0
    """How many of articles: each may be rounded by itself."""
    is_sold: bool = True
    number: str = ""
    """The ERP's number of what it was given."""
    is_confirmed: bool = True
    """False: it was handed over in a file that the ERP has not answered yet."""
    waits: str = ""
    """The code of the message that says why the ERP was not given it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A document of the shop and what the ERP has of it."""

    shop: ShopDocument
    erp: tuple[DocumentSums, ...] = ()
    causes: tuple[Cause, ...] = ()
    details: frozenset[Detail] = field(default=frozenset())

    @property
    def agrees(self) -> bool:
        """Whether nothing differs but what is only remarked."""
        return not set(self.causes) - _REMARKS

    @property
    def erp_tax_incl(self) -> Decimal:
        """What the ERP's documents come to with tax."""
        return sum((each.tax_incl for each in self.erp), ZERO)

    @property
    def erp_tax_excl(self) -> Decimal | None:
        """The same without tax; None where the ERP does not say it."""
        nets = [each.tax_excl for each in self.erp]
        return None if None in nets else sum((net for net in nets if net is not None), ZERO)


def compare(
    shop: ShopDocument, erp: tuple[DocumentSums, ...] | None, details: frozenset[Detail], period: Period, unit: Decimal
) -> Compared:
    """The two beside each other; `erp` is None where the ERP has nothing of it."""
    if erp is None:
        # What is not sold need not be there.
        missing = (Cause.GONE if shop.number else Cause.NOT_IN_ERP,) if shop.is_sold else ()
        return Compared(shop, (), missing, details)
    whole = Compared(shop, erp, (), details)
    causes = tuple(sorted(set(_causes(whole, period, unit)), key=list(Cause).index))
    return Compared(shop, erp, causes, details)


def by_rate(parts: Iterable[Part]) -> dict[Key, tuple[Decimal, Decimal]]:
    """The sums without and with tax, by rate and kind of supply; nothing where they are nothing."""
    sums: dict[Key, tuple[Decimal, Decimal]] = {}
    for part in parts:
        net, gross = sums.get((part.rate, part.supply), _NOTHING)
        sums[part.rate, part.supply] = (net + part.tax_excl, gross + part.tax_incl)
    return {key: amounts for key, amounts in sums.items() if any(amounts)}


def by_mode(documents: Iterable[DocumentSums]) -> dict[str, Decimal]:
    """The payments by mode, without those that come to nothing."""
    sums: dict[str, Decimal] = {}
    for mode, amount in (payment for each in documents for payment in each.payments):
        sums[mode] = sums.get(mode, ZERO) + amount
    return {mode: amount for mode, amount in sums.items() if amount}


def _causes(both: Compared, period: Period, unit: Decimal) -> Iterable[Cause]:
    shop, erp = both.shop, both.erp
    if not shop.is_sold:
        # Given back by a credit note, it counts for nothing.
        yield from [Cause.NOT_SOLD] if both.erp_tax_incl else []
        return
    if any(each.currency not in {"", shop.sums.currency} for each in erp):
        yield Cause.CURRENCY
    if both.erp_tax_incl != shop.sums.tax_incl:
        yield Cause.TOTAL
    elif Detail.RATES in both.details and by_gross(shop.sums.parts) != by_gross(_parts(erp)):
        yield Cause.RATES
    elif apart := _apart(both):
        # A shop that rounds each piece without tax is half a cent a piece away, an ERP half a cent a line.
        lines = max(len(shop.sums.parts), len(_parts(erp)), 1)
        yield Cause.ROUNDING if apart <= unit * (shop.pieces + lines) else Cause.NET
    if Detail.PAYMENTS in both.details and not shop.is_credit and by_mode([shop.sums]) != by_mode(erp):
        yield Cause.PAYMENTS
    if not all(period.holds(each.day) for each in erp if each.day):
        yield Cause.DAY
    if not all(each.is_final for each in erp):
        yield Cause.NOT_FINAL
    if not shop.is_confirmed:
        yield Cause.NOT_CONFIRMED


def by_gross(parts: Iterable[Part]) -> dict[Key, Decimal]:
    """The sums with tax, by rate and kind of supply, without those that come to nothing."""
    return {key: gross for key, (_, gross) in by_rate(parts).items() if gross}


def _parts(documents: Iterable[DocumentSums]) -> list[Part]:
    return [part for each in documents for part in each.parts]


def _apart(both: Compared) -> Decimal:
    """By how much the amounts without tax differ, as far as the ERP says them."""
    net = both.erp_tax_excl
    if Detail.RATES in both.details:
        ours, theirs = by_rate(both.shop.sums.parts), by_rate(_parts(both.erp))
        keys = ours.keys() | theirs.keys()
        return sum((abs(ours.get(key, _NOTHING)[0] - theirs.get(key, _NOTHING)[0]) for key in keys), ZERO)
    if Detail.NET in both.details and net is not None and both.shop.sums.tax_excl is not None:
        return abs(net - both.shop.sums.tax_excl)
    return ZERO
