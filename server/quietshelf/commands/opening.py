"""The database as a command opens it: upgraded, and closed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from quietshelf.settings import Settings
from quietshelf.store.engine import open_engine
from quietshelf.store.schema import upgrade


@contextmanager
def opened(settings: Settings) -> Iterator[Engine]:
    """The installation's database, with today's tables."""
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    try:
        upgrade(engine)
        yield engine
    finally:
        engine.dispose()
