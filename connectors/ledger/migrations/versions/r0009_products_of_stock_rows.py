"""A link of a stock row names the product that the row counts; older ones do not until they are confirmed again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """A column, empty for every link there is."""
    op.add_column("links", sa.Column("product_id", sa.BigInteger))
