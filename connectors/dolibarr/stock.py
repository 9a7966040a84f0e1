"""What Dolibarr has in its warehouses, read by its movements: no clock decides what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Self

from connectors.dolibarr.access import SYSTEM
from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.codes import DolibarrCodes
from connectors.dolibarr.guard import uid_of
from connectors.dolibarr.replies import amount
from connectors.dolibarr.translate_items import item_key
from schemas.catalogue import ReadStock
from schemas.errors import DeniedError

_PAGE = 1_000
_MARGIN = 500
"""How many ids back a movement may still appear: it has its id from the beginning of its transaction, and is seen from
the end on (docs/facts/dolibarr.md, C10)."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where movements were read: the newest id, and those before it that were not there."""

    newest: int
    missing: frozenset[int] = frozenset()

    @classmethod
    def of(cls, text: str) -> Self:
        """A cursor as `text` gives it."""
        newest, *missing = map(int, text.split())
        return cls(newest, frozenset(missing))

    @property
    def text(self) -> str:
        """The newest id, then the missing ones."""
        return " ".join(map(str, [self.newest, *sorted(self.missing)]))

    @property
    def start(self) -> int:
        """The id after which there may be something new."""
        return min(self.missing, default=self.newest + 1) - 1

    def is_new(self, id_: int) -> bool:
        """Whether a movement was not read yet."""
        return id_ > self.newest or id_ in self.missing

    def after(self, ids: Iterable[int]) -> Cursor:
        """The cursor once these were read, which are all that there are after `start`."""
        seen = set(ids)
        newest = max([self.newest, *seen])
        awaited = self.missing | set(range(max(self.newest, newest - _MARGIN) + 1, newest))
        return Cursor(newest, frozenset(id_ for id_ in awaited - seen if id_ > newest - _MARGIN))


class Stock:
    """See `schemas.catalogue.TellsStock`."""

    def __init__(self, dolibarr: Dolibarr, codes: DolibarrCodes) -> None:
        self._dolibarr = dolibarr
        self._codes = codes

    def unknown_warehouses(self, warehouses: Sequence[str]) -> tuple[str, ...]:
        """See the protocol."""
        known = self._dolibarr.warehouses() if warehouses else {}
        return tuple(each for each in warehouses if each not in known)

    def stock(self, warehouses: Sequence[str], after: str) -> ReadStock:
        """The movements are read before the quantities: what moves in between is told again by the next run."""
        known = self._dolibarr.warehouses() if warehouses else {}
        chosen = {str(known[each]) for each in warehouses}
        cursor = Cursor.of(after) if after else Cursor(max(self._dolibarr.newest_movement() - _MARGIN, 0))
        moved = self._moved(cursor)
        fresh = {product for id_, product in moved.items() if cursor.is_new(id_)}
        rows = self._dolibarr.stocks(fresh) if after else self._dolibarr.all_stocks()
        quantities, owners = {}, {}
        for row in rows:
            reference = str(row["ref"])
            quantities[reference] = quantity(row, chosen)
            if uid := uid_of(row):
                owners[reference] = item_key(uid, self._codes)
        return ReadStock(cursor.after(moved).text, quantities, owners)

    def _moved(self, cursor: Cursor) -> dict[int, int]:
        """The product of each movement after the start of the cursor, by its id."""
        found: dict[int, int] = {}
        after = cursor.start
        while True:
            rows = self._dolibarr.movements_after(after, _PAGE)
            found |= {int(row["id"]): int(row["product_id"]) for row in rows}
            if len(rows) < _PAGE:
                return found
            after = max(found)


def quantity(row: Record, chosen: set[str]) -> int:
    """The whole pieces of a product in the chosen warehouses, or in all."""
    if "stock_warehouse" not in row:
        # Without the right it is left out without a word (docs/facts/dolibarr.md, C9).
        reason = "stock is left out of the list of products"
        raise DeniedError(reason, system=SYSTEM, action="read stocks").worded("dolibarr_no_right", value="read stocks")
    houses = row["stock_warehouse"]
    if not isinstance(houses, Mapping):
        houses = {}
    held = (amount(each.get("real")) for id_, each in houses.items() if not chosen or str(id_) in chosen)
    return int(sum(held, Decimal(0)).to_integral_value(ROUND_FLOOR))
