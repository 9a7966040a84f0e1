"""Links: which ERP key is which shop id, and the fingerprint of what the shop was last confirmed to have."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from connectors.ledger.database import rows_as_frame
from connectors.ledger.part import LedgerPart
from connectors.ledger.replaced import Replacement, keep
from connectors.ledger.snapshots import SNAPSHOT_LINKS, Position, Snapshot, Snapshots
from connectors.ledger.tables import CONFIRMATIONS, LEDGER, LINKS, as_microseconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connectors.ledger.database import Database

KEYS_AT_ONCE = 5_000
ANALYZE_FROM = 10_000

LINK_FRAME: dict[str, pl.DataType] = dict(SNAPSHOT_LINKS)
"""The columns and types of every frame of links."""
_CHANGED_AT_WRITING = ("state", "confirmed_at")
"""Kept otherwise than a `Link` has them: a plain text, and a number of microseconds."""
_AS_THEY_ARE = [name for name in LINK_FRAME if name not in {"seq", *_CHANGED_AT_WRITING}]
_GIVEN = {name: LINK_FRAME[name] for name in (*_AS_THEY_ARE, *_CHANGED_AT_WRITING)}
_values_of = attrgetter(*_AS_THEY_ARE)
_COLUMNS = tuple(LINKS.c[name] for name in LINK_FRAME)


def _now() -> datetime:
    return datetime.now(UTC)


class LinkState(StrEnum):
    """What has become of the key of a link."""

    ACTIVE = "active"
    """The shop has it, and the files want it so."""
    CLOSED = "closed"
    """The shop has it, switched off because the ERP has closed it."""
    FORGOTTEN = "forgotten"
    """No longer known: `Links` gives it no more."""
    ABSENT = "absent"
    """A row closes it, and the shop does not have it."""
    GENERIC = "generic"
    """A row that names the parent of combinations, and is no item of its own."""
    DELETED = "deleted"
    """Somebody deleted it in the shop, and it is not made again."""
    INTENDED = "intent"
    """About to be created."""
    KEPT = "kept"
    """A sale that came again with other values, and whose order was left as it is."""
    OPEN = "open"
    """A document whose status is asked for again."""
    FINAL = "final"
    """A document whose status changes no more."""
    GONE = "gone"
    """A document that the ERP has and that was deleted in the shop."""


@dataclass(slots=True)
class Link:
    """One ERP key and the entity of the shop it stands for, as the shop was last confirmed to have it.

    `shop_id` is the id of the product (of the stock_available for kind `stock`), `sub_id` that of the combination,
    0 if there is none. `parent_key` is the key of the product that a combination belongs to, `erp_code` a code of the
    ERP beside the key. `confirmed_value` is what the shop was confirmed to have, in clear, where it is one value.
    `product_id` is the product that a stock row counts.

    Not frozen: it takes Python three times as long to make one that is, and every row written makes one.
    """

    erp_key: str
    shop_id: int
    sub_id: int = 0
    parent_key: str | None = None
    state: LinkState = LinkState.ACTIVE
    fingerprint: str = ""
    mapping_version: str = ""
    confirmed_at: datetime = field(default_factory=_now)
    erp_code: str | None = None
    confirmed_value: str | None = None
    in_doubt: bool = False
    product_id: int | None = None


class Links(LedgerPart):
    """The ledger's links, by shop and kind (`product`, `combination`, `stock`, ...)."""

    def __init__(self, database: Database, snapshots: Snapshots) -> None:
        super().__init__(database, snapshots)
        self._ahead: dict[tuple[str, str], Snapshot] = {}
        """What was read ahead, by shop and kind, and the state that the ledger was in."""

    def read_ahead(self, shop: str, kind: str) -> None:
        """Reads the links now that are asked for next: until something is written of any, that costs nothing then."""
        position, links = self._read(shop, kind)
        if position:
            self._ahead[shop, kind] = Snapshot(position, links)

    def links(self, shop: str, kind: str) -> pl.DataFrame:
        """Every link that was not forgotten, in no order; columns as `LINK_FRAME`."""
        return self.links_scan(shop, kind).collect()

    def links_scan(self, shop: str, kind: str) -> pl.LazyFrame:
        """The same, to be asked for some columns or some rows, several times of one state of the ledger."""
        return self._read(shop, kind)[1]

    def _read(self, shop: str, kind: str) -> tuple[Position | None, pl.LazyFrame]:
        """The links, and which state of the ledger they are of."""
        with self.database.read("read links") as connection:
            position = _position(connection)
            ahead = self._ahead.pop((shop, kind), None)
            if ahead is not None and ahead.position == position:
                return position, ahead.links
            snapshot = self.snapshots.read(shop, kind, lambda past: _is_past(connection, past))
            query = sa.select(*_COLUMNS).where(_of(shop, kind))
            newer = rows_as_frame(connection, query.where(LINKS.c.seq > snapshot.position.seq) if snapshot else query)
        links = _completed(snapshot.links if snapshot else None, newer)
        if position and self.snapshots.pays(newer=newer.height, kept=0):
            whole = links.collect()
            if self.snapshots.pays(newer=newer.height, kept=whole.height):
                self.snapshots.write(shop, kind, position, whole)
            links = whole.lazy()
        return position, links

    def links_for(self, shop: str, kind: str, keys: Sequence[str]) -> pl.DataFrame:
        """The links of these keys that are known and were not forgotten; columns as `LINK_FRAME`."""
        wanted = list(dict.fromkeys(keys))
        if len(wanted) > KEYS_AT_ONCE:
            return self.links(shop, kind).filter(pl.col("erp_key").is_in(wanted))
        those = sa.and_(_of(shop, kind), LINKS.c.erp_key.in_(wanted), LINKS.c.state != LinkState.FORGOTTEN.value)
        with self.database.read("read links") as connection:
            return rows_as_frame(connection, sa.select(*_COLUMNS).where(those))

    def confirm(self, shop: str, kind: str, rows: pl.DataFrame | Sequence[Link], *, run_id: str | None) -> None:
        """The links are as given, durably, all or none; of two rows with one key the last counts.

        A frame holds the columns of `Link`; those that have a default may be left out.
        """
        links = _rows_of(rows)
        if not links:
            return
        with self.database.write("confirm links") as connection:
            seq = _next_seq(connection, shop, kind, run_id, len(links))
            _write(connection, shop, kind, links, seq)
        if self.database.is_postgres and len(links) >= ANALYZE_FROM:
            _analyze(self.database)

    def doubt(self, shop: str, kind: str, keys: Sequence[str], *, replacing: Replacement | None = None) -> None:
        """These keys are in doubt until they are confirmed again: what was confirmed of them is not believed.

        Called before anything is written: a run that dies after a write leaves a shop that no longer has what was
        confirmed. Keys that are not known change nothing. What is about to be replaced is kept in the same transaction.
        """
        change = {"in_doubt": True}
        self._change("doubt links", shop, kind, keys, sa.not_(LINKS.c.in_doubt), change, replacing=replacing)

    def forget(self, shop: str, kind: str, keys: Sequence[str]) -> None:
        """`links` no longer gives these keys; keys that are not known change nothing."""
        gone = {"state": LinkState.FORGOTTEN.value, "confirmed_at": _now()}
        self._change("forget links", shop, kind, keys, LINKS.c.state != LinkState.FORGOTTEN.value, gone)

    def _change(
        self,
        action: str,
        shop: str,
        kind: str,
        keys: Sequence[str],
        those: sa.ColumnElement[bool],
        change: Mapping[str, Any],
        replacing: Replacement | None = None,
    ) -> None:
        wanted = list(dict.fromkeys(keys))
        if not wanted and replacing is None:
            return
        with self.database.write(action) as connection:
            if replacing is not None:
                keep(connection, self.snapshots.secret, shop, kind, replacing)
            seq = _next_seq(connection, shop, kind, None, len(wanted))
            for start in range(0, len(wanted), KEYS_AT_ONCE):
                some = LINKS.c.erp_key.in_(wanted[start : start + KEYS_AT_ONCE])
                known = sa.and_(_of(shop, kind), some, those)
                connection.execute(sa.update(LINKS).where(known).values(**change, seq=seq))


