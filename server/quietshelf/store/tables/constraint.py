"""What was lost and by what, which constraint stands, the months that were reviewed, and the modes that were on.

All but modes are derived by the daily look, and kept: what a past month said stays as it was said.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from quietshelf.store.tables.base import Base


class LossRow(Base):
    """What one day of one SKU lost to one cause (rules/causes.py, Loss)."""

    __tablename__ = "losses"
    __table_args__ = (Index("ix_losses_of_day", "site_id", "day"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    cause: Mapped[str] = mapped_column(primary_key=True)
    minor: Mapped[int]
    """Throughput lost, or what holding cost, in minor units."""
    out: Mapped[float]
    """Share of the day without stock; 0 where stock was held too long."""
    evidence: Mapped[dict[str, Any]]
    """The figures that a sentence about it is made of."""


class LookRow(Base):
    """What one day's look at the last 30 days said, and what stood after it (rules/constraint.py, Look, Standing)."""

    __tablename__ = "constraint_looks"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """The site's day of T: the last of the 30 days."""
    says: Mapped[str]
    """supply, capital, purchasing, counts, demand, none or unknown: what this look alone would name."""
    named: Mapped[str]
    """What stands: named for the month."""
    named_on: Mapped[date]
    challenger: Mapped[str | None]
    looks_running: Mapped[int] = mapped_column(default=0)
    lost: Mapped[dict[str, Any]]
    """Money lost in the 30 days, by cause, minor units."""
    throughput_minor: Mapped[int]
    stock_out_days: Mapped[int]
    deliveries: Mapped[int]
    more_days_needed: Mapped[int] = mapped_column(default=0)
    more_deliveries_needed: Mapped[int] = mapped_column(default=0)
    number: Mapped[float | None]
    """The one number of what stands, over these 30 days."""
    before: Mapped[float | None]
    """The same, over the 30 days before."""
    error: Mapped[float] = mapped_column(default=0.0)
    """Standard error of their difference."""
    course: Mapped[str]
    """better, worse, about as before, untold."""
    looked_at: Mapped[datetime]
    facts_seen: Mapped[int]
    """The newest fact that it was worked out from."""
    orders_seen: Mapped[int]
    """The newest order."""
    numbers: Mapped[dict[str, Any] | None]
    """The number of every cause over these 30 days, so that a course can be told of any."""
    from_history: Mapped[bool] = mapped_column(default=False)
    """Reckoned later, of a month's end at which nobody looked."""


class ReviewRow(Base):
    """The review of one month, made once on the 1st and kept for good (rules/review.py)."""

    __tablename__ = "reviews"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    made_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]


class ModeRow(Base):
    """A mode that a manager turned on: supply, demand, capital, purchasing or counts. One at a time."""

    __tablename__ = "modes"
    __table_args__ = (
        Index(
            "uq_modes_one_at_a_time",
            "site_id",
            unique=True,
            sqlite_where=text("off_at IS NULL"),
            postgresql_where=text("off_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    mode: Mapped[str]
    on_at: Mapped[datetime]
    on_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    off_at: Mapped[datetime | None]
    off_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    figures: Mapped[dict[str, Any]]
    """What was at stake when it was turned on, and what it has done since."""
