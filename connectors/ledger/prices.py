"""Prices: every price and discount that the shop was confirmed to have, line by line; only added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from connectors.ledger.database import rows_as_frame
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import PRICE_PERIODS
from schemas.price_changes import Origin, PriceChange, PriceState, change_of

_AT_ONCE = 500
_OWN = [column for column in PRICE_PERIODS.c if column.name != "shop"]


class Prices(LedgerPart):
    """The price ledger of each shop. No method changes or deletes a line."""

    def last_prices(self, shop: str, *, discounts: bool) -> pl.DataFrame:
        """The line that an import recorded last of each item's own price, or of each discount."""
        table = PRICE_PERIODS.c
        which = table.case_key != "" if discounts else table.case_key == ""
        imported = sa.and_(table.shop == shop, table.origin == Origin.IMPORT.value, which)
        newest = sa.select(sa.func.max(table.id)).where(imported).group_by(table.reference, table.case_key)
        with self.database.read("read prices") as connection:
            return rows_as_frame(connection, sa.select(*_OWN).where(table.id.in_(newest)))

    def first_price_instants(self, shop: str) -> pl.DataFrame:
        """`reference`, `case_key` and `began_at` of the oldest line of each."""
        table = PRICE_PERIODS.c
        first = sa.func.min(table.began_at, type_=table.began_at.type).label("began_at")
        query = sa.select(table.reference, table.case_key, first).where(table.shop == shop)
        with self.database.read("read prices") as connection:
            return rows_as_frame(connection, query.group_by(table.reference, table.case_key))

    def prices_of(self, shop: str, references: Sequence[str]) -> dict[str, list[PriceChange]]:
        """Every line of these items, in the order of recording; items without one are left out."""
        found: dict[str, list[PriceChange]] = {}
        table = PRICE_PERIODS.c
        with self.database.read("read prices") as connection:
            wanted = list(dict.fromkeys(references))
            for start in range(0, len(wanted), _AT_ONCE):
                these = table.reference.in_(wanted[start : start + _AT_ONCE])
                mine = sa.select(*_OWN).where(table.shop == shop, these).order_by(table.id)
                for row in connection.execute(mine).mappings():
                    found.setdefault(row["reference"], []).append(_change(row))
        return found

    def price_line(self, shop: str, number: int) -> PriceChange | None:
        """The line of that number."""
        query = sa.select(*_OWN).where(PRICE_PERIODS.c.shop == shop, PRICE_PERIODS.c.id == number)
        with self.database.read("read prices") as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _change(row)

    def add_prices(self, shop: str, changes: Iterable[PriceChange]) -> int:
        """Adds the lines, all or none; how many."""
        now = datetime.now(UTC)
        rows = [_row(shop, change, now) for change in changes]
        if rows:
            with self.database.write("record prices") as connection:
                connection.execute(sa.insert(PRICE_PERIODS), rows)
        return len(rows)


def _row(shop: str, change: PriceChange, now: datetime) -> dict[str, Any]:
    return {
        "shop": shop,
        "reference": change.reference,
        "case_key": change.case,
        "began_at": change.began_at,
        "state": change.state.value,
        "price": None if change.price is None else f"{change.price:f}",
        "tax_included": change.tax_included,
        "reduction": f"{change.reduction:f}",
        "reduction_kind": change.reduction_kind.value,
        "reduction_tax": change.reduction_tax,
        "country": change.country,
        "currency": change.currency,
        "customer_group": change.customer_group,
        "starts": change.starts,
        "ends": change.ends,
        "origin": change.origin.value,
        "source": change.source,
        "line": change.line,
        "run_id": change.run_id,
        "corrects": change.corrects,
        "reason": change.reason,
        "recorded_at": now,
    }


def _change(row: sa.RowMapping) -> PriceChange:
    told = {name: row[name] for name in ("line", "run_id", "corrects", "reason", "recorded_at")}
    return change_of(dict(row), state=PriceState(row["state"]), origin=Origin(row["origin"]), number=row["id"], **told)
