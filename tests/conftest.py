"""What every test may need: a component or a reason, a free port, databases of its own."""

import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, NullPool, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from quietshelf.store.engine import open_engine
from quietshelf.store.schema import upgrade
from tests.postgres import postgres, programs
from tests.shops import Shop, open_shop

settings.register_profile("laws", deadline=None)  # a law is no stopwatch: a busy machine breaks none
settings.load_profile("laws")


def require(present: object, what: str) -> None:
    """Skip, saying why, where a component is missing; with QUIETSHELF_REQUIRE_ALL=1 fail instead."""
    if present:
        return
    if os.environ.get("QUIETSHELF_REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is missing, and QUIETSHELF_REQUIRE_ALL=1 wants every component")
    pytest.skip(f"{what} is missing: run `make test`, which installs it")


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def _upgraded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("upgraded") / "quietshelf.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The maintenance database of a PostgreSQL server that runs for this session."""
    require(programs(), "PostgreSQL")
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def _upgraded_postgres(postgres_url: str) -> str:
    _execute(postgres_url, "CREATE DATABASE upgraded")
    engine = open_engine(_database(postgres_url, "upgraded"))
    upgrade(engine)
    engine.dispose()
    return "upgraded"


@pytest.fixture
def sqlite_engine(_upgraded_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """An upgraded, empty SQLite database of this test's own."""
    path = tmp_path / "quietshelf.db"
    shutil.copy(_upgraded_sqlite, path)
    engine = open_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", without_waiting_for_the_disk)
    yield engine
    engine.dispose()


def without_waiting_for_the_disk(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """No test cuts the power: what a commit survives of that is SQLite's to test, and waiting for it takes minutes."""
    connection.cursor().execute("PRAGMA synchronous = OFF")


@pytest.fixture
def postgres_engine(postgres_url: str, _upgraded_postgres: str) -> Iterator[Engine]:
    """An upgraded, empty PostgreSQL database of this test's own."""
    name = f"test_{uuid.uuid4().hex}"
    _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE {_upgraded_postgres}")
    engine = open_engine(_database(postgres_url, name))
    yield engine
    engine.dispose()
    _execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An upgraded, empty database: the test runs once on SQLite and once on PostgreSQL."""
    chosen: Engine = request.getfixturevalue("sqlite_engine" if request.param == "sqlite" else "postgres_engine")
    return chosen


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """The small real shop of tests/shops.py, once on SQLite and once on PostgreSQL."""
    return open_shop(engine)


@pytest.fixture
def sqlite_shop(sqlite_engine: Engine) -> Shop:
    """The small real shop, on SQLite alone: for what does not depend on the database."""
    return open_shop(sqlite_engine)


def _database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _execute(url: str, statement: str) -> None:
    """One statement outside any transaction, as making and dropping a database wants it."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))
