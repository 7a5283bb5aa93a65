"""What people have said of a SKU at a site: pins, its end, "not this time", and what they know will be needed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from quietshelf.store.tables.base import Base


class SkuPlan(Base):
    """What people decided about one SKU at one site (rules/plans.py, Plan). A SKU without a row follows the rule."""

    __tablename__ = "sku_plans"
    __table_args__ = (CheckConstraint("pinned_quantity > 0 AND keep_at_least > 0", name="pins"),)

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    ending: Mapped[bool] = mapped_column(default=False)
    ends_on: Mapped[date | None]
    pinned_quantity: Mapped[int | None]
    keep_at_least: Mapped[int | None]
    not_this_time_at: Mapped[datetime | None]
    """When a person said "not this time"; cleared once the SKU is Green."""
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    woken_at: Mapped[datetime | None]
    """When a person said that a SKU that slept when the shop began is sold again."""
    on_shelf: Mapped[bool] = mapped_column(default=False)
    """A person said that all of it stands on weighed shelves."""


class KnownNeed(Base):
    """So many units wanted on a day, as a person noted it."""

    __tablename__ = "known_needs"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_known_needs_of_sku", "site_id", "product_id", "on_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    on_day: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    forgotten_at: Mapped[datetime | None]
    """When a person took it back; until then it stands. The look back alone reads those."""


class Pinned(Base):
    """A number that a manager pinned to a SKU, and for how long it stood: what the look back goes by."""

    __tablename__ = "pins"
    __table_args__ = (Index("ix_pins_of_sku", "site_id", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    what: Mapped[str]
    """The column of SkuPlan: pinned_quantity or keep_at_least."""
    units: Mapped[int]
    said_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
