"""What is to be told and to whom, and the outbox of webhook calls: queueing, claiming and ending each once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Result, and_, func, or_, select, update
from sqlalchemy.orm import Session

from quietshelf.rules.exceptions import ExceptionKind, notifies
from quietshelf.store.tables import ExceptionRow, Hook, Product, SkuState, User


@dataclass(frozen=True)
class News:
    """An opening of which nobody was told yet."""

    row: ExceptionRow
    sku: str | None
    name: str | None


@dataclass(frozen=True)
class HookClaim:
    """One caller's hold on one call."""

    hook_id: int
    attempt: int
    message_id: str
    body: dict[str, Any]


def untold(session: Session, site_id: int, opened_before: datetime, now: datetime, *, hold: bool = False) -> list[News]:
    """What may notify, is open since then, and was never told; most money first.

    What a person has seen, or put off, needs no notice. `hold`: it is held until this transaction ends;
    what another holds is left out.
    """
    kinds = [kind for kind in ExceptionKind if notifies(kind, is_top=True)]
    found = (
        select(ExceptionRow, Product.sku, Product.name, func.coalesce(SkuState.is_top, False))
        .outerjoin(Product, Product.id == ExceptionRow.product_id)
        .outerjoin(
            SkuState, and_(SkuState.site_id == ExceptionRow.site_id, SkuState.product_id == ExceptionRow.product_id)
        )
        .where(
            ExceptionRow.site_id == site_id,
            ExceptionRow.closed_at.is_(None),
            ExceptionRow.notified_at.is_(None),
            ExceptionRow.acknowledged_at.is_(None),
            ExceptionRow.opened_at <= opened_before,
            ExceptionRow.kind.in_(kinds),
            or_(ExceptionRow.snoozed_until.is_(None), ExceptionRow.snoozed_until <= now),
        )
        .order_by(ExceptionRow.risk_minor_per_day.desc(), ExceptionRow.id)
    )
    rows = session.execute(found.with_for_update(of=ExceptionRow, skip_locked=True) if hold else found)
    return [News(row, sku, name) for row, sku, name, top in rows if notifies(ExceptionKind(row.kind), is_top=bool(top))]


def told(session: Session, news: Collection[News], now: datetime) -> None:
    """Note that these are told: with the mails and calls that tell them, in one transaction."""
    for one in news:
        one.row.notified_at = now
    session.flush()


def who_wants_notices(session: Session) -> Sequence[User]:
    """Managers who are told by mail."""
    return session.scalars(select(User).where(User.role == "manager", User.wants_notices).order_by(User.id)).all()


def wants_notices(session: Session, user_id: int, wants: bool) -> None:
    """Keep whether a person is told by mail."""
    session.execute(update(User).where(User.id == user_id).values(wants_notices=wants))


def queue_hook(session: Session, site_id: int, message_id: str, body: dict[str, Any], now: datetime) -> None:
    """Put a call into the outbox."""
    session.add(Hook(site_id=site_id, message_id=message_id, body=body, state="waiting", queued_at=now, not_before=now))


def hook_is_due(session: Session, now: datetime, stale_before: datetime) -> bool:
    """Whether there is a call to make."""
    return session.scalar(select(Hook.id).where(_due(now, stale_before)).limit(1)) is not None


def claim_hook(session: Session, now: datetime, stale_before: datetime) -> HookClaim | None:
    """Take the call that has been due longest; None where none is. A claim before `stale_before` is a dead caller's."""
    due = _due(now, stale_before)
    hook = session.scalars(select(Hook).where(due).order_by(Hook.not_before, Hook.id).limit(1)).first()
    if hook is None:
        return None
    claim = HookClaim(hook.id, hook.attempts + 1, hook.message_id, hook.body)
    taken = session.execute(
        update(Hook)
        .where(Hook.id == claim.hook_id, Hook.attempts == claim.attempt - 1, due)
        .values(state="claimed", claimed_at=now, attempts=claim.attempt)
    )
    return claim if _one(taken) else None


def end_hook(session: Session, claim: HookClaim, state: str, now: datetime, error: str | None = None) -> None:
    """Say how a call ended: "sent", "failed" for good, or "waiting" until `now`."""
    values: dict[str, Any] = {"state": state, "claimed_at": None, "error": error}
    values |= {"sent_at": now} if state == "sent" else {"not_before": now}
    session.execute(
        update(Hook)
        .where(Hook.id == claim.hook_id, Hook.state == "claimed", Hook.attempts == claim.attempt)
        .values(values)
    )


def _due(now: datetime, stale_before: datetime) -> ColumnElement[bool]:
    waiting = and_(Hook.state == "waiting", Hook.not_before <= now)
    return or_(waiting, and_(Hook.state == "claimed", Hook.claimed_at <= stale_before))


def _one(result: Result[Any]) -> bool:
    return cast("CursorResult[Any]", result).rowcount == 1
