"""The ledger's tables: keys, ids, hashes and dates, and nothing that names a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def as_microseconds(instant: datetime) -> int:
    """Microseconds since 1970 of an aware datetime; a naive one is a ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone says nothing: give it UTC")
    return (instant - EPOCH) // MICROSECOND


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime, kept as microseconds since 1970, the same in both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002, D102 -- SQLAlchemy's signature
        return None if value is None else as_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002, D102 -- SQLAlchemy's signature
        return None if value is None else EPOCH + value * MICROSECOND


METADATA = sa.MetaData()
# SQLite numbers rows by itself only when the key is exactly INTEGER.
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


LEDGER = sa.Table(
    "ledger",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("uuid"),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)
"""One row: who this ledger is, and the counter that every write of links moves."""

LINKS = sa.Table(
    "links",
    METADATA,
    _key("shop"),
    _key("kind"),
    _key("erp_key"),
    sa.Column("shop_id", sa.BigInteger, nullable=False),
    sa.Column("sub_id", sa.BigInteger, nullable=False),
    sa.Column("parent_key", sa.Text),
    _text("state"),
    _text("fingerprint"),
    _text("mapping_version"),
    sa.Column("confirmed_at", Instant, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("erp_code", sa.Text),
    sa.Column("confirmed_value", sa.Text),
    sa.Column("in_doubt", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("product_id", sa.BigInteger),
    sa.Index("links_by_seq", "shop", "kind", "seq"),
    sqlite_with_rowid=False,
)
"""`parent_key` is the key of the product that a combination belongs to; `erp_code` is a code of the ERP beside the key.
What the shop was confirmed to have is kept as a `fingerprint`, or in clear as `confirmed_value` where it is one value.
A link `in_doubt` was about to be written: its ids hold, its fingerprint and value are not believed.
`product_id` is the product that a stock row counts, where it is known."""

CONFIRMATIONS = sa.Table(
    "confirmations",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("mark", sa.BigInteger, nullable=False),
    _text("shop"),
    _text("kind"),
    sa.Column("run_id", sa.Text),
    sa.Column("row_count", sa.BigInteger, nullable=False),
    sa.Column("confirmed_at", Instant, nullable=False),
)
"""One row per write of links. `mark` is chance: a ledger restored to an older state writes the same seq anew,
but never the same mark."""

RUNS = sa.Table(
    "runs",
    METADATA,
    _key("run_id"),
    _text("shop"),
    _text("flow"),
    _text("state"),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("rows_read", sa.BigInteger),
    _text("parameters"),
    _text("counts"),
    _text("message"),
    sa.Column("report_path", sa.Text),
    sa.Index("runs_by_start", "shop", "flow", "started_at"),
)

FILE_EVENTS = sa.Table(
    "file_events",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    _text("shop"),
    _text("stream"),
    _text("content_hash"),
    _text("event"),
    sa.Column("event_at", Instant, nullable=False),
    sa.Column("run_id", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("size", sa.BigInteger),
    sa.Column("archived_as", sa.Text),
    sa.Column("row_count", sa.BigInteger),
    sa.Column("code", sa.Text),
    sa.Index("file_events_by_stream", "shop", "stream", "event", "id"),
)
"""Only added to: the order of the rows is the order in which files were done."""

FETCHES = sa.Table(
    "fetches",
    METADATA,
    _key("shop"),
    _key("source"),
    _key("path"),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("modified_at", Instant),
    _text("etag"),
    _text("stream"),
    _text("placed_as"),
    _text("content_hash"),
    _text("run_id"),
    sa.Column("after_event", sa.BigInteger, nullable=False),
    sa.Column("fetched_at", Instant, nullable=False),
    sa.Column("acknowledged_at", Instant),
)
"""`after_event` is the newest row of `file_events` when the file was fetched: its own import comes after it."""

LAYOUTS = sa.Table(
    "layouts",
    METADATA,
    _key("shop"),
    _key("stream"),
    _text("layout"),
    _text("run_id"),
    sa.Column("noted_at", Instant, nullable=False),
)
"""One row per stream: how its last accepted file stood in its columns, as JSON."""

REFUSALS = sa.Table(
    "refusals",
    METADATA,
    _key("shop"),
    _key("kind"),
    _key("key"),
    _text("sent"),
    _text("code"),
    _text("detail"),
    _text("run_id"),
    sa.Column("refused_at", Instant, nullable=False),
)
"""One row per entity that the shop refused; `sent` is a keyed hash of what it was asked to take."""

REPLACED = sa.Table(
    "replaced",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    _text("shop"),
    _text("run_id"),
    _text("stream"),
    _text("kind"),
    sa.Column("row_count", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("replaced_at", Instant, nullable=False),
    sa.Index("replaced_by_run", "shop", "run_id"),
)
"""One row per chunk that a run wrote: what the shop had and was given, compressed and encrypted as a whole."""

HOLDS = sa.Table(
    "holds",
    METADATA,
    _key("shop"),
    _key("kind"),
    _key("key"),
    _text("want"),
    _text("run_id"),
    sa.Column("held_at", Instant, nullable=False),
)
"""One row per key that was undone: `want` is what is not written again, as a link has it; empty for being left out."""

INCIDENTS = sa.Table(
    "incidents",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    _text("run_id"),
    _text("shop"),
    _text("level"),
    _text("code"),
    _text("stream"),
    _text("key"),
    _text("file"),
    sa.Column("line", sa.BigInteger),
    _text("params"),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    sa.Index("incidents_by_run", "run_id"),
    sa.Index("incidents_by_shop", "shop", "stream", "key"),
)

WATERMARKS = sa.Table(
    "watermarks",
    METADATA,
    _key("shop"),
    _key("name"),
    sa.Column("reached_at", Instant, nullable=False),
)

LEASES = sa.Table(
    "leases",
    METADATA,
    _key("shop"),
    _key("flow"),
    _text("token"),
    _text("host"),
    _text("machine"),
    sa.Column("pid", sa.BigInteger, nullable=False),
    _text("process_start"),
    sa.Column("since_at", Instant, nullable=False),
    sa.Column("until_at", Instant, nullable=False),
)

DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    _key("shop"),
    _key("kind"),
    _key("key"),
    _text("state"),
    sa.Column("erp_number", sa.Text),
    sa.Column("erp_code", sa.Text),
    sa.Column("intent_at", Instant),
    sa.Column("delivered_at", Instant),
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("last_code", sa.Text),
    sa.Column("run_id", sa.Text),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("identity", sa.Text),
    sa.Column("intended", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("doubt_at", Instant),
    sa.Column("fingerprint", sa.Text),
    sa.Column("confirmed_value", sa.Text),
    sa.Index("deliveries_by_state", "shop", "kind", "state"),
)
"""`identity` is a keyed hash of what never changes of it, null in rows from before; `intended` is what is being sent,
as JSON; `doubt_at` is when the first call without an answer was made; `answer` is a person's to a question about it;
`fingerprint` and `confirmed_value` are what the ERP was confirmed to have of an entity that may change."""

PRICE_PERIODS = sa.Table(
    "price_periods",
    METADATA,
    sa.Column("id", ROW_NUMBER, primary_key=True),
    _text("shop"),
    _text("reference"),
    _text("case_key"),
    sa.Column("began_at", Instant, nullable=False),
    _text("state"),
    sa.Column("price", sa.Text),
    sa.Column("tax_included", sa.Boolean, nullable=False),
    _text("reduction"),
    _text("reduction_kind"),
    sa.Column("reduction_tax", sa.Boolean, nullable=False),
    _text("country"),
    _text("currency"),
    _text("customer_group"),
    _text("starts"),
    _text("ends"),
    _text("origin"),
    _text("source"),
    sa.Column("line", sa.BigInteger, nullable=False),
    _text("run_id"),
    sa.Column("corrects", sa.BigInteger),
    _text("reason"),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Index("price_periods_by_item", "shop", "reference", "case_key", "id"),
)
"""Only added to, and never purged: what a line says holds until the next one of its item and case. `case_key` is empty
for an item's own price; amounts are decimals as text; `corrects` is the id of the line that this one stands for."""
