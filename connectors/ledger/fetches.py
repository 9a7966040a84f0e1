"""Fetches: which files were taken from which source, and which of them the source knows to be done with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.database import upsert
from connectors.ledger.files import DONE, REFUSED
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import FETCHES, FILE_EVENTS
from schemas.offered import Offered

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file that was fetched whole, or was about to be moved into the drop folder when its run was killed."""

    offered: Offered
    stream: str
    placed_as: str
    """Where it lies until its import ends, under the drop folder."""
    content_hash: str
    acknowledged_at: datetime | None = None
    """When the source was notified; UTC."""
    imported: str = ""
    """`done` or `refused` once an import has recorded it since it was fetched, else empty."""


class Fetches(LedgerPart):
    """The files of a shop's sources, known by source and path; another version replaces the one before."""

    def files_fetched(self, shop: str, source: str, fetches: Sequence[Fetch], run_id: str) -> None:
        """The files are here whole and are moved next; only imports that end from now on are their own."""
        common = {"shop": shop, "source": source, "run_id": run_id, "fetched_at": datetime.now(UTC)}
        with self.database.write("note files as fetched") as connection:
            newest = connection.execute(sa.select(sa.func.max(FILE_EVENTS.c.id))).scalar_one()
            for fetch in fetches:
                upsert(connection, FETCHES, common | {"after_event": newest or 0} | _row(fetch))

    def fetches(self, shop: str, source: str) -> dict[str, Fetch]:
        """Every file known of the source, by path; those that wait for their acknowledgement oldest first."""
        query = (
            sa.select(FETCHES, FILE_EVENTS.c.event)
            .outerjoin(FILE_EVENTS, _import_events())
            .where(FETCHES.c.shop == shop, FETCHES.c.source == source)
            .order_by(FETCHES.c.fetched_at, FETCHES.c.path, FILE_EVENTS.c.id)
        )
        with self.database.read("read fetches") as connection:
            # The last event of a file stands: the rows of one path follow one another.
            return {row.path: _fetch(row) for row in connection.execute(query)}

    def file_acknowledged(self, shop: str, source: str, path: str) -> None:
        """The source knows that the file is done with, or no longer has it."""
        of = sa.and_(FETCHES.c.shop == shop, FETCHES.c.source == source, FETCHES.c.path == path)
        with self.database.write("note a file as acknowledged") as connection:
            connection.execute(sa.update(FETCHES).where(of).values(acknowledged_at=datetime.now(UTC)))

    def forget_fetches(self, shop: str, source: str, before: datetime, offered: Collection[str]) -> int:
        """How many files acknowledged before then were forgotten; those the source still offers stay known."""
        old = sa.and_(FETCHES.c.shop == shop, FETCHES.c.source == source, FETCHES.c.acknowledged_at < before)
        with self.database.write("forget old fetches") as connection:
            paths = connection.execute(sa.select(FETCHES.c.path).where(old)).scalars().all()
            gone = [{"gone": path} for path in paths if path not in offered]
            if gone:
                connection.execute(sa.delete(FETCHES).where(old, FETCHES.c.path == sa.bindparam("gone")), gone)
        return len(gone)


def _row(fetch: Fetch) -> dict[str, Any]:
    offered = fetch.offered
    return {
        "path": offered.path,
        "size": offered.size,
        "modified_at": offered.modified_at,
        "etag": offered.etag,
        "stream": fetch.stream,
        "placed_as": fetch.placed_as,
        "content_hash": fetch.content_hash,
        "acknowledged_at": None,
    }


def _import_events() -> sa.ColumnElement[bool]:
    return sa.and_(
        FILE_EVENTS.c.shop == FETCHES.c.shop,
        FILE_EVENTS.c.stream == FETCHES.c.stream,
        FILE_EVENTS.c.event.in_((DONE, REFUSED)),
        FILE_EVENTS.c.content_hash == FETCHES.c.content_hash,
        FILE_EVENTS.c.id > FETCHES.c.after_event,
    )


def _fetch(row: Any) -> Fetch:
    return Fetch(
        Offered(row.path, row.size, row.modified_at, row.etag),
        row.stream,
        row.placed_as,
        row.content_hash,
        row.acknowledged_at,
        row.event or "",
    )