def _of(shop: str, kind: str) -> sa.ColumnElement[bool]:
    return sa.and_(LINKS.c.shop == shop, LINKS.c.kind == kind)


def _rows_of(given: pl.DataFrame | Sequence[Link]) -> list[tuple[Any, ...]]:
    """What the table is given, in the order of `_GIVEN`; of two with one key the last."""
    if not isinstance(given, pl.DataFrame):
        last = {link.erp_key: link for link in given}.values()
        # Links of one write mostly share their instant.
        instants = {instant: as_microseconds(instant) for instant in {link.confirmed_at for link in last}}
        return [(*_values_of(link), str(link.state), instants[link.confirmed_at]) for link in last]
    missing = {name: value for name, value in _defaults().items() if name not in given.columns}
    whole = given.with_columns(**{name: pl.lit(value, dtype=_GIVEN[name]) for name, value in missing.items()})
    links = whole.select(*_GIVEN).cast(_GIVEN).unique(subset="erp_key", keep="last", maintain_order=True)  # type: ignore[arg-type]
    return links.with_columns(pl.col("confirmed_at").dt.epoch("us")).rows()


def _defaults() -> dict[str, Any]:
    plain = Link("", 0)
    return {name: getattr(plain, name) for name in _GIVEN if name not in {"erp_key", "shop_id"}}


