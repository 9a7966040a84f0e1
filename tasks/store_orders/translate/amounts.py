"""Pure: what a sale of a store costs, to the cent, out of the amounts in its rows; nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from schemas.outcomes import Outcome
from tasks.products.translate.prices import six_decimals
from tasks.run.outcomes import Stop

CENT = Decimal("0.01")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pair:
    """An amount without and with tax."""

    tax_excl: Decimal
    tax_incl: Decimal

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.tax_excl + other.tax_excl, self.tax_incl + other.tax_incl)

    def __sub__(self, other: Pair) -> Pair:
        return Pair(self.tax_excl - other.tax_excl, self.tax_incl - other.tax_incl)

    def cents(self) -> Pair:
        """Both rounded to the cent, halves away from zero."""
        return Pair(self.tax_excl.quantize(CENT, ROUND_HALF_UP), self.tax_incl.quantize(CENT, ROUND_HALF_UP))

    def is_within(self, tolerance: Decimal) -> bool:
        """Whether both differ from nothing by no more than this."""
        return abs(self.tax_excl) <= tolerance and abs(self.tax_incl) <= tolerance


NONE = Pair(NOTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class SoldRow:
    """The amounts of one row, None where the file has none; the quantity is at least 1, no amount is negative."""

    quantity: int
    unit_tax_excl: Decimal | None = None
    unit_tax_incl: Decimal | None = None
    total_tax_excl: Decimal | None = None
    total_tax_incl: Decimal | None = None
    discount: Decimal = NOTHING

    @property
    def unit(self) -> Pair | None:
        """The unit prices; one that is missing is the row's total by the piece. None: both are missing."""
        excl, incl = self.unit_tax_excl, self.unit_tax_incl
        excl = self._by_the_piece(self.total_tax_excl) if excl is None else excl
        incl = self._by_the_piece(self.total_tax_incl) if incl is None else incl
        return None if excl is None or incl is None else Pair(excl, incl)

    def _by_the_piece(self, total: Decimal | None) -> Decimal | None:
        return None if total is None else six_decimals(total / self.quantity)

    @property
    def is_gross_below_net(self) -> bool:
        """Whether an amount is less with tax than without, beyond what rounding to the cent may do."""
        units = self.unit or NONE
        totals = Pair(self.total_tax_excl or NOTHING, self.total_tax_incl or NOTHING)
        both = self.total_tax_excl is not None and self.total_tax_incl is not None
        return units.tax_incl < units.tax_excl - CENT or (both and totals.tax_incl < totals.tax_excl - self.tolerance)

    @property
    def tolerance(self) -> Decimal:
        """What unit prices that were rounded to the cent may amount to."""
        return CENT * (self.quantity + 1) / 2


@dataclass(frozen=True, slots=True)
class RowAmounts:
    """What a row of the order costs by the piece and in all, before the discount of the whole order."""

    unit: Pair
    total: Pair


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an order costs: the totals of its rows less the discount are what was paid."""

    rows: tuple[RowAmounts, ...]
    discount: Pair

    @property
    def products(self) -> Pair:
        """The rows together."""
        return sum((row.total for row in self.rows), NONE)

    @property
    def paid(self) -> Pair:
        """What was paid."""
        return self.products - self.discount


def amounts_of(rows: Sequence[SoldRow]) -> Amounts | Stop:
    """The amounts of a sale, or why there are none.

    The total of a row is what it came to after its discount, or, on every row alike, what the whole sale came to;
    which of the two, and whether unit prices are before or after the discount, is what agrees to the cent. A total
    that is missing is quantity times price less the discount, which is then with tax and of the whole row.
    """
    if any(row.unit is None for row in rows):
        return Stop(Outcome.REJECTED, "sale_without_price")
    if wrong := next((row for row in rows if row.is_gross_below_net), None):
        unit = wrong.unit or NONE
        return Stop(Outcome.REJECTED, "sale_gross_below_net", f"{unit.tax_incl} / {unit.tax_excl}")
    by_row = [_row(row) for row in rows]
    sound = [each for each in by_row if each is not None]
    if len(sound) == len(rows):
        return Amounts(tuple(row for row, _ in sound), sum((cut for _, cut in sound), NONE))
    whole = _whole(rows)
    if whole is not None:
        return whole
    first = rows[by_row.index(None)]
    return Stop(Outcome.REJECTED, "sale_totals_differ", f"{_gross(first).tax_incl} / {first.total_tax_incl}")


def _gross(row: SoldRow) -> Pair:
    unit = row.unit or NONE
    return Pair(unit.tax_excl * row.quantity, unit.tax_incl * row.quantity).cents()


def _row(row: SoldRow) -> tuple[RowAmounts, Pair] | None:
    """The row and its share of the order's discount; None when its amounts contradict each other."""
    unit, gross = row.unit or NONE, _gross(row)
    total = _total(row, gross)
    cut = gross - total
    if cut.is_within(row.tolerance):
        return RowAmounts(unit, total), NONE
    return (RowAmounts(unit, gross), cut) if _is_discount(cut, (row.discount,), row) else None


def _total(row: SoldRow, gross: Pair) -> Pair:
    share = gross.tax_excl / gross.tax_incl if gross.tax_incl else NOTHING
    excl = gross.tax_excl - row.discount * share if row.total_tax_excl is None else row.total_tax_excl
    incl = gross.tax_incl - row.discount if row.total_tax_incl is None else row.total_tax_incl
    return Pair(excl, incl).cents()


def _is_discount(cut: Pair, discounts: Sequence[Decimal], *rows: SoldRow) -> bool:
    """Whether what was taken off is one of `discounts`, with or without tax, in all or by the piece."""
    tolerance = sum((row.tolerance for row in rows), NOTHING)
    pieces = {1, rows[0].quantity} if len(rows) == 1 else {1}
    stated = [discount * count for discount in discounts for count in pieces if discount > 0]
    if min(cut.tax_excl, cut.tax_incl) < 0:
        return False
    return any(abs(taken - one) <= tolerance for one in stated for taken in (cut.tax_excl, cut.tax_incl))


def _whole(rows: Sequence[SoldRow]) -> Amounts | None:
    """The amounts of a sale whose rows all have the total of the whole sale; None when they do not."""
    totals = {(row.total_tax_excl, row.total_tax_incl) for row in rows}
    excl, incl = next(iter(totals))
    if len(totals) > 1 or excl is None or incl is None or any(row.unit_tax_incl is None for row in rows):
        return None
    gross = [_gross(row) for row in rows]
    cut = sum(gross, NONE) - Pair(excl, incl).cents()
    as_stated = tuple(RowAmounts(row.unit or NONE, total) for row, total in zip(rows, gross, strict=True))
    if cut.is_within(sum((row.tolerance for row in rows), NOTHING)):
        return Amounts(_without(as_stated, cut), NONE)
    every = {row.discount for row in rows}
    discounts = [sum((row.discount for row in rows), NOTHING), *(every if len(every) == 1 else ())]
    return Amounts(as_stated, cut) if _is_discount(cut, discounts, *rows) else None


def _without(rows: tuple[RowAmounts, ...], cents: Pair) -> tuple[RowAmounts, ...]:
    """The rows with the cents that rounding left over taken off the dearest one."""
    dearest = max(range(len(rows)), key=lambda index: rows[index].total.tax_incl)
    return tuple(RowAmounts(row.unit, row.total - cents) if index == dearest else row for index, row in enumerate(rows))
