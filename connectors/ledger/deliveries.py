"""Deliveries: what was meant to reach the ERP, and what the ERP says it has, so that nothing goes twice."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.chapter import Chapter
from connectors.ledger.database import rows_as_frame, upsert
from connectors.ledger.tables import DELIVERIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


class DeliveryState(StrEnum):
    """How far one document of the shop is on its way to the ERP."""

    INTENT = "intent"
    """About to be sent, or sent without an answer: ask the ERP before any create."""
    DELIVERED = "delivered"
    """The ERP has said so."""
    HELD = "held"
    """A person must act."""
    WAITING = "waiting"
    """Looked at again every run."""


_SENT = DELIVERIES.c.state == DeliveryState.DELIVERED.value


class Deliveries(Chapter):
    """The deliveries of a shop, by kind (`order`, `customer`, `return`) and key (the shop's id, as text).

    Delivered is final: only `clear` takes it back.
    """

    def intend(self, shop: str, kind: str, key: str, *, run_id: str | None) -> bool:
        """Whether it is to be sent: durably intended now, one attempt more; False if it was delivered already."""
        now = datetime.now(UTC)
        said = {"state": DeliveryState.INTENT.value, "intent_at": now, "run_id": run_id, "changed_at": now}
        row = said | {"shop": shop, "kind": kind, "key": key, "attempts": 1}
        with self.database.write("intend a delivery") as connection:
            return upsert(connection, DELIVERIES, row, unless=_SENT, **said, attempts=DELIVERIES.c.attempts + 1)

    def delivered(
        self, shop: str, kind: str, key: str, *, erp_number: str | None, erp_code: str | None, run_id: str | None
    ) -> None:
        """The ERP has it, under its own number and code; said again, the newer numbers count."""
        said = {"erp_number": erp_number, "erp_code": erp_code, "delivered_at": datetime.now(UTC), "last_code": None}
        self._say(shop, kind, key, DeliveryState.DELIVERED, run_id, unless=None, **said)

    def hold(self, shop: str, kind: str, key: str, *, code: str, run_id: str | None) -> bool:
        """Whether it is held, for the reason `code`; False if it was delivered already."""
        return self._say(shop, kind, key, DeliveryState.HELD, run_id, unless=_SENT, last_code=code)

    def wait(self, shop: str, kind: str, key: str, *, code: str, run_id: str | None) -> bool:
        """Whether it waits, for the reason `code`; False if it was delivered already."""
        return self._say(shop, kind, key, DeliveryState.WAITING, run_id, unless=_SENT, last_code=code)

    def deliveries(
        self,
        shop: str,
        kind: str | None = None,
        *,
        states: Sequence[DeliveryState] | None = None,
        keys: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pl.DataFrame:
        """The deliveries, latest change first.

        Columns: shop, kind, key, state, erp_number, erp_code, intent_at, delivered_at, attempts, last_code, run_id,
        changed_at.
        """
        query = sa.select(*DELIVERIES.c).where(_of(shop, kind, keys)).order_by(DELIVERIES.c.changed_at.desc())
        if states is not None:
            query = query.where(DELIVERIES.c.state.in_([state.value for state in states]))
        with self.database.read("read deliveries") as connection:
            return rows_as_frame(connection, query.limit(limit))

    def clear(self, shop: str, kind: str, keys: Sequence[str]) -> int:
        """How many deliveries are no longer known: the next run looks at them as if for the first time."""
        with self.database.write("clear deliveries") as connection:
            return connection.execute(sa.delete(DELIVERIES).where(_of(shop, kind, keys))).rowcount

    def _say(
        self,
        shop: str,
        kind: str,
        key: str,
        state: DeliveryState,
        run_id: str | None,
        *,
        unless: sa.ColumnElement[bool] | None,
        **more: Any,
    ) -> bool:
        said = {"state": state.value, "run_id": run_id, "changed_at": datetime.now(UTC)} | more
        row = said | {"shop": shop, "kind": kind, "key": key, "attempts": 0}
        with self.database.write(f"note a delivery as {state.value}") as connection:
            return upsert(connection, DELIVERIES, row, unless=unless, **said)


def _of(shop: str, kind: str | None, keys: Sequence[str] | None) -> sa.ColumnElement[bool]:
    wanted = [DELIVERIES.c.shop == shop]
    if kind is not None:
        wanted.append(DELIVERIES.c.kind == kind)
    if keys is not None:
        wanted.append(DELIVERIES.c.key.in_(keys))
    return sa.and_(*wanted)
