"""What is remembered of a catalogue while it is read: ids and numbers in arrays, a few dozen bytes a product."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]
"""One entity as the shop shows it: every value a text, texts in several languages by id_lang, `id` an int."""

ACTIVE, PRICED, REDUCED, FIXED, OFFERED, STOCKED, OF_COMBINATIONS, OF_NONE = (1 << bit for bit in range(8))
"""Of a product: it is switched on; its price was looked at; a visitor's price is lower with reductions than without; a
specific price in force sets its price, or reduces it; it has a stock row of its own; the back office takes it for one
with combinations, or for one without."""
_MICRO = 1_000_000


def whole(row: Row, name: str) -> int:
    """A whole number of a row; 0 where it has none."""
    return int(row.get(name) or 0)


def amount(row: Row, name: str) -> Decimal:
    """An amount of a row; 0 where it has none."""
    return Decimal(row.get(name) or 0)


def micro(value: Decimal) -> int:
    """An amount as millionths: the shop keeps six decimals."""
    return int(value * _MICRO)


class Ids:
    """Ids in the order in which they come, which is ascending."""

    def __init__(self) -> None:
        self._ids = array("I")

    def add(self, identifier: int) -> int:
        """Its index; ValueError for one that comes out of order."""
        if self._ids and identifier <= self._ids[-1]:
            raise ValueError(f"{identifier} comes after {self._ids[-1]}")
        self._ids.append(identifier)
        return len(self._ids) - 1

    def index(self, identifier: int) -> int:
        """Where it stands; -1 for one that is not there."""
        position = bisect_left(self._ids, identifier)
        return position if position < len(self._ids) and self._ids[position] == identifier else -1

    def __contains__(self, identifier: int) -> bool:
        return self.index(identifier) >= 0

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, index: int) -> int:
        return self._ids[index]


class Catalogue:
    """Products and combinations by index: what the rows that hang on them are held against."""

    def __init__(self) -> None:
        self.products = Ids()
        self.price = array("q")
        """Without tax, in millionths."""
        self.listed = array("q")
        """As a visitor is shown it without reductions, in millionths; 0 where it was not looked at."""
        self.rate = array("I")
        """Of its tax in the shop's country, in thousandths of a percent."""
        self.impact = array("q")
        """What its default combination adds to the price, in millionths."""
        self.flags = array("B")
        self.combinations_of = array("H")
        self.defaults_of = array("H")
        self.sum = array("q")
        """Of the quantities of its combinations."""
        self.quantity = array("q")
        """Of its own stock row."""
        self.combinations = Ids()
        self.product_of = array("I")
        """The id of a combination's product."""
        self.stock_rows = bytearray()
        """How many stock rows a combination has."""

    def add_product(self, identifier: int, price: Decimal, flags: int) -> int:
        """The index of a product that the shop has shown."""
        self.price.append(micro(price))
        self.flags.append(flags)
        numbers = (self.listed, self.rate, self.impact, self.combinations_of, self.defaults_of, self.sum, self.quantity)
        for each in numbers:
            each.append(0)
        return self.products.add(identifier)

    def add_combination(self, identifier: int, id_product: int) -> int:
        """The index of a combination that the shop has shown."""
        self.product_of.append(id_product)
        self.stock_rows.append(0)
        return self.combinations.add(identifier)
