"""What is derived and can be made anew from the facts: each SKU's state, its decisions, exceptions; and job runs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from quietshelf.store.tables.base import Base


class SkuState(Base):
    """One SKU at one site as last derived and decided. `version` guards against a decision on old facts."""

    __tablename__ = "sku_states"
    __table_args__ = (
        CheckConstraint("zone IN ('red', 'yellow', 'green')", name="zone"),
        Index("ix_sku_states_zone", "site_id", "zone"),
        Index("ix_sku_states_stale", "site_id", "stale"),
        Index("ix_sku_states_again", "site_id", "decide_again_at"),
        Index("ix_sku_states_looks", "site_id", "looks_gone"),
        Index("ix_sku_states_again_on", "site_id", "decide_again_on"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    """Raised by every new fact of the SKU and by every decision."""
    stale: Mapped[bool] = mapped_column(default=True)
    """A fact has come since the last decision."""
    book: Mapped[int] = mapped_column(default=0)
    on_hand: Mapped[int] = mapped_column(default=0)
    sensed: Mapped[int | None]
    """What its shelves weigh; None where no shelf weighs it."""
    waiting: Mapped[int] = mapped_column(default=0)
    """Picked, and not yet seen as sold."""
    on_order: Mapped[int] = mapped_column(default=0)
    sold_60: Mapped[int] = mapped_column(default=0)
    velocity: Mapped[float] = mapped_column(default=0.0)
    """Units a day, by the days in stock; the exact fraction is in the figures (sold / days)."""
    zone: Mapped[str] = mapped_column(default="green")
    zone_since: Mapped[datetime | None]
    risk_minor_per_day: Mapped[int] = mapped_column(default=0)
    """Throughput that a day without stock would lose."""
    figures: Mapped[dict[str, Any] | None]
    """The decision's figures (rules/decision.py, Decision.figures), from which pages make their sentences."""
    decided_at: Mapped[datetime | None]
    decided_for: Mapped[date | None]
    """The site's day that it was last saved for: a later decision that is the same is not saved."""
    decide_again_at: Mapped[datetime | None]
    """When the book changes without a new fact: a pick that no sale has followed by then is lost."""
    is_top: Mapped[bool] = mapped_column(default=False)
    """Among the top 20% of the site by velocity x throughput; the others are slow movers."""
    looks_gone: Mapped[bool] = mapped_column(default=False)
    """The book says that it is there, and it has not sold for so long that somebody should look (rules/looks.py)."""
    facts_from: Mapped[datetime | None]
    """The earliest of the facts that have come since the last decision; None where none has."""
    decide_again_on: Mapped[date | None]
    """The site's day on which the decision may be another without a new fact (rules/steady.py); None is never."""
    digest: Mapped[str | None]
    """Of what was decided and its figures (rules/decision.py, Decision.digest): what is the same is not saved again."""


class SkuGist(Base):
    """What one SKU's facts say, so far as later days need it (rules/gist.py); a SKU without one is read anew."""

    __tablename__ = "sku_gists"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    newest: Mapped[datetime]
    """When the last of the facts that it knows happened."""
    gist: Mapped[str]
    """As store/gists.py writes it."""


class DecisionRow(Base):
    """A decision that changed something: what, when, and its figures. The "why" of a SKU's page."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_of_sku", "site_id", "product_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    at: Mapped[datetime]
    what: Mapped[str]
    """red, yellow, green, drafted, redrafted, undrafted, received ..."""
    figures: Mapped[dict[str, Any]]


class ExceptionRow(Base):
    """An exception, from its opening to its closing. One open exception a key."""

    __tablename__ = "exceptions"
    __table_args__ = (
        Index(
            "uq_exceptions_one_open",
            "site_id",
            "key",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_exceptions_of_key", "site_id", "key", "closed_at"),
        Index(
            "ix_exceptions_open_of_sku",
            "site_id",
            "product_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[str]
    key: Mapped[str]
    """kind and what it is about: "red:TEA-0114", "node_silent:shelf-1"."""
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    node_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    risk_minor_per_day: Mapped[int] = mapped_column(default=0)
    figures: Mapped[dict[str, Any]]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    snoozed_at: Mapped[datetime | None]
    snoozed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    snoozed_risk_minor: Mapped[int | None]
    """What was at risk a day when it was put off..."""
    snoozed_on_hand: Mapped[int | None]
    """...and how many were left; it comes back once that is worse."""
    notified_at: Mapped[datetime | None]
    """When its notice was put into the outbox: once an opening."""


class JobRun(Base):
    """A run of a scheduled job, claimed by whoever writes it first."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(primary_key=True)
    due: Mapped[datetime] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None]
