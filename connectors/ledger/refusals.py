"""Refusals: what the shop refused, so that the same is not sent again by every run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connectors.ledger.database import upsert
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_KEYS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One entity that the shop refused: its key, a keyed hash of what was sent, the message's code and detail."""

    key: str
    sent: str
    code: str
    detail: str = ""
    refused_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Refusals(LedgerPart):
    """The newest refusal of each key, by shop and kind (`product`, `combination`, `stock`, `customer`, ...)."""

    def refusals(self, shop: str, kind: str, *, since: datetime) -> dict[str, Refusal]:
        """The refusals at or after `since`, by key."""
        columns = (REFUSALS.c.key, REFUSALS.c.sent, REFUSALS.c.code, REFUSALS.c.detail, REFUSALS.c.refused_at)
        query = sa.select(*columns).where(
            REFUSALS.c.shop == shop, REFUSALS.c.kind == kind, REFUSALS.c.refused_at >= since
        )
        with self.database.read("read refusals") as connection:
            return {row.key: Refusal(*row) for row in connection.execute(query)}

    def note_refusals(self, shop: str, kind: str, refusals: Sequence[Refusal], *, run_id: str) -> None:
        """The refusals are remembered, all or none; of two with one key the last counts."""
        if not refusals:
            return
        with self.database.write("note refusals") as connection:
            for one in refusals:
                row = {"shop": shop, "kind": kind, "key": one.key, "sent": one.sent, "code": one.code}
                upsert(
                    connection,
                    REFUSALS,
                    row | {"detail": one.detail, "run_id": run_id, "refused_at": one.refused_at},
                )

    def forget_refusals(self, shop: str, kind: str, keys: Iterable[str]) -> None:
        """Nothing is remembered of these keys; keys of which nothing was change nothing."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return
        with self.database.write("forget refusals") as connection:
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                some = REFUSALS.c.key.in_(wanted[start : start + _KEYS_AT_ONCE])
                connection.execute(sa.delete(REFUSALS).where(REFUSALS.c.shop == shop, REFUSALS.c.kind == kind, some))

    def forget_old_refusals(self, shop: str, before: datetime) -> None:
        """Nothing is remembered of what was refused before then."""
        with self.database.write("forget old refusals") as connection:
            connection.execute(sa.delete(REFUSALS).where(REFUSALS.c.shop == shop, REFUSALS.c.refused_at < before))
