"""Purging: what the ledger keeps of old runs and files is forgotten; what the shop was given never is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from connectors.ledger.files import DONE
from connectors.ledger.part import LedgerPart
from connectors.ledger.runs import COMPLETED
from connectors.ledger.tables import FETCHES, FILE_EVENTS, INCIDENTS, RUNS

if TYPE_CHECKING:
    from datetime import datetime


class Purging(LedgerPart):
    """Links, deliveries, watermarks and the lines of prices have no age and are not touched."""

    def forget_runs(self, shop: str, before: datetime, *, kept_per_flow: int) -> int:
        """How many runs that ended before then were forgotten.

        Of each flow the newest stays, and so do the last ones that read rows: a file is compared with them.
        """
        with self.database.write("forget old runs") as connection:
            flows = connection.execute(sa.select(RUNS.c.flow).where(RUNS.c.shop == shop).distinct()).scalars().all()
            kept = [run_id for flow in flows for run_id in _kept(connection, shop, flow, kept_per_flow)]
            old = sa.and_(RUNS.c.shop == shop, RUNS.c.ended_at < before, RUNS.c.run_id.not_in(kept))
            return connection.execute(sa.delete(RUNS).where(old)).rowcount

    def forget_incidents(self, shop: str, before: datetime) -> int:
        """How many incidents recorded before then were forgotten."""
        old = sa.and_(INCIDENTS.c.shop == shop, INCIDENTS.c.recorded_at < before)
        with self.database.write("forget old incidents") as connection:
            return connection.execute(sa.delete(INCIDENTS).where(old)).rowcount

    def forget_files(self, shop: str, before: datetime) -> int:
        """How many notes on files made before then were forgotten.

        What was done last in each stream stays, and so does the end of a file whose source does not know of it yet.
        """
        last = sa.select(sa.func.max(FILE_EVENTS.c.id)).where(FILE_EVENTS.c.shop == shop, FILE_EVENTS.c.event == DONE)
        waiting = sa.exists().where(
            FETCHES.c.shop == FILE_EVENTS.c.shop,
            FETCHES.c.stream == FILE_EVENTS.c.stream,
            FETCHES.c.content_hash == FILE_EVENTS.c.content_hash,
            FETCHES.c.acknowledged_at.is_(None),
        )
        old = sa.and_(
            FILE_EVENTS.c.shop == shop,
            FILE_EVENTS.c.event_at < before,
            FILE_EVENTS.c.id.not_in(last.group_by(FILE_EVENTS.c.stream)),
            # SQLite would give the number of the newest row to the next one.
            FILE_EVENTS.c.id < sa.select(sa.func.max(FILE_EVENTS.c.id)).scalar_subquery(),
            ~waiting,
        )
        with self.database.write("forget old files") as connection:
            return connection.execute(sa.delete(FILE_EVENTS).where(old)).rowcount


def _kept(connection: sa.Connection, shop: str, flow: str, count: int) -> set[str]:
    runs = sa.select(RUNS.c.run_id).where(RUNS.c.shop == shop, RUNS.c.flow == flow)
    newest_first = runs.order_by(RUNS.c.started_at.desc())
    compared = newest_first.where(RUNS.c.state.in_(COMPLETED), RUNS.c.rows_read > 0)
    return {
        *connection.execute(newest_first.limit(1)).scalars(),
        *connection.execute(compared.limit(count)).scalars(),
    }
