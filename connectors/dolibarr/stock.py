"""What Dolibarr has in its warehouses, read by its movements: no clock decides what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from connectors.dolibarr.asking import Record
from connectors.dolibarr.client import Dolibarr
from connectors.dolibarr.replies import amount
from schemas.catalogue import ReadStock

_PAGE = 1_000


class Stock:
    """See `schemas.catalogue.TellsStock`. The cursor is the id of a movement."""

    def __init__(self, dolibarr: Dolibarr) -> None:
        self._dolibarr = dolibarr

    def unknown_warehouses(self, warehouses: Sequence[str]) -> tuple[str, ...]:
        """See the protocol."""
        known = self._dolibarr.warehouses() if warehouses else {}
        return tuple(each for each in warehouses if each not in known)

    def stock(self, warehouses: Sequence[str], after: str) -> ReadStock:
        """The movements are read before the quantities: what moves in between is told again by the next run."""
        known = self._dolibarr.warehouses() if warehouses else {}
        chosen = {str(known[each]) for each in warehouses}
        if after:
            cursor, moved = self._moved(int(after))
            rows = self._dolibarr.stocks(moved)
        else:
            cursor, rows = self._dolibarr.newest_movement(), self._dolibarr.all_stocks()
        return ReadStock(str(cursor), {str(row["ref"]): quantity(row, chosen) for row in rows})

    def _moved(self, after: int) -> tuple[int, set[int]]:
        moved: set[int] = set()
        while True:
            rows = self._dolibarr.movements_after(after, _PAGE)
            moved |= {int(row["product_id"]) for row in rows}
            after = max([after, *(int(row["id"]) for row in rows)])
            if len(rows) < _PAGE:
                return after, moved


def quantity(row: Record, chosen: set[str]) -> int:
    """The whole pieces of a product in the chosen warehouses, or in all."""
    houses = row.get("stock_warehouse")
    if not isinstance(houses, Mapping):
        houses = {}
    held = (amount(each.get("real")) for id_, each in houses.items() if not chosen or str(id_) in chosen)
    return int(sum(held, Decimal(0)).to_integral_value(ROUND_FLOOR))
