"""What serves only to look up what happened lately, and goes when it is old: messages set aside and runs of jobs."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from quietshelf.rules.policy import Policy
from quietshelf.store.tables import JobRun, Quarantined

MOST_AT_ONCE = 5000
"""Messages deleted in one transaction: nothing that has to be booked waits for more."""


def drop_old(session: Session, now: datetime, policy: Policy) -> int:
    """Delete some of what has been kept for long enough, oldest first; how many rows. 0: there is none."""
    newest = select(Quarantined.id).order_by(Quarantined.id.desc())
    beyond = session.scalar(newest.offset(policy.quarantine_most).limit(1)) or 0
    old = Quarantined.at < now - timedelta(days=policy.quarantine_days)
    goes = select(Quarantined.id).where(old | (Quarantined.id <= beyond)).order_by(Quarantined.id).limit(MOST_AT_ONCE)
    messages = session.execute(delete(Quarantined).where(Quarantined.id.in_(goes)).returning(Quarantined.id)).all()
    ended = JobRun.due < now - timedelta(days=policy.job_runs_days)
    runs = session.execute(delete(JobRun).where(ended).returning(JobRun.due)).all()
    return len(messages) + len(runs)
