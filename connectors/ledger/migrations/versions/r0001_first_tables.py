"""The first tables, and the one row that says who this ledger is."""

import secrets
import time
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _text_or_null(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text) for name in names]


def _number_or_null(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger) for name in names]


def upgrade() -> None:
    """Every table is there; instants are microseconds since 1970, UTC."""
    _ledger()
    _links()
    _runs_and_files()
    _incidents_and_watermarks()
    _leases_and_deliveries()


def _ledger() -> None:
    ledger = op.create_table(
        "ledger",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        *_text("uuid"),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        *_number("seq", "created_at"),
    )
    row = {"id": 1, "uuid": str(uuid.uuid4()), "secret": secrets.token_bytes(32), "seq": 0}
    op.bulk_insert(ledger, [row | {"created_at": time.time_ns() // 1000}])


def _links() -> None:
    op.create_table(
        "links",
        *_text("shop", "kind", "erp_key"),
        *_number("shop_id", "sub_id"),
        *_text_or_null("parent_key"),
        *_text("state", "fingerprint", "mapping_version"),
        *_number("confirmed_at", "seq"),
        sa.PrimaryKeyConstraint("shop", "kind", "erp_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("links_by_seq", "links", ["shop", "kind", "seq"])
    op.create_table(
        "confirmations",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *_number("mark"),
        *_text("shop", "kind"),
        *_text_or_null("run_id"),
        *_number("row_count", "confirmed_at"),
    )


def _runs_and_files() -> None:
    op.create_table(
        "runs",
        *_text("run_id", "shop", "flow", "state"),
        *_number("started_at"),
        *_number_or_null("ended_at", "rows_read"),
        *_text("parameters", "counts", "message"),
        *_text_or_null("report_path"),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_index("runs_by_start", "runs", ["shop", "flow", "started_at"])
    op.create_table(
        "file_events",
        sa.Column("id", ROW_NUMBER, primary_key=True),
        *_text("shop", "stream", "content_hash", "event"),
        *_number("event_at"),
        *_text_or_null("run_id", "name"),
        *_number_or_null("size"),
        *_text_or_null("archived_as"),
        *_number_or_null("row_count"),
        *_text_or_null("code"),
    )
    op.create_index("file_events_by_stream", "file_events", ["shop", "stream", "event", "id"])


def _incidents_and_watermarks() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", ROW_NUMBER, primary_key=True),
        *_text("run_id", "shop", "level", "code", "stream", "key", "file"),
        *_number_or_null("line"),
        *_text("params"),
        *_number("recorded_at"),
        *_number_or_null("closed_at"),
    )
    op.create_index("incidents_by_run", "incidents", ["run_id"])
    op.create_index("incidents_by_shop", "incidents", ["shop", "stream", "key"])
    op.create_table(
        "watermarks", *_text("shop", "name"), *_number("reached_at"), sa.PrimaryKeyConstraint("shop", "name")
    )


def _leases_and_deliveries() -> None:
    op.create_table(
        "leases",
        *_text("shop", "flow", "token", "host", "machine"),
        *_number("pid"),
        *_text("process_start"),
        *_number("since_at", "until_at"),
        sa.PrimaryKeyConstraint("shop", "flow"),
    )
    op.create_table(
        "deliveries",
        *_text("shop", "kind", "key", "state"),
        *_text_or_null("erp_number", "erp_code"),
        *_number_or_null("intent_at", "delivered_at"),
        *_number("attempts"),
        *_text_or_null("last_code", "run_id"),
        *_number("changed_at"),
        sa.PrimaryKeyConstraint("shop", "kind", "key"),
    )
    op.create_index("deliveries_by_state", "deliveries", ["shop", "kind", "state"])
