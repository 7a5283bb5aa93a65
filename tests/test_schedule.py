"""What happens by the clock happens once, whoever else keeps time, and a fault does not end it."""

from datetime import UTC, datetime

from sqlalchemy import select

from quietshelf.clock import wall_clock
from quietshelf.schedule import _steady, look
from quietshelf.store.engine import reading
from quietshelf.store.sites import the_site
from quietshelf.store.tables import JobRun
from tests.shops import Shop


def runs(shop: Shop) -> list[JobRun]:
    with reading(shop.engine) as session:
        return list(session.scalars(select(JobRun)))


def test_two_schedulers_look_once_a_minute_between_them(shop: Shop) -> None:
    minute = datetime.now(UTC).minute
    look(shop.engine, wall_clock)
    look(shop.engine, wall_clock)
    if datetime.now(UTC).minute == minute:
        assert len(runs(shop)) == 1
    assert all(run.ended_at is not None and run.error is None for run in runs(shop))
    with reading(shop.engine) as session:
        assert the_site(session).looked_at is not None


def test_a_job_that_fails_is_run_again() -> None:
    tries = []

    def job() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("away")

    steady = _steady("job", job)
    for _ in range(3):
        steady()
    assert len(tries) == 3
