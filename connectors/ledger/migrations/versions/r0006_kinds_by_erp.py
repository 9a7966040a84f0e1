"""What an ERP was given is kept under the ERP and its access: `order` becomes `cegid/production/order`."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_DELIVERIES = ("order", "return", "customer")
_LINKS = ("order_seen", "order_sent", "order_seen_absent", "order_status_absent")
_ABSENT = ("order", "return")
_LISTS = ("orders", "customers")


def upgrade() -> None:
    """Until now there was one ERP; its test access was told apart by a suffix."""
    for access, suffix in (("production", ""), ("test", "-test")):
        for what in _DELIVERIES:
            _rename("deliveries", "kind", f"{what}{suffix}", f"cegid/{access}/{what}")
        links = {f"{what}{suffix}": what for what in _LINKS} | {
            f"{what}{suffix}_absent": f"{what}_absent" for what in _ABSENT
        }
        for before, what in links.items():
            for table in ("links", "confirmations"):
                _rename(table, "kind", before, f"cegid/{access}/{what}")
        for what in _LISTS:
            _rename("watermarks", "name", f"{what}{suffix}", f"cegid/{access}/{what}")
            # What is kept beside the list itself: `orders swept`, `orders order_slip`.
            statement = sa.text(
                "update watermarks set name = :new || substr(name, :length) where name like :beside"
            ).bindparams(new=f"cegid/{access}/{what}", length=len(f"{what}{suffix}") + 1, beside=f"{what}{suffix} %")
            op.execute(statement)


def _rename(table: str, column: str, before: str, after: str) -> None:
    named = sa.table(table, sa.column(column))
    op.execute(named.update().where(named.c[column] == before).values({column: after}))
