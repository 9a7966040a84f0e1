"""Whose a delivery is: a key of the shop that was given to another order is not the order that the ERP has."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.deliveries import DELIVERY_COLUMNS, HANDED_OVER, Delivery, DeliveryState
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import DELIVERIES, LEDGER

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED, ANOTHER, SAME = "asked", "another", "same"
"""A question is open; its answers: this is another one, this is the same one."""
FORMER = "former-"
"""Before the kind of a delivery whose key the shop has given to another one; its key ends in `~` and a number."""


class Identities(LedgerPart):
    """Deliveries by whom they are of."""

    def identify(self, shop: str, kind: str, identities: Mapping[str, str]) -> None:
        """Deliveries from before there were identities have theirs, by key; one that is known stays."""
        if not identities:
            return
        statement = (
            sa.update(DELIVERIES)
            .where(_is(shop, kind, sa.bindparam("of_key")), DELIVERIES.c.identity.is_(None))
            .values(identity=sa.bindparam("given"))
        )
        with self.database.write("identify deliveries") as connection:
            connection.execute(statement, [{"of_key": key, "given": given} for key, given in identities.items()])

    def displace(self, shop: str, kind: str, key: str, *, identity: str, code: str, run_id: str | None) -> None:
        """What is known under this key is kept as a former delivery; whoever has it now is held, the question open."""
        now = datetime.now(UTC)
        held: dict[str, Any] = {"state": DeliveryState.HELD.value, "last_code": code, "answer": ASKED}
        with self.database.write("displace a delivery") as connection:
            count = sa.select(sa.func.count()).select_from(DELIVERIES).where(_former(shop, kind, key))
            number = connection.execute(count).scalar_one() + 1
            former = {"kind": FORMER + kind, "key": f"{key}~{number}"}
            connection.execute(sa.update(DELIVERIES).where(_is(shop, kind, key)).values(**former))
            row = {"shop": shop, "kind": kind, "key": key, "attempts": 0, "run_id": run_id, "changed_at": now}
            connection.execute(sa.insert(DELIVERIES).values(**row, **held, identity=identity))

    def former(self, shop: str, kind: str, key: str) -> Delivery | None:
        """The delivery that had this key last; None when there was none."""
        newest = sa.select(*DELIVERY_COLUMNS).where(_former(shop, kind, key)).order_by(*_NEWEST_FIRST).limit(1)
        with self.database.read("read a former delivery") as connection:
            row = connection.execute(newest).mappings().one_or_none()
        return None if row is None else Delivery.of(row)

    def began_at(self) -> datetime:
        """When the ledger was made: what is older may have been delivered by one that is lost."""
        with self.database.read("read when the ledger was made") as connection:
            made_at: datetime = connection.execute(sa.select(LEDGER.c.created_at)).scalar_one()
        return made_at

    def knows_document(self, shop: str, kind: str, erp_number: str) -> bool:
        """Whether a document of the ERP is one that was delivered, or adopted, under any key."""
        kinds = DELIVERIES.c.kind.in_([kind, FORMER + kind])
        which = sa.and_(DELIVERIES.c.shop == shop, kinds, DELIVERIES.c.erp_number == erp_number)
        with self.database.read("look for a document") as connection:
            return connection.execute(sa.select(DELIVERIES.c.key).where(which).limit(1)).first() is not None

    def known_documents(self, shop: str, kind: str) -> set[str]:
        """The numbers in the ERP of all that was delivered, or adopted, under any key."""
        which = sa.and_(DELIVERIES.c.shop == shop, DELIVERIES.c.kind.in_([kind, FORMER + kind]))
        with self.database.read("read the documents") as connection:
            numbers = connection.execute(sa.select(DELIVERIES.c.erp_number).where(which)).scalars()
            return {number for number in numbers if number}

    def answer(self, shop: str, kind: str, key: str, answer: str, *, code: str) -> bool:
        """Whether a delivery that was not made yet has this answer to its question: it waits.

        With the answer `another` it is in no doubt: what was sent without an answer is not looked for any more.
        The answer `same` brings back the former delivery of this key, as that of the identity that the key has now.
        """
        now = datetime.now(UTC)
        given: dict[str, Any] = {
            "answer": answer,
            "state": DeliveryState.WAITING.value,
            "last_code": code,
            "changed_at": now,
        }
        with self.database.write("answer a question") as connection:
            mine = sa.select(DELIVERIES.c.identity).where(_is(shop, kind, key), DELIVERIES.c.state.not_in(HANDED_OVER))
            row = connection.execute(mine).first()
            if row is None:
                return False
            newest = sa.select(DELIVERIES.c.key).where(_former(shop, kind, key)).order_by(*_NEWEST_FIRST)
            former = connection.execute(newest).scalars().first() if answer == SAME else None
            if former is not None:
                connection.execute(sa.delete(DELIVERIES).where(_is(shop, kind, key)))
                back = {"kind": kind, "key": key, "identity": row.identity, "changed_at": now}
                connection.execute(sa.update(DELIVERIES).where(_is(shop, FORMER + kind, former)).values(**back))
                return True
            given |= {"doubt_at": None, "intended": None} if answer == ANOTHER else {}
            connection.execute(sa.update(DELIVERIES).where(_is(shop, kind, key)).values(**given))
            return True


_NEWEST_FIRST = (sa.func.length(DELIVERIES.c.key).desc(), DELIVERIES.c.key.desc())


def _is(shop: str, kind: str, key: Any) -> sa.ColumnElement[bool]:
    return sa.and_(DELIVERIES.c.shop == shop, DELIVERIES.c.kind == kind, DELIVERIES.c.key == key)


def _former(shop: str, kind: str, key: str) -> sa.ColumnElement[bool]:
    is_former = DELIVERIES.c.key.startswith(f"{key}~", autoescape=True)
    return sa.and_(DELIVERIES.c.shop == shop, DELIVERIES.c.kind == FORMER + kind, is_former)
