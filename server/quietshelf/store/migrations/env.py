"""What Alembic runs for each command: on the connection, and in the transaction, that `store/schema.py` opened."""

from alembic import context

from quietshelf.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # on SQLite too: the engine begins its transactions itself
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
