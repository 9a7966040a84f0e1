"""Quantities of the ERP's files, less the pieces of orders that it had not seen when it wrote them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import polars as pl

Item: TypeAlias = tuple[int, int]
"""id_product, id_product_attribute."""


@dataclass(frozen=True, slots=True)
class SoldPieces:
    """Pieces of one line of an order."""

    item: Item
    reference: str
    """That of the item when it was sold."""
    pieces: int
    seen_at: datetime | None = None
    """Since when the ERP is known to have the order; None: it is not."""


class Unseen:
    """What was sold and may be missing in a file of the ERP. Not a dataclass: Prefect walks through those.

    A file that was written less than `margin` after the ERP got an order is taken for one that does not count it yet.
    """

    def __init__(self, sold: Iterable[SoldPieces] = (), margin: timedelta = timedelta()) -> None:
        self.margin = margin
        self._by_item: dict[Item, list[SoldPieces]] = {}
        self._by_reference: dict[str, list[SoldPieces]] = {}
        for one in sold:
            self._by_item.setdefault(one.item, []).append(one)
            self._by_reference.setdefault(one.reference.strip(), []).append(one)

    def __bool__(self) -> bool:
        return bool(self._by_item)

    def pieces(self, item: Item | None, reference: str, written_at: datetime) -> int:
        """How many a file of that time does not count; by the item's ids where they are known, else by reference."""
        sold = self._by_reference.get(reference, ()) if item is None else self._by_item.get(item, ())
        return sum(one.pieces for one in sold if is_unseen(one.seen_at, written_at, self.margin))


def is_unseen(seen_at: datetime | None, written_at: datetime, margin: timedelta) -> bool:
    """Whether a file of that time may not count an order yet."""
    return seen_at is None or seen_at + margin > written_at


def less(quantity: int, pieces: int) -> int:
    """What is left to sell: never below 0 for what was sold, and never more than the ERP says."""
    return max(quantity - pieces, min(quantity, 0))


def less_unseen(
    rows: pl.DataFrame, unseen: Unseen, items: Mapping[str, Item], written_at: Mapping[int, datetime], *, by_key: bool
) -> tuple[pl.DataFrame, dict[str, tuple[int, int]]]:
    """The rows (`_file`, `_key`, `quantity`) with what is left, and by key what the ERP said and what was taken off.

    `written_at` is by the file's position. With `by_key` the key of a row is the reference of its item.
    """
    taken: dict[str, tuple[int, int]] = {}
    left: list[int] = []
    kept = rows["_kept"] if "_kept" in rows.columns else [True] * rows.height
    for file, key, quantity, is_kept in zip(rows["_file"], rows["_key"], rows["quantity"], kept, strict=True):
        item = items.get(key)
        pieces = unseen.pieces(item, key if by_key else "", written_at[file]) if is_kept and file in written_at else 0
        left.append(less(quantity, pieces))
        if pieces:
            taken[key] = (quantity, quantity - left[-1])
    return rows.with_columns(pl.Series("quantity", left, dtype=pl.Int64)), taken
