"""How the last file of each stream was laid out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The table of layouts is there; instants are microseconds since 1970, UTC."""
    op.create_table(
        "layouts",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("shop", "stream", "layout", "run_id")),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("shop", "stream"),
    )
