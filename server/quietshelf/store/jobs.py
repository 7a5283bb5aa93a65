"""Runs of scheduled jobs: whoever claims a run first does it, in any number of schedulers."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quietshelf.store.tables import JobRun
from quietshelf.store.upsert import insert


def claim(session: Session, job: str, due: datetime, now: datetime) -> bool:
    """Claim the run of `job` that is due at `due`; False where somebody has it already."""
    run = insert(session, JobRun).values(job=job, due=due, claimed_at=now).on_conflict_do_nothing()
    return session.connection().execute(run.returning(JobRun.job)).first() is not None


def is_running(session: Session, job: str, since: datetime) -> bool:
    """Whether a run of `job` that was claimed since then has not ended."""
    runs = select(JobRun.job).where(JobRun.job == job, JobRun.claimed_at >= since, JobRun.ended_at.is_(None))
    return session.scalar(runs.limit(1)) is not None


def end(session: Session, job: str, due: datetime, now: datetime, error: str | None = None) -> None:
    """Note that a claimed run ended, and with what error if it failed."""
    session.execute(update(JobRun).where(JobRun.job == job, JobRun.due == due).values(ended_at=now, error=error))