def _completed(kept: pl.LazyFrame | None, newer: pl.DataFrame) -> pl.LazyFrame:
    living = newer.filter(pl.col("state") != LinkState.FORGOTTEN).lazy()
    if kept is None:
        return living
    if newer.is_empty():
        return kept
    return pl.concat([kept.filter(~pl.col("erp_key").is_in(newer["erp_key"].implode())), living])


def _next_seq(connection: sa.Connection, shop: str, kind: str, run_id: str | None, row_count: int) -> int:
    # The row lock of this update is held until the commit: the order of seq is the order of the commits.
    connection.execute(sa.update(LEDGER).values(seq=LEDGER.c.seq + 1))
    seq: int = connection.execute(sa.select(LEDGER.c.seq)).scalar_one()
    confirmation = {
        "seq": seq,
        "mark": secrets.randbits(63),
        "shop": shop,
        "kind": kind,
        "run_id": run_id,
        "row_count": row_count,
        "confirmed_at": _now(),
    }
    connection.execute(sa.insert(CONFIRMATIONS).values(confirmation))
    return seq


def _position(connection: sa.Connection) -> Position | None:
    newest = sa.select(CONFIRMATIONS.c.seq, CONFIRMATIONS.c.mark).order_by(CONFIRMATIONS.c.seq.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return Position(row.seq, row.mark) if row else None


def _is_past(connection: sa.Connection, position: Position) -> bool:
    mark = sa.select(CONFIRMATIONS.c.mark).where(CONFIRMATIONS.c.seq == position.seq)
    return connection.execute(mark).scalar_one_or_none() == position.mark


def _write(connection: sa.Connection, shop: str, kind: str, links: list[tuple[Any, ...]], seq: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_POSTGRES, (shop, kind, seq, *map(list, zip(*links, strict=True))))
    else:
        connection.exec_driver_sql(_SQLITE, [(shop, kind, seq, *link) for link in links])


def _analyze(database: Database) -> None:
    # Until PostgreSQL has counted a table that has just grown, it reads the whole of it for every batch.
    with database.write("analyze the links") as connection:
        connection.exec_driver_sql("analyze links")


def _upsert(source: str) -> str:
    names = ["shop", "kind", "seq", *_GIVEN]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[2:] if name != "erp_key")
    return f"insert into links ({', '.join(names)}) {source} on conflict (shop, kind, erp_key) do update set {changes}"


def _array_type(dtype: Any) -> str:
    return {pl.String(): "text[]", pl.Boolean(): "boolean[]"}.get(dtype, "bigint[]")


_SQLITE = _upsert(f"values ({', '.join('?' * (len(_GIVEN) + 3))})")
_ARRAYS = ", ".join(f"%b::{_array_type(dtype)}" for dtype in _GIVEN.values())
_POSTGRES = _upsert(f"select %s::text, %s::text, %s::bigint, given.* from unnest({_ARRAYS}) as given")  # noqa: S608 -- constants only
