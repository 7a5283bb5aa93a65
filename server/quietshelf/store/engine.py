"""Opening the database, and the two ways to use it: reading and writing. No table and no query lives here."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 5000


def open_engine(url: str) -> Engine:
    """An engine for `url` ("sqlite:///PATH" or "postgresql+psycopg://..."), with the settings that lose nothing.

    SQLite: write-ahead log, `synchronous=FULL` (NORMAL loses acknowledged commits in a power cut), foreign keys on,
    a busy timeout of 5 s; transactions begin where `reading` and `writing` say so.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # A plan that is kept from when a table was small makes an import of half a million lines take hours.
        options = {"options": "-c plan_cache_mode=force_custom_plan"}
        return create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=30, connect_args=options)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, pool_size=10, max_overflow=30)

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins no transaction of its own: `_begin` does
        cursor = connection.cursor()
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A read that turns into a write fails at once while another writes, whatever the timeout: writers say so first.
        how = "BEGIN IMMEDIATE" if connection.get_execution_options().get("quietshelf_writes") else "BEGIN"
        connection.exec_driver_sql(how)

    return engine


def _write_ahead(cursor: DBAPICursor) -> None:
    """Turn the write-ahead log on. A new database that another process turns at the same time is busy, at once."""
    give_up = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that reads one consistent state and writes nothing; rolled back at the end."""
    # SQLite's readers see one state as they are; PostgreSQL's see each statement's, unless told
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with (
        engine.connect().execution_options(**options) as connection,
        Session(bind=connection, expire_on_commit=False, autoflush=False) as session,
    ):
        yield session
        session.expunge_all()  # what was read stays readable: a rollback would empty it
        session.rollback()


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session in one writing transaction: committed when the block ends, rolled back when it raises."""
    with (
        engine.connect().execution_options(quietshelf_writes=True) as connection,
        Session(bind=connection, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session
