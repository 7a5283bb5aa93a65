"""Modes: the one that is on, turning one on and off, and keeping what it did. What each changes is rules/modes.py's.

A mode's row is held after orders and SKUs' states, and before the site (see store/drafts.py).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quietshelf.store.budgets import nothing_waits
from quietshelf.store.states import every_sku, mark_stale
from quietshelf.store.tables import ModeRow, User

DECIDES = ("supply", "demand", "capital")
"""Modes that change what is decided about SKUs; the others change what is done with it."""


@dataclass(frozen=True)
class ModeNow:
    """The mode that is on, and who turned it on; or when each was last turned off."""

    on: ModeRow | None
    by: str
    """The name of who turned it on."""
    ended_at: dict[str, datetime]
    """When each mode was last turned off."""


def mode_now(session: Session, site_id: int) -> ModeNow:
    """What is on, and what was."""
    rows = session.execute(
        select(ModeRow, User.name)
        .outerjoin(User, User.id == ModeRow.on_by)
        .where(ModeRow.site_id == site_id)
        .order_by(ModeRow.id)
    ).all()
    on = next(((row, name) for row, name in rows if row.off_at is None), None)
    ended = {row.mode: row.off_at for row, _ in rows if row.off_at is not None}
    return ModeNow(on[0] if on else None, (on[1] if on else None) or "", ended)


def mode_on(session: Session, site_id: int, mode: str | None = None) -> ModeRow | None:
    """The mode that is on; with `mode`, only if it is that one."""
    found = select(ModeRow).where(ModeRow.site_id == site_id, ModeRow.off_at.is_(None))
    return session.scalars(found if mode is None else found.where(ModeRow.mode == mode)).first()


def turn_on(session: Session, site_id: int, mode: str, user_id: int, now: datetime, lost_minor: int) -> bool:
    """Turn a mode on; False where one is on already. The SKUs that it touches are decided anew.

    `lost_minor` is what its cause lost in the last 30 days.
    """
    if mode_on(session, site_id) is not None:
        return False
    if mode in DECIDES:
        mark_stale(session, site_id, every_sku(session, site_id))
    figures = {"at_stake_minor": lost_minor}
    session.add(ModeRow(site_id=site_id, mode=mode, on_at=now, on_by=user_id, figures=figures))
    session.flush()
    return True


def turn_off(session: Session, row: ModeRow, user_id: int, now: datetime) -> None:
    """Turn a mode off, and have the SKUs that it touched decided anew; no line waits for a budget any more."""
    if row.mode == "capital":
        nothing_waits(session, row.site_id, now)
    if row.mode in DECIDES:
        mark_stale(session, row.site_id, every_sku(session, row.site_id))
    row.off_at, row.off_by = now, user_id
    session.flush()


def note(session: Session, mode_id: int, figures: dict[str, Any]) -> None:
    """Keep what a mode has done."""
    session.execute(update(ModeRow).where(ModeRow.id == mode_id).values(figures=figures))
