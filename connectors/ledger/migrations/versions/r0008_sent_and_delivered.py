"""An order handed over in a file is sent, and delivered once a file of the ERP has named it; links said that before."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """What no link of kind `order_confirmed` names was sent and not named yet."""
    op.execute(
        "update deliveries set state = 'sent' "
        "where kind like 'files/%/order' and state = 'delivered' and not exists ("
        "select 1 from links where links.shop = deliveries.shop and links.kind = 'order_confirmed' "
        "and links.erp_key = deliveries.key)"
    )
    op.execute("delete from links where kind = 'order_confirmed'")
