"""A run of a scheduled job is done by one scheduler, in any number of them."""

import threading
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from quietshelf.store.engine import reading, writing
from quietshelf.store.jobs import claim, end
from quietshelf.store.tables import JobRun

DUE = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_four_schedulers_claim_a_run_and_one_gets_it(engine: Engine) -> None:
    together = threading.Barrier(4)
    got: list[bool] = []

    def scheduler() -> None:
        together.wait()
        with writing(engine) as session:
            got.append(claim(session, "pass", DUE, DUE))

    threads = [threading.Thread(target=scheduler) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False, False, False, True]


def test_a_run_that_failed_says_so(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as session:
        claim(session, "pass", DUE, DUE)
        end(session, "pass", DUE, DUE, "no space left on device")
    with reading(sqlite_engine) as session:
        run = session.scalars(select(JobRun)).one()
        assert (run.ended_at, run.error) == (DUE, "no space left on device")
