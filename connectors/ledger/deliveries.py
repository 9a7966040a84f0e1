"""Deliveries: what was meant to reach the ERP, and what it has confirmed, so that nothing goes twice."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.database import rows_as_frame
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import DELIVERIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


class DeliveryState(StrEnum):
    """How far one document of the shop is on its way to the ERP."""

    INTENT = "intent"
    """About to be sent, or sent without an answer: ask the ERP before any create."""
    SENT = "sent"
    """Handed over in a file, whole: delivered once a file of the ERP names it."""
    DELIVERED = "delivered"
    """The ERP has confirmed it."""
    HELD = "held"
    """A person must act."""
    WAITING = "waiting"
    """Looked at again every run."""


HANDED_OVER = (DeliveryState.SENT, DeliveryState.DELIVERED)
"""It is not sent again."""
_KEYS = ("shop", "kind", "key")
_SAME_IDENTITY = "deliveries.identity is null or deliveries.identity = excluded.identity"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the ledger knows of one document or customer on its way."""

    state: DeliveryState
    erp_number: str | None = None
    erp_code: str | None = None
    delivered_at: datetime | None = None
    last_code: str | None = None
    identity: str | None = None
    """A keyed hash of what never changes of it; None in rows from before there was one."""
    intended: str | None = None
    """What was sent, or meant to be, when the first call without an answer was made."""
    answer: str | None = None
    """`asked`, or what a person has answered: `another`, `same`."""
    doubt_at: datetime | None = None
    """Since when it may be at the ERP without our knowing it."""
    fingerprint: str | None = None
    """Of what the ERP was confirmed to have of an entity that may change."""
    confirmed_value: str | None = None
    """The same in clear, where it is one value."""

    @classmethod
    def of(cls, row: sa.RowMapping) -> Delivery:
        """From a row of `DELIVERY_COLUMNS`."""
        return cls(**{**dict(row), "state": DeliveryState(row["state"])})


DELIVERY_COLUMNS = tuple(DELIVERIES.c[each.name] for each in fields(Delivery))


