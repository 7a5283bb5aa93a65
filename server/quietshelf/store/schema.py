"""The schema's way from empty to today and back, by Alembic from Python alone. The tables are in `tables`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 7_405_117_201
"""Any number that is ours: PostgreSQL's lock under which one process upgrades and the others wait."""


def upgrade(engine: Engine) -> None:
    """Bring an empty or older database to this version's tables, in one transaction; any number may try at once."""
    with engine.connect().execution_options(quietshelf_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        command.upgrade(_config(connection), "head")


def downgrade(engine: Engine, revision: str) -> None:
    """Back to `revision` ("base" is the empty database), in one transaction. What the newer tables held is gone."""
    with engine.connect().execution_options(quietshelf_writes=True) as connection, connection.begin():
        command.downgrade(_config(connection), revision)


def current(engine: Engine) -> str | None:
    """The revision a database is at; None where nothing was made yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
