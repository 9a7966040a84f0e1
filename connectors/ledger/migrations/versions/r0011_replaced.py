"""What runs replaced in the shop, and what an undo holds."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Both tables are there; instants are microseconds since 1970, UTC."""
    op.create_table(
        "replaced",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("shop", "run_id", "stream", "kind")),
        sa.Column("row_count", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("replaced_at", sa.BigInteger, nullable=False),
    )
    op.create_index("replaced_by_run", "replaced", ["shop", "run_id"])
    op.create_table(
        "holds",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("shop", "kind", "key", "want", "run_id")),
        sa.Column("held_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "key"),
    )
