"""Runs and watermarks: what ran, how it ended, and up to where another system was read."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from connectors.ledger.database import rows_as_frame, upsert
from connectors.ledger.discretion import without_contacts
from connectors.ledger.part import LedgerPart
from connectors.ledger.tables import RUNS, WATERMARKS
from schemas.run_parts import CHAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

RUNNING = "Running"
CRASHED = "Crashed"
COMPLETED = ("Completed", "CompletedWithRejects")
_COLUMNS = (
    RUNS.c.run_id,
    RUNS.c.shop,
    RUNS.c.flow,
    RUNS.c.state,
    RUNS.c.started_at,
    RUNS.c.ended_at,
    RUNS.c.rows_read,
    RUNS.c.parameters,
    RUNS.c.counts,
    RUNS.c.message,
    RUNS.c.report_path,
)
_IS_PART = RUNS.c.parameters.contains(f'"{CHAIN}": "', autoescape=True)


class Runs(LedgerPart):
    """The ledger's runs."""

    def start_run(self, shop: str, flow: str, parameters: Mapping[str, str]) -> str:
        """The id of a new run, in state `Running`."""
        run_id = str(uuid.uuid4())
        row = {
            "run_id": run_id,
            "shop": shop,
            "flow": flow,
            "state": RUNNING,
            "started_at": datetime.now(UTC),
            "parameters": json.dumps(dict(parameters)),
            "counts": "{}",
            "message": "",
        }
        with self.database.write("start a run") as connection:
            connection.execute(sa.insert(RUNS).values(row))
        return run_id

    def finish_run(
        self, run_id: str, state: str, counts: Mapping[str, int], message: str, report_path: str | None
    ) -> None:
        """The run has ended; `counts` are `rows_read` and the outcomes."""
        row = {
            "state": state,
            "ended_at": datetime.now(UTC),
            "rows_read": counts.get("rows_read"),
            "counts": json.dumps(dict(counts)),
            "message": without_contacts(message),
            "report_path": report_path,
        }
        with self.database.write("finish a run") as connection:
            connection.execute(sa.update(RUNS).where(RUNS.c.run_id == run_id).values(row))

    def finish_dead_runs(self, shop: str, flow: str) -> int:
        """How many runs were still `Running` and are now `Crashed`; for the holder of the lease, who runs alone."""
        dead = sa.and_(RUNS.c.shop == shop, RUNS.c.flow == flow, RUNS.c.state == RUNNING)
        with self.database.write("end dead runs") as connection:
            return connection.execute(
                sa.update(RUNS).where(dead).values(state=CRASHED, ended_at=datetime.now(UTC))
            ).rowcount

    def runs_named(self, shop: str, name: str) -> pl.DataFrame:
        """The runs of a shop whose id begins with `name`, newest first, and the parts of chains among them.

        Columns as of `runs`.
        """
        begins = RUNS.c.run_id.startswith(name, autoescape=True)
        is_part = RUNS.c.parameters.contains(f'"{CHAIN}": "{name}', autoescape=True)
        with self.database.read("read runs") as connection:
            return rows_as_frame(connection, self._of(shop).where(begins | is_part))

    def knows_run(self, run_id: str) -> bool:
        """Whether the ledger has a run of this id."""
        with self.database.read("read runs") as connection:
            return connection.execute(sa.select(RUNS.c.run_id).where(RUNS.c.run_id == run_id)).first() is not None

    def last_state(self, shop: str, flow: str) -> str | None:
        """The state of the newest run; None when there is none."""
        query = sa.select(RUNS.c.state).where(RUNS.c.shop == shop, RUNS.c.flow == flow)
        with self.database.read("read runs") as connection:
            return connection.execute(query.order_by(RUNS.c.started_at.desc()).limit(1)).scalar_one_or_none()

    def last_runs(self, shop: str, *, limit: int) -> pl.DataFrame:
        """The last `limit` runs that are no part of another, and their parts, newest first; columns as of `runs`."""
        with self.database.read("read runs") as connection:
            alone = rows_as_frame(connection, self._of(shop).where(sa.not_(_IS_PART)).limit(limit))
            if alone.is_empty():
                return alone
            since = RUNS.c.started_at >= alone["started_at"].min()
            parts = rows_as_frame(connection, self._of(shop).where(_IS_PART, since))
        return pl.concat([alone, parts], how="vertical_relaxed").sort("started_at", descending=True)

    def runs(self, shop: str | None = None, *, limit: int = 100, of_each_flow: bool = False) -> pl.DataFrame:
        """The last `limit` runs, or the last `limit` of each flow, newest first.

        Columns: run_id, shop, flow, state, started_at, ended_at (UTC, null while it runs), rows_read (Int64|null),
        parameters and counts (JSON text), message, report_path.
        """
        with self.database.read("read runs") as connection:
            query = self._of(shop)
            if of_each_flow:
                query = query.where(RUNS.c.run_id.in_(_newest_of_each_flow(connection, shop, limit)))
            else:
                query = query.limit(limit)
            return rows_as_frame(connection, query)

    def last_successes(self, shop: str) -> dict[str, datetime]:
        """When the last run of each flow that came to its end did so, by flow; plans are none."""
        done = sa.and_(RUNS.c.state.in_(COMPLETED), RUNS.c.ended_at.is_not(None))
        with self.database.read("read runs") as connection:
            last = RUNS.c.run_id.in_(_newest_of_each_flow(connection, shop, 1, done))
            rows = connection.execute(sa.select(RUNS.c.flow, RUNS.c.ended_at).where(last))
            return {flow: ended_at for flow, ended_at in rows}  # noqa: C416 - a row is no pair to the type checker

    @staticmethod
    def _of(shop: str | None) -> sa.Select[Any]:
        query = sa.select(*_COLUMNS).order_by(RUNS.c.started_at.desc())
        return query if shop is None else query.where(RUNS.c.shop == shop)

    def previous_row_counts(self, shop: str, flow: str, n: int) -> list[int]:
        """How many rows the last `n` completed runs read that read any, newest first."""
        query = (
            sa.select(RUNS.c.rows_read)
            .where(RUNS.c.shop == shop, RUNS.c.flow == flow, RUNS.c.state.in_(COMPLETED), RUNS.c.rows_read > 0)
            .order_by(RUNS.c.started_at.desc())
            .limit(n)
        )
        with self.database.read("read runs") as connection:
            return list(connection.execute(query).scalars())


