"""Who may sign in: accounts, and links that sign in once. Passwords come here as hashes only; the pages make those."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quietshelf.store.tables import SignInLink, User

LINK_HOURS = 24
"""How long a sign-in link waits to be used."""


def anybody(session: Session) -> bool:
    """Whether there is an account at all; without one it is the first run."""
    return session.scalar(select(User.id).limit(1)) is not None


def user(session: Session, user_id: int) -> User | None:
    """The account of this id."""
    return session.get(User, user_id)


def user_by_email(session: Session, email: str) -> User | None:
    """The account of this e-mail, in whatever case it is typed."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def people(session: Session) -> list[User]:
    """Every account, by name."""
    return list(session.scalars(select(User).order_by(func.lower(User.name))))


def add_user(session: Session, email: str, name: str, role: str, password_hash: str, now: datetime) -> User:
    """A new account. Raises ValueError, with a sentence, where the e-mail has one already.

    `role` is "manager" or "staff"; `password_hash` is argon2's.
    """
    email = email.strip().lower()
    if user_by_email(session, email):
        raise ValueError(f"{email} has an account already: sign in with it, or make a sign-in link for it.")
    person = User(email=email, name=name.strip(), role=role, password_hash=password_hash, created_at=now)
    session.add(person)
    session.flush()
    return person


def set_password(session: Session, user_id: int, password_hash: str) -> User:
    """Give an account another password. Raises NoResultFound where there is no such account."""
    person = session.get_one(User, user_id)
    person.password_hash = password_hash
    return person


def make_link(session: Session, user_id: int | None, now: datetime) -> str:
    """The token of a link that signs `user_id` in once, within LINK_HOURS; None leads to making the first account.

    Only its digest is kept, so that a copy of the database signs nobody in.
    """
    token = secrets.token_urlsafe(24)
    session.add(SignInLink(token_sha256=_digest(token), user_id=user_id, expires_at=now + timedelta(hours=LINK_HOURS)))
    return token


def link(session: Session, token: str, now: datetime) -> SignInLink | None:
    """The link of this token while it can still be used."""
    found = session.get(SignInLink, _digest(token))
    return found if found and found.used_at is None and found.expires_at > now else None


def use_link(session: Session, token: str, now: datetime) -> bool:
    """Use the link up: True for the one caller who did, whoever else comes at the same time."""
    used = session.execute(
        update(SignInLink)
        .where(SignInLink.token_sha256 == _digest(token), SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
        .returning(SignInLink.token_sha256)
    ).first()
    return used is not None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
