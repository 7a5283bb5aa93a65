"""What was said with suppliers about orders on their way: kept, and read for pages and for mails in trouble."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import ON_ITS_WAY, Mail, Order, SupplierWord, User


@dataclass(frozen=True)
class Word:
    """An asking to hurry, or an answer with a day."""

    at: datetime
    expected_on: date | None
    """The day of an answer; None of an asking."""
    mail_state: str | None
    """The state of the mail that asked; None where a person phoned, and of an answer."""
    by: str | None
    """Who noted it."""


def keep_asked(session: Session, order: Order, mail: Mail | None, user_id: int, now: datetime) -> None:
    """The supplier was asked to hurry: by this mail, which waits in the outbox, or by phone."""
    session.flush()  # the mail has its id
    mail_id = mail.id if mail else None
    session.add(SupplierWord(order_id=order.id, at=now, what="asked", mail_id=mail_id, by=user_id))


def keep_answered(session: Session, order: Order, expected_on: date, user_id: int, now: datetime) -> None:
    """The supplier answered with a day."""
    session.add(SupplierWord(order_id=order.id, at=now, what="answered", expected_on=expected_on, by=user_id))


def words_about(session: Session, order_id: int) -> list[Word]:
    """What was said about an order, newest first."""
    rows = session.execute(
        select(SupplierWord.at, SupplierWord.expected_on, Mail.state, User.name)
        .outerjoin(Mail, Mail.id == SupplierWord.mail_id)
        .outerjoin(User, User.id == SupplierWord.by)
        .where(SupplierWord.order_id == order_id)
        .order_by(SupplierWord.at.desc(), SupplierWord.id.desc())
    )
    return [Word(*row) for row in rows]


def askings_in_trouble(session: Session, site_id: int, attempts: int) -> list[tuple[Mail, Order]]:
    """Mails that asked a supplier to hurry and did not go out, of orders that are still on their way.

    Refused, or put off `attempts` times and still waiting; a later asking takes the place of an earlier one.
    """
    newest = select(func.max(SupplierWord.id)).where(SupplierWord.what == "asked").group_by(SupplierWord.order_id)
    stuck = and_(Mail.state.in_(("waiting", "claimed")), Mail.attempts >= attempts)
    rows = session.execute(
        select(Mail, Order)
        .join(SupplierWord, SupplierWord.mail_id == Mail.id)
        .join(Order, Order.id == SupplierWord.order_id)
        .where(
            Mail.site_id == site_id,
            SupplierWord.id.in_(newest),
            Order.state.in_(ON_ITS_WAY),
            or_(Mail.state == "failed", stuck),
        )
        .order_by(Mail.id)
    )
    return [(mail, order) for mail, order in rows]