def _newest_of_each_flow(
    connection: sa.Connection, shop: str | None, limit: int, those: sa.ColumnElement[bool] | None = None
) -> sa.Select[tuple[str]]:
    """The ids of the last `limit` runs of each flow, of one shop or of each; each flow is read by the index alone."""
    known = sa.select(RUNS.c.shop, RUNS.c.flow).distinct()
    if shop is not None:
        known = known.where(RUNS.c.shop == shop)
    newest = [
        sa.select(RUNS.c.run_id)
        .where(RUNS.c.shop == of_shop, RUNS.c.flow == flow, *([] if those is None else [those]))
        .order_by(RUNS.c.started_at.desc())
        .limit(limit)
        .subquery()
        for of_shop, flow in connection.execute(known)
    ]
    none = sa.select(RUNS.c.run_id).where(sa.false())
    return sa.select(sa.union_all(none, *(sa.select(each.c.run_id) for each in newest)).subquery().c.run_id)


class Watermarks(LedgerPart):
    """Up to which instant a named source of a shop has been read."""

    def watermark(self, shop: str, name: str) -> datetime | None:
        """The instant (UTC) that was set last; None if none ever was."""
        query = sa.select(WATERMARKS.c.reached_at).where(WATERMARKS.c.shop == shop, WATERMARKS.c.name == name)
        with self.database.read("read a watermark") as connection:
            return connection.execute(query).scalar_one_or_none()

    def set_watermark(self, shop: str, name: str, reached_at: datetime) -> None:
        """The watermark is at `reached_at` (aware), before or after where it was."""
        with self.database.write("set a watermark") as connection:
            upsert(connection, WATERMARKS, {"shop": shop, "name": name, "reached_at": reached_at})
