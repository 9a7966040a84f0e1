"""What was fetched from which source."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The table of fetches is there; instants are microseconds since 1970, UTC."""
    texts = ("shop", "source", "path", "etag", "stream", "placed_as", "content_hash", "run_id")
    op.create_table(
        "fetches",
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("size", "after_event", "fetched_at")),
        *(sa.Column(name, sa.BigInteger) for name in ("modified_at", "acknowledged_at")),
        sa.PrimaryKeyConstraint("shop", "source", "path"),
    )
