"""Incidents: what a person may want to know, kept until it is closed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.database import rows_as_frame
from connectors.ledger.discretion import discreet, without_contacts
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import INCIDENTS, RUNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from schemas.incidents import Incident


class Incidents(LedgerPart):
    """The ledger's incidents; each belongs to the run that met it."""

    def record_incidents(self, run_id: str, incidents: Sequence[Incident]) -> None:
        """The incidents are kept, all or none, in the order given; a run nobody started is a ValueError."""
        if not incidents:
            return
        with self.database.write("record incidents") as connection:
            shop = connection.execute(sa.select(RUNS.c.shop).where(RUNS.c.run_id == run_id)).scalar_one_or_none()
            if shop is None:
                raise ValueError(f"no run {run_id}")
            common = {"run_id": run_id, "shop": shop, "recorded_at": datetime.now(UTC)}
            connection.execute(sa.insert(INCIDENTS), [common | _row(incident) for incident in incidents])

    def incidents(
        self, run_id: str | None = None, *, shop: str | None = None, open_only: bool = False, limit: int = 1000
    ) -> pl.DataFrame:
        """The last incidents, newest first.

        Columns: id, run_id, shop, level, code, stream, key, file, line (Int64|null), params (JSON text), recorded_at,
        closed_at (UTC, null while open).
        """
        query = sa.select(*INCIDENTS.c).order_by(INCIDENTS.c.id.desc()).limit(limit)
        if run_id is not None:
            query = query.where(INCIDENTS.c.run_id == run_id)
        if shop is not None:
            query = query.where(INCIDENTS.c.shop == shop)
        if open_only:
            query = query.where(INCIDENTS.c.closed_at.is_(None))
        with self.database.read("read incidents") as connection:
            return rows_as_frame(connection, query)

    def not_open_yet(self, shop: str, incidents: Sequence[Incident]) -> list[Incident]:
        """Those of `incidents` of which no open incident is the same."""
        if not incidents:
            return []
        same = {_same_as(row) for row in self._open(shop) if row["stream"] in {each.stream for each in incidents}}
        return [each for each in incidents if _same_as(_row(each)) not in same]

    def _open(self, shop: str) -> list[dict[str, Any]]:
        query = sa.select(*INCIDENTS.c).where(INCIDENTS.c.shop == shop, INCIDENTS.c.closed_at.is_(None))
        with self.database.read("read incidents") as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def close_incidents(
        self, shop: str, stream: str, *, keys: Sequence[str] | None = None, but: Sequence[Incident] = ()
    ) -> int:
        """How many open incidents of the stream (of these keys) are now closed; those that are as `but` stay open."""
        closing = sa.and_(INCIDENTS.c.shop == shop, INCIDENTS.c.stream == stream, INCIDENTS.c.closed_at.is_(None))
        if keys is not None:
            closing = sa.and_(closing, INCIDENTS.c.key.in_(keys))
        if but:
            kept = {_same_as(_row(each)) for each in but}
            closing = sa.and_(
                closing, INCIDENTS.c.id.not_in([r["id"] for r in self._open(shop) if _same_as(r) in kept])
            )
        with self.database.write("close incidents") as connection:
            return connection.execute(sa.update(INCIDENTS).where(closing).values(closed_at=datetime.now(UTC))).rowcount


def _same_as(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("stream", "code", "key", "params"))


def _row(incident: Incident) -> dict[str, Any]:
    return {
        "level": incident.level.value,
        "code": incident.code,
        "stream": incident.stream,
        "key": without_contacts(incident.key),
        "file": incident.file,
        "line": incident.line,
        "params": json.dumps(discreet(incident.stream, incident.params), ensure_ascii=False),
    }