class Deliveries(LedgerPart):
    """The deliveries of a shop, by kind (`order`, `customer`, `return`) and key (the shop's id, as text).

    What is handed over is never sent again: only `clear` takes it back.
    """

    def intend(
        self,
        shop: str,
        kind: str,
        key: str,
        *,
        run_id: str | None,
        identity: str | None = None,
        intended: str | None = None,
    ) -> bool:
        """Whether it is to be sent: durably intended now and in doubt until the ERP answers, one attempt more.

        False if it was delivered already, or if what is in doubt under this key has another identity. What was
        `intended` first stays for as long as the doubt does.
        """
        now = datetime.now(UTC)
        values: dict[str, Any] = {"identity": identity, "intended": intended, "doubt_at": now, "intent_at": now}
        return self._note(shop, kind, key, DeliveryState.INTENT, run_id, attempts=1, **values)

    def delivered(
        self,
        shop: str,
        kind: str,
        key: str,
        *,
        erp_number: str | None,
        erp_code: str | None,
        run_id: str | None,
        identity: str | None = None,
        fingerprint: str | None = None,
        confirmed_value: str | None = None,
        state: DeliveryState = DeliveryState.DELIVERED,
    ) -> None:
        """The ERP has it, under its own number and code, and no doubt is left; of two calls the newer numbers count.

        `state` is `SENT` where the ERP has yet to name it.
        """
        numbers: dict[str, Any] = {"erp_number": erp_number, "erp_code": erp_code, "doubt_at": None}
        given = {"identity": identity, "fingerprint": fingerprint, "confirmed_value": confirmed_value}
        numbers |= {name: value for name, value in given.items() if value is not None}
        now = datetime.now(UTC)
        self._note(shop, kind, key, state, run_id, again=True, delivered_at=now, last_code=None, **numbers)

    def named_by_erp(self, shop: str, kind: str, keys: Sequence[str], *, run_id: str | None) -> int:
        """How many of these were sent and are delivered from now on: the ERP has named them.

        The lease of the export, under which `changed_at` moves otherwise, is not held by whoever reads the ERP's files:
        the time is taken within the transaction, so that whoever reads up to a change has not passed an earlier one.
        """
        which = sa.and_(_of(shop, kind, keys), DELIVERIES.c.state == DeliveryState.SENT.value)
        values: dict[str, Any] = {"state": DeliveryState.DELIVERED.value, "run_id": run_id}
        with self.database.write("note what the ERP has named") as connection:
            values["changed_at"] = datetime.now(UTC)
            return connection.execute(sa.update(DELIVERIES).where(which).values(**values)).rowcount

    def hold(self, shop: str, kind: str, key: str, *, code: str, run_id: str | None, answered: bool = False) -> bool:
        """Whether it is held, for the reason `code`; False if it was delivered already.

        `answered`: the ERP has refused the only call that was made, so that no doubt is left.
        """
        without_doubt: dict[str, Any] = {"doubt_at": None, "intended": None} if answered else {}
        return self._note(shop, kind, key, DeliveryState.HELD, run_id, last_code=code, **without_doubt)

    def wait(self, shop: str, kind: str, key: str, *, code: str, run_id: str | None) -> bool:
        """Whether it waits, for the reason `code`; False if it was delivered already."""
        return self._note(shop, kind, key, DeliveryState.WAITING, run_id, last_code=code)

    def deliveries(
        self,
        shop: str | None,
        kind: str | None = None,
        *,
        states: Sequence[DeliveryState] | None = None,
        keys: Sequence[str] | None = None,
        changed_after: datetime | None = None,
        limit: int | None = None,
    ) -> pl.DataFrame:
        """The deliveries, latest change first; without `shop` those of every shop that this ledger is of.

        Columns: shop, kind, key, state, erp_number, erp_code, intent_at, delivered_at, attempts, last_code, run_id,
        changed_at, identity, intended, answer, doubt_at, fingerprint, confirmed_value.
        """
        query = sa.select(*DELIVERIES.c).where(_of(shop, kind, keys)).order_by(DELIVERIES.c.changed_at.desc())
        if states is not None:
            query = query.where(DELIVERIES.c.state.in_([state.value for state in states]))
        if changed_after is not None:
            query = query.where(DELIVERIES.c.changed_at > changed_after)
        with self.database.read("read deliveries") as connection:
            return rows_as_frame(connection, query.limit(limit))

    def delivery(self, shop: str, kind: str, key: str) -> Delivery | None:
        """What is known of one; None when nothing is."""
        query = sa.select(*DELIVERY_COLUMNS).where(_of(shop, kind, [key]))
        with self.database.read("read a delivery") as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else Delivery.of(row)

    def clear(self, shop: str, kind: str, keys: Sequence[str], *, doubts: bool = False) -> int:
        """How many deliveries are no longer known: the next run looks at them as if for the first time.

        What is in doubt stays, unless a person decides it (`doubts`): what the ERP does not show today may come later.
        """
        which = _of(shop, kind, keys)
        which = which if doubts else sa.and_(which, DELIVERIES.c.doubt_at.is_(None))
        with self.database.write("clear deliveries") as connection:
            return connection.execute(sa.delete(DELIVERIES).where(which)).rowcount

    def _note(
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
        """Whether it is noted; what was delivered is changed only `again`. `attempts` are added up."""
        values = {"state": state.value, "run_id": run_id, "changed_at": datetime.now(UTC)} | more
        row = {"shop": shop, "kind": kind, "key": key, "attempts": attempts} | values
        with self.database.write(f"note a delivery as {state.value}") as connection:
            noted = connection.execute(
                _noting(tuple(values), again=again), row, execution_options={"preserve_rowcount": True}
            )
            return noted.rowcount > 0


_FINAL = ", ".join(f"'{state.value}'" for state in HANDED_OVER)
_UNLESS_THE_SAME = (
    "changed_at = case when deliveries.state = excluded.state "
    "and coalesce(deliveries.last_code, '') = coalesce(excluded.last_code, '') "
    "then deliveries.changed_at else excluded.changed_at end"
)


@cache
def _noting(values: tuple[str, ...], *, again: bool) -> sa.TextClause:
    """Inserts a delivery or changes its `values`. SQLAlchemy compiles its own upserts anew at every call."""
    names = (*_KEYS, "attempts", *values)
    is_intent = "intent_at" in values
    # What is held or waits for the same reason as before has not changed: `changed_at` says since when.
    kept = () if again or "last_code" not in values else ("changed_at",)
    changes = ", ".join(_UNLESS_THE_SAME if name in kept else _change(name, is_intent=is_intent) for name in values)
    statement = sa.text(
        f"insert into deliveries ({', '.join(names)}) values ({', '.join(f':{name}' for name in names)}) "  # noqa: S608 -- names of columns only
        f"on conflict ({', '.join(_KEYS)}) "
        f"do update set {changes}, attempts = deliveries.attempts + excluded.attempts"
        + ("" if again else f" where deliveries.state not in ({_FINAL})")
        + (" and (deliveries.doubt_at is null or " + _SAME_IDENTITY + ")" if is_intent else "")
    )
    return statement.bindparams(*(sa.bindparam(name, type_=DELIVERIES.c[name].type) for name in names))


def _change(name: str, *, is_intent: bool) -> str:
    """A value that is given counts; what is in doubt keeps what it was sent with, and since when."""
    if is_intent and name in ("intended", "doubt_at"):
        return f"{name} = case when deliveries.doubt_at is null then excluded.{name} else deliveries.{name} end"
    return f"{name} = excluded.{name}"


def _of(shop: str | None, kind: str | None, keys: Sequence[str] | None) -> sa.ColumnElement[bool]:
    wanted = [sa.true() if shop is None else DELIVERIES.c.shop == shop]
    if kind is not None:
        wanted.append(DELIVERIES.c.kind == kind)
    if keys is not None:
        wanted.append(DELIVERIES.c.key.in_(keys))
    return sa.and_(*wanted)
