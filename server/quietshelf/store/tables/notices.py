"""The outbox of webhook calls, beside the one of mails: written with the decision to tell, made after the commit."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from quietshelf.store.tables.base import Base


class Hook(Base):
    """One call of the shop's webhook: what it says, and how far it has come."""

    __tablename__ = "hooks"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'claimed', 'sent', 'failed')", name="state"),
        Index("ix_hooks_due", "state", "not_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    message_id: Mapped[str] = mapped_column(unique=True)
    """One for ever, whatever is tried again: its receiver knows a repeat by it."""
    body: Mapped[dict[str, Any]]
    state: Mapped[str]
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """Raised by every claim, and so the claim's own mark."""
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
