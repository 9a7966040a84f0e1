"""What the shop refused."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """The table of refusals is there; instants are microseconds since 1970, UTC."""
    op.create_table(
        "refusals",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("shop", "kind", "key")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("sent", "code", "detail", "run_id")),
        sa.Column("refused_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "key"),
    )
