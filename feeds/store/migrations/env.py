"""What alembic runs: the migrations, on the connection and in the transaction that it is given."""

from alembic import context

from feeds.store.tables import metadata

# SQLite can undo DDL; alembic does not rely on that unless told. Batches: SQLite alters a table by copying it.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
