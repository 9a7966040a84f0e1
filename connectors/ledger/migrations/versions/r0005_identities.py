"""Who a delivery is of, and what was meant to be sent when no answer came."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Deliveries have an identity, a frozen intent and a doubt; what was sent without an answer is in doubt."""
    for name in ("identity", "intended", "answer"):
        op.add_column("deliveries", sa.Column(name, sa.Text))
    op.add_column("deliveries", sa.Column("doubt_at", sa.BigInteger))
    op.execute("update deliveries set doubt_at = intent_at where attempts > 0 and state != 'delivered'")
