"""Deliveries: what was meant to reach the ERP, and what the ERP says it has, so that nothing goes twice."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.chapter import Chapter
from connectors.ledger.database import rows_as_frame
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


_KEYS = ("shop", "kind", "key")


class Deliveries(Chapter):
    """The deliveries of a shop, by kind (`order`, `customer`, `return`) and key (the shop's id, as text).

    Delivered is final: only `clear` takes it back.
    """

    def intend(self, shop: str, kind: str, key: str, *, run_id: str | None) -> bool:
        """Whether it is to be sent: durably intended now, one attempt more; False if it was delivered already."""
        now = datetime.now(UTC)
        return self._say(shop, kind, key, DeliveryState.INTENT, run_id, intent_at=now, attempts=1)

    def delivered(
        self, shop: str, kind: str, key: str, *, erp_number: str | None, erp_code: str | None, run_id: str | None
    ) -> None:
        """The ERP has it, under its own number and code; said again, the newer numbers count."""
        numbers: dict[str, Any] = {"erp_number": erp_number, "erp_code": erp_code}
        now = datetime.now(UTC)
        self._say(
            shop, kind, key, DeliveryState.DELIVERED, run_id, again=True, delivered_at=now, last_code=None, **numbers
        )

    def hold(self, shop: str, kind: str, key: str, *, code: str, run_id: str | None) -> bool:
        """Whether it is held, for the reason `code`; False if it was delivered already."""
        return self._say(shop, kind, key, DeliveryState.HELD, run_id, last_code=code)

    def wait(self, shop: str, kind: str, key: str, *, code: str, run_id: str | None) -> bool:
        """Whether it waits, for the reason `code`; False if it was delivered already."""
        return self._say(shop, kind, key, DeliveryState.WAITING, run_id, last_code=code)

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
        again: bool = False,
        attempts: int = 0,
        **more: Any,
    ) -> bool:
        """Whether it was said; what was delivered is only said `again`. `attempts` are added up."""
        said = {"state": state.value, "run_id": run_id, "changed_at": datetime.now(UTC)} | more
        row = {"shop": shop, "kind": kind, "key": key, "attempts": attempts} | said
        with self.database.write(f"note a delivery as {state.value}") as connection:
            noted = connection.execute(
                _noting(tuple(said), again=again), row, execution_options={"preserve_rowcount": True}
            )
            return noted.rowcount > 0


@cache
def _noting(said: tuple[str, ...], *, again: bool) -> sa.TextClause:
    """Inserts a delivery or changes what is `said` of it. SQLAlchemy compiles its own upserts anew at every call."""
    names = (*_KEYS, "attempts", *said)
    changes = ", ".join(f"{name} = excluded.{name}" for name in said)
    statement = sa.text(
        f"insert into deliveries ({', '.join(names)}) values ({', '.join(f':{name}' for name in names)}) "  # noqa: S608 -- names of columns only
        f"on conflict ({', '.join(_KEYS)}) "
        f"do update set {changes}, attempts = deliveries.attempts + excluded.attempts"
        + ("" if again else f" where deliveries.state != '{DeliveryState.DELIVERED.value}'")
    )
    return statement.bindparams(*(sa.bindparam(name, type_=DELIVERIES.c[name].type) for name in names))


def _of(shop: str, kind: str | None, keys: Sequence[str] | None) -> sa.ColumnElement[bool]:
    wanted = [DELIVERIES.c.shop == shop]
    if kind is not None:
        wanted.append(DELIVERIES.c.kind == kind)
    if keys is not None:
        wanted.append(DELIVERIES.c.key.in_(keys))
    return sa.and_(*wanted)
