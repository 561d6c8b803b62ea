"""Run by Alembic: the connection, its lock and its transaction come from rsiwg.store.migrate."""

from alembic import context

from rsiwg.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
