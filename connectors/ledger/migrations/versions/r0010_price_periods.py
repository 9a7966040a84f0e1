"""The prices that the shop was confirmed to have, line by line."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# SQLite numbers rows by itself only when the key is exactly INTEGER.
_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXTS = (
    "shop", "reference", "case_key", "state", "reduction", "reduction_kind", "country", "currency", "customer_group",
    "starts", "ends", "origin", "source", "run_id", "reason",
)  # fmt: skip


def upgrade() -> None:
    """The table is there, and empty; instants are microseconds since 1970, UTC."""
    op.create_table(
        "price_periods",
        sa.Column("id", _ROW_NUMBER, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("began_at", "line", "recorded_at")),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("tax_included", "reduction_tax")),
        sa.Column("price", sa.Text),
        sa.Column("corrects", sa.BigInteger),
    )
    op.create_index("price_periods_by_item", "price_periods", ["shop", "reference", "case_key", "id"])
