"""The tables and the migrations say the same, on both databases, up and down."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect

from quietshelf.store.engine import open_engine
from quietshelf.store.schema import current, downgrade, upgrade
from quietshelf.store.tables import Base


def test_the_migrations_make_exactly_the_tables_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_up_from_empty_down_to_nothing_and_up_again(engine: Engine) -> None:
    newest = current(engine)
    assert newest is not None
    downgrade(engine, "base")
    assert current(engine) is None
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(engine)
    assert current(engine) == newest
    assert set(inspect(engine).get_table_names()) == set(Base.metadata.tables) | {"alembic_version"}


def test_an_upgraded_database_is_left_as_it_is(engine: Engine) -> None:
    before = current(engine)
    upgrade(engine)
    assert current(engine) == before


def test_two_processes_that_start_at_once_upgrade_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/100%/new.db"  # a per cent sign in a path is no pattern
    (tmp_path / "100%").mkdir()
    failures: list[BaseException] = []

    def start() -> None:
        try:
            upgrade(open_engine(url))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert current(open_engine(url)) is not None


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new.db")
    with monkeypatch.context() as patched:
        patched.setattr("alembic.operations.ops.CreateIndexOp.create_index", _power_cut)
        with pytest.raises(RuntimeError, match="power cut"):
            upgrade(engine)
    assert inspect(engine).get_table_names() == []
    upgrade(engine)
    assert current(engine) is not None


def _power_cut(*_: object, **__: object) -> None:
    raise RuntimeError("power cut")
