"""The ledger of facts, where they came from, and until when the feeds are known. Nothing derived but daily sums."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quietshelf.store.tables.base import Base


class FactRow(Base):
    """One fact of the ledger (see rules/facts.py); its key makes it count once. Never changed but for a better date."""

    __tablename__ = "facts"
    __table_args__ = (
        UniqueConstraint("site_id", "key"),
        Index("ix_facts_of_sku", "site_id", "product_id", "happened"),
        Index(
            "ix_facts_sales",
            "site_id",
            "happened",
            sqlite_where=text("kind = 'sale'"),
            postgresql_where=text("kind = 'sale'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    happened: Mapped[datetime]
    learnt: Mapped[datetime]
    kind: Mapped[str]
    quantity: Mapped[int]
    key: Mapped[str]
    place: Mapped[str | None]
    since: Mapped[datetime | None]
    packs: Mapped[bool] = mapped_column(default=False)
    price_minor: Mapped[int | None]
    party: Mapped[str | None]
    takes_back: Mapped[str | None]
    assumed: Mapped[bool] = mapped_column(default=False)
    one_off: Mapped[bool] = mapped_column(default=False)
    """Said by a person of a sale: the one column that may be set after the booking, and back."""


class SkuDay(Base):
    """Derived: what one SKU sold on one day of its site, returns taken back from their own sale's day; no one-offs."""

    __tablename__ = "sku_days"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    units: Mapped[int]
    revenue_minor: Mapped[int]


class SiteDay(Base):
    """Derived: a day on which a site sold anything. A run of other days is one for which it was closed."""

    __tablename__ = "site_days"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)


class Feed(Base):
    """A source of sales, and its last word: nothing is silence beyond it."""

    __tablename__ = "feeds"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    name: Mapped[str]
    known_until: Mapped[datetime]


class Import(Base):
    """One file that was brought, and what was made of it."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    kind: Mapped[str]
    file_name: Mapped[str]
    at: Mapped[datetime]
    rows: Mapped[int]
    booked: Mapped[int]
    repeated: Mapped[int]
    held: Mapped[int]
    skipped: Mapped[dict[str, Any]]
    """Rows by reason."""


class HeldRow(Base):
    """A row that reads but has no place yet (an unknown item): it waits until the item is known, then it is booked."""

    __tablename__ = "held_rows"
    __table_args__ = (UniqueConstraint("site_id", "key"), Index("ix_held_rows_sku", "site_id", "sku"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    key: Mapped[str]
    sku: Mapped[str]
    reason: Mapped[str]
    fact: Mapped[dict[str, Any]]
    """The fact to book, as figures."""
