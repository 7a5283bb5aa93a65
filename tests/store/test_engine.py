"""Two who write at once wait for each other and lose nothing; a reader sees one state."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.sites import the_site, touch
from quietshelf.store.tables import Site
from tests.shops import Shop

TIMES = 25


def test_two_writers_at_once_wait_and_lose_nothing(shop: Shop) -> None:
    together = threading.Barrier(2)
    failures: list[BaseException] = []

    def writer() -> None:
        together.wait()
        try:
            for _ in range(TIMES):
                with writing(shop.engine) as session:
                    # read, then write: a transaction that began as a read would fail here on SQLite
                    site = session.get_one(Site, shop.site_id, with_for_update=True)
                    site.changes += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=writer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with reading(shop.engine) as session:
        assert the_site(session).changes == 2 * TIMES


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(shop: Shop) -> None:
    with reading(shop.engine) as session:
        before = session.scalar(select(Site.changes))
        with writing(shop.engine) as other:
            touch(other, shop.site_id)
        assert session.scalar(select(Site.changes)) == before
    with reading(shop.engine) as session:
        assert session.scalar(select(Site.changes)) == 1


def test_what_fails_is_undone_whole(shop: Shop) -> None:
    def half_of_it() -> None:
        with writing(shop.engine) as session:
            touch(session, shop.site_id)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        half_of_it()
    with reading(shop.engine) as session:
        assert the_site(session).changes == 0


def test_sqlite_keeps_what_it_has_said_yes_to(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/quietshelf.db")
    with engine.connect() as connection:
        said = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_a_writing_transaction_takes_the_lock_when_it_begins(sqlite_shop: Shop) -> None:
    begun: list[str] = []
    event.listen(sqlite_shop.engine, "before_cursor_execute", lambda c, cur, statement, *_: begun.append(statement))
    with reading(sqlite_shop.engine) as session:
        the_site(session)
    with writing(sqlite_shop.engine) as session:
        the_site(session)
    assert [statement for statement in begun if statement.startswith("BEGIN")] == ["BEGIN", "BEGIN IMMEDIATE"]
