"""Alembic runs the revisions on the connection, and in the transaction, of whoever opens the ledger."""

from alembic import context

from connectors.ledger.migrate import VERSION_TABLE
from connectors.ledger.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
