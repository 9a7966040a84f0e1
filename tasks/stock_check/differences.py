"""Pure: may what was sold since the ERP last named a quantity explain what the shop has now?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from tasks.orders.plan.sorting import SeenOrder

ItemIds: TypeAlias = tuple[int, int]
"""(id_product, id_product_attribute)"""
MARGIN = timedelta(seconds=60)
"""Around the write of a quantity: whether an order of that minute came before it or after is not known."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Pieces that orders took since a quantity was written, perhaps took, and gave back."""

    sold: int = 0
    perhaps: int = 0
    given_back: int = 0

    def explains(self, difference: int) -> bool:
        """Whether the shop may have so many pieces more than the ERP named."""
        return -self.sold - self.perhaps <= difference <= self.given_back - self.sold

    @property
    def is_certain(self) -> bool:
        """Whether the quantity that the shop should have is known to the piece."""
        return not self.perhaps and not self.given_back


@dataclass(frozen=True, slots=True)
class Sales:
    """The orders that changed of late, and the pieces of each item in them."""

    orders: Sequence[SeenOrder]
    pieces: Mapping[int, Mapping[ItemIds, int]]
    """By id_order."""
    undone: frozenset[int]
    """States in which an order has given its pieces back, or never took them."""

    def since(self, item: ItemIds, written_at: datetime) -> Moved:
        """What they did to the pieces of an item whose quantity was written then, by the shop's clock."""
        sold = perhaps = given_back = 0
        for order in self.orders:
            pieces = self.pieces.get(order.id_order, {}).get(item, 0)
            if order.state in self.undone:
                moved = order.placed_at <= written_at + MARGIN and order.updated_at >= written_at - MARGIN
                given_back += pieces if moved else 0
            elif order.placed_at > written_at + MARGIN:
                sold += pieces
            elif order.placed_at >= written_at - MARGIN:
                perhaps += pieces
        return Moved(sold, perhaps, given_back)


def sales_of(orders: Iterable[SeenOrder], rows: Iterable[tuple[int, ItemIds, int]], undone: frozenset[int]) -> Sales:
    """Orders with their rows (id_order, item, pieces)."""
    pieces: dict[int, dict[ItemIds, int]] = {}
    for id_order, item, count in rows:
        of_order = pieces.setdefault(id_order, {})
        of_order[item] = of_order.get(item, 0) + count
    return Sales(tuple(orders), pieces, undone)
