"""The outbox of mails: queueing, claiming and ending each by one conditional update. No mail server is spoken to here.

A mail's way: waiting -> claimed -> sent | waiting again | failed; or withdrawn while it still waits. Each claim raises
`attempts`, which so is the claim's own mark: who was taken for dead and taken over changes nothing any more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Result, and_, func, or_, select, update
from sqlalchemy.orm import Session

from quietshelf.store.tables import Mail, Order


@dataclass(frozen=True)
class Claim:
    """One sender's hold on one mail."""

    mail_id: int
    attempt: int


def queue(session: Session, mail: Mail) -> None:
    """Put a new mail into the outbox, in the transaction that decides to send it."""
    mail.state = "waiting"
    session.add(mail)


def mail_of(session: Session, order_id: int) -> Mail | None:
    """The newest mail of an order."""
    return session.scalars(select(Mail).where(Mail.order_id == order_id).order_by(Mail.id.desc()).limit(1)).first()


def next_due(session: Session, now: datetime, stale_before: datetime) -> Claim | None:
    """The mail that has been due longest, as the claim that would take it; None when nothing is due.

    A claim from before `stale_before` is its sender's last word: the mail is due again.
    """
    row = session.execute(
        select(Mail.id, Mail.attempts).where(_due(now, stale_before)).order_by(Mail.not_before, Mail.id).limit(1)
    ).first()
    return Claim(row.id, row.attempts + 1) if row else None


def take(session: Session, claim: Claim, now: datetime, stale_before: datetime) -> bool:
    """Take a mail that is due; False where another sender was first.

    Where the attempt before may have been taken by the mail server, this one may be a repeat, and the mail says so.
    """
    taken = session.execute(
        update(Mail)
        .where(Mail.id == claim.mail_id, Mail.attempts == claim.attempt - 1, _due(now, stale_before))
        .values(
            state="claimed",
            claimed_at=now,
            attempts=claim.attempt,
            perhaps_repeated=or_(Mail.perhaps_repeated, Mail.offered_at.is_not(None)),
            offered_at=None,
        )
    )
    return _one(taken)


def offer(session: Session, claim: Claim, now: datetime) -> bool:
    """Note that the text is about to be handed over. False where the claim was taken over: then hand nothing over."""
    noted = update(Mail).where(_held_by(claim)).values(offered_at=now)
    return _one(session.execute(noted))


def end_sent(session: Session, claim: Claim, now: datetime) -> bool:
    """The mail server took it. False where another attempt has said so before.

    This holds whoever has the mail by now: it is out.
    """
    ended = (
        update(Mail)
        .where(Mail.id == claim.mail_id, Mail.state.in_(("waiting", "claimed")))
        .values(state="sent", sent_at=now, claimed_at=None, offered_at=None, error=None)
    )
    return _one(session.execute(ended))


def end_refused(session: Session, claim: Claim, error: str) -> bool:
    """The mail server will never take it. False where the claim was taken over."""
    ended = update(Mail).where(_held_by(claim)).values(state="failed", claimed_at=None, offered_at=None, error=error)
    return _one(session.execute(ended))


def put_off(session: Session, claim: Claim, until: datetime, error: str, *, perhaps_taken: bool) -> bool:
    """It did not go out this time; it waits again until `until`. False where the claim was taken over.

    `perhaps_taken`: the connection broke after the text was offered, so the next attempt may be a repeat.
    """
    ended = (
        update(Mail)
        .where(_held_by(claim))
        .values(
            state="waiting",
            not_before=until,
            claimed_at=None,
            error=error,
            offered_at=Mail.offered_at if perhaps_taken else None,
        )
    )
    return _one(session.execute(ended))


def withdraw(session: Session, order_id: int) -> Mail | None:
    """Take an order's waiting mail back, as long as certainly no mail server has it; None where it is too late."""
    mail = mail_of(session, order_id)
    if mail is None:
        return None
    withdrawn = (
        update(Mail)
        .where(Mail.id == mail.id, Mail.state == "waiting", Mail.offered_at.is_(None), ~Mail.perhaps_repeated)
        .values(state="withdrawn")
    )
    return mail if _one(session.execute(withdrawn)) else None


def in_trouble(session: Session, site_id: int, attempts: int) -> list[tuple[Mail, str]]:
    """Mails that need a person, each with its order's number.

    Refused, and the order still approved; or put off `attempts` times and still waiting.
    """
    refused = and_(Mail.state == "failed", Order.state == "approved")
    stuck = and_(Mail.state.in_(("waiting", "claimed")), Mail.attempts >= attempts)
    newest = select(func.max(Mail.id)).where(Mail.order_id.is_not(None)).group_by(Mail.order_id)
    rows = session.execute(
        select(Mail, Order.number)
        .join(Order, Order.id == Mail.order_id)
        .where(Mail.site_id == site_id, Mail.id.in_(newest), or_(refused, stuck))
        .order_by(Mail.id)
    )
    return [(mail, number) for mail, number in rows]


def _due(now: datetime, stale_before: datetime) -> ColumnElement[bool]:
    waiting = and_(Mail.state == "waiting", Mail.not_before <= now)
    return or_(waiting, and_(Mail.state == "claimed", Mail.claimed_at <= stale_before))


def _held_by(claim: Claim) -> ColumnElement[bool]:
    return and_(Mail.id == claim.mail_id, Mail.state == "claimed", Mail.attempts == claim.attempt)


def _one(result: Result[Any]) -> bool:
    return cast("CursorResult[Any]", result).rowcount == 1
