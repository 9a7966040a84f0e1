"""Files: which content was seen, done or refused, in that order, and where it was archived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import FILE_EVENTS, RUNS

SEEN = "seen"
DONE = "done"
REFUSED = "refused"
MOVED_ITS_FILES = frozenset({"Completed", "CompletedWithRejects"})
"""States of runs whose files were moved to where they are kept."""


@dataclass(frozen=True, slots=True)
class DoneFile:
    """A file whose rows all have their outcome, and where it was to be kept."""

    content_hash: str
    archived_as: str
    was_cut_off: bool = False
    """Its run did not come to its end: the file may not have got to `archived_as`."""


class Files(LedgerPart):
    """The files of a shop's streams, known by the hash of their content."""

    def file_seen(self, shop: str, stream: str, name: str, content_hash: str, size: int, run_id: str | None) -> None:
        """The file is known to have been there; `size` in bytes."""
        self._add(shop, stream, content_hash, SEEN, run_id, name=name, size=size)

    def file_done(
        self, shop: str, stream: str, content_hash: str, run_id: str | None, archived_as: str, rows: int
    ) -> None:
        """The file's rows all have their outcome, and it is to be kept as `archived_as`."""
        self._add(shop, stream, content_hash, DONE, run_id, archived_as=archived_as, row_count=rows)

    def file_refused(
        self, shop: str, stream: str, content_hash: str, run_id: str | None, archived_as: str, code: str
    ) -> None:
        """The file as a whole is not what was agreed; `code` is that of the message."""
        self._add(shop, stream, content_hash, REFUSED, run_id, archived_as=archived_as, code=code)

    def last_done(self, shop: str, stream: str) -> DoneFile | None:
        """The file that was done last; one with the same content says nothing new."""
        with_run = FILE_EVENTS.outerjoin(RUNS, RUNS.c.run_id == FILE_EVENTS.c.run_id)
        columns = sa.select(FILE_EVENTS.c.content_hash, FILE_EVENTS.c.archived_as, RUNS.c.state).select_from(with_run)
        query = _of(columns, shop, stream).order_by(FILE_EVENTS.c.id.desc()).limit(1)
        with self.database.read("read files") as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return DoneFile(row.content_hash, row.archived_as, row.state is not None and row.state not in MOVED_ITS_FILES)

    def archived_since(self, shop: str, stream: str, since: datetime) -> list[tuple[str, datetime]]:
        """(archived path, done at) of the files done at or after `since` (aware), in the order of doing."""
        query = _of(sa.select(FILE_EVENTS.c.archived_as, FILE_EVENTS.c.event_at), shop, stream)
        query = query.where(FILE_EVENTS.c.event_at >= since).order_by(FILE_EVENTS.c.id)
        with self.database.read("read files") as connection:
            return [(row.archived_as, row.event_at) for row in connection.execute(query)]

    def done_with(self, shop: str, stream: str, beginning: str) -> frozenset[str]:
        """The hashes of the files of the run that has done the newest whose hash begins so; none where none was."""
        its_run = _of(sa.select(FILE_EVENTS.c.run_id), shop, stream)
        its_run = its_run.where(FILE_EVENTS.c.content_hash.startswith(beginning, autoescape=True))
        newest = its_run.order_by(FILE_EVENTS.c.id.desc()).limit(1).scalar_subquery()
        query = _of(sa.select(FILE_EVENTS.c.content_hash), shop, stream).where(FILE_EVENTS.c.run_id == newest)
        with self.database.read("read files") as connection:
            return frozenset(connection.execute(query).scalars())

    def _add(
        self, shop: str, stream: str, content_hash: str, event: str, run_id: str | None, **more: str | int
    ) -> None:
        row: dict[str, Any] = {
            "shop": shop,
            "stream": stream,
            "content_hash": content_hash,
            "event": event,
            "event_at": datetime.now(UTC),
            "run_id": run_id,
        }
        with self.database.write(f"note a file as {event}") as connection:
            connection.execute(sa.insert(FILE_EVENTS).values(row | more))


if TYPE_CHECKING:
    Query = sa.Select[Any]


def _of(query: Query, shop: str, stream: str) -> Query:
    done = FILE_EVENTS.c.event == DONE
    return query.where(FILE_EVENTS.c.shop == shop, FILE_EVENTS.c.stream == stream, done)
