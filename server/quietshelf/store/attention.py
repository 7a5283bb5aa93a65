"""What a person says of open exceptions: seen, not before a day, and both taken back. Who and when is kept."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from quietshelf.store.sites import touch
from quietshelf.store.tables import ExceptionRow
from quietshelf.store.upsert import in_chunks


def kinds_of(session: Session, site_id: int, ids: Collection[int]) -> set[str]:
    """The kinds of these open exceptions."""
    return {row.kind for row in _open(session, site_id, ids)}


def acknowledge(session: Session, site_id: int, ids: Collection[int], user_id: int, now: datetime) -> int:
    """Note that a person has seen them; who was first stays. How many of them are open still."""
    rows = list(_open(session, site_id, ids))
    for row in rows:
        if row.acknowledged_at is None:
            row.acknowledged_at, row.acknowledged_by = now, user_id
    return _told(session, site_id, len(rows))


def put_off(session: Session, site_id: int, ids: Collection[int], until: datetime, user_id: int, now: datetime) -> int:
    """Take them off the page until an instant, or until they get worse than they are now. How many are open still."""
    rows = list(_open(session, site_id, ids))
    for row in rows:
        row.snoozed_until, row.snoozed_at, row.snoozed_by = until, now, user_id
        row.snoozed_risk_minor, row.snoozed_on_hand = row.risk_minor_per_day, row.figures.get("on_hand")
    return _told(session, site_id, len(rows))


def take_back(session: Session, site_id: int, ids: Collection[int]) -> int:
    """Take back that they were seen, or put off. How many are open still."""
    rows = list(_open(session, site_id, ids))
    for row in rows:
        _unsaid(row)
    return _told(session, site_id, len(rows))


def take_back_press(session: Session, site_id: int, user_id: int, at: datetime) -> int:
    """Take back what one press of a person said at that instant. How many are open still."""
    pressed = select(ExceptionRow).where(
        ExceptionRow.site_id == site_id,
        ExceptionRow.closed_at.is_(None),
        ((ExceptionRow.acknowledged_by == user_id) & (ExceptionRow.acknowledged_at == at))
        | ((ExceptionRow.snoozed_by == user_id) & (ExceptionRow.snoozed_at == at)),
    )
    rows = list(session.scalars(pressed))
    for row in rows:
        _unsaid(row)
    return _told(session, site_id, len(rows))


def _open(session: Session, site_id: int, ids: Collection[int]) -> Iterable[ExceptionRow]:
    """Those of `ids` that are open, in order of id: who holds several takes them as everybody does."""
    for chunk in in_chunks(sorted(ids)):
        yield from session.scalars(
            select(ExceptionRow)
            .where(
                ExceptionRow.site_id == site_id,
                ExceptionRow.id.in_(chunk),
                ExceptionRow.closed_at.is_(None),
            )
            .order_by(ExceptionRow.id)
        )


def _unsaid(row: ExceptionRow) -> None:
    row.acknowledged_at = row.acknowledged_by = None
    row.snoozed_until = row.snoozed_at = row.snoozed_by = None
    row.snoozed_risk_minor = row.snoozed_on_hand = None


def _told(session: Session, site_id: int, rows: int) -> int:
    if rows:
        session.flush()
        touch(session, site_id)
    return rows
