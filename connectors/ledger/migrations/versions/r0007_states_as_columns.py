"""Doubts, values in clear and codes of the ERP have columns of their own, instead of prefixes and a borrowed column."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

LINKS = sa.table(
    "links", *map(sa.column, ("kind", "parent_key", "state", "fingerprint", "erp_code", "confirmed_value", "in_doubt"))
)


def upgrade() -> None:
    """Nothing is lost: every prefix of a fingerprint becomes the column that says the same."""
    for table, name in (
        ("links", "erp_code"),
        ("links", "confirmed_value"),
        ("deliveries", "fingerprint"),
        ("deliveries", "confirmed_value"),
    ):
        op.add_column(table, sa.Column(name, sa.Text))
    op.add_column("links", sa.Column("in_doubt", sa.Boolean, nullable=False, server_default=sa.false()))
    _doubts()
    _values_in_clear()
    _codes_and_states()


def _doubts() -> None:
    """`?` before a fingerprint said that the link is in doubt."""
    change = {"in_doubt": sa.true(), "fingerprint": _without_first(LINKS.c.fingerprint)}
    op.execute(sa.update(LINKS).where(LINKS.c.fingerprint.startswith("?")).values(change))


def _values_in_clear() -> None:
    """`=12` was the fingerprint of a quantity, or of the state that an order or return was given."""
    kinds = ("stock", "order_status", "return_status")
    is_value = sa.and_(LINKS.c.kind.in_(kinds), LINKS.c.fingerprint.startswith("="))
    change = {"confirmed_value": _without_first(LINKS.c.fingerprint), "fingerprint": ""}
    op.execute(sa.update(LINKS).where(is_value).values(change))


def _codes_and_states() -> None:
    """The link of a specific price kept its markdown code as the key of a parent."""
    is_price = sa.and_(LINKS.c.kind == "specific_price", LINKS.c.parent_key.is_not(None))
    change = {"erp_code": LINKS.c.parent_key, "parent_key": sa.null()}
    op.execute(sa.update(LINKS).where(is_price).values(change))
    is_left = sa.and_(LINKS.c.kind == "product", LINKS.c.state == "left")
    op.execute(sa.update(LINKS).where(is_left).values(state="deleted"))


def _without_first(column: sa.ColumnClause[str]) -> sa.Function[str]:
    return sa.func.substr(column, 2)
