"""Who a SKU is ordered from where that is not left to its product, and how well each supplier delivers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from quietshelf.store.tables.base import Base


class Sourcing(Base):
    """Who a SKU is ordered from at a site, since when and why, and what the rules propose instead."""

    __tablename__ = "sourcings"

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    """None: its product's own supplier, and something is proposed."""
    pinned: Mapped[bool] = mapped_column(default=False)
    """A person has said "always from this supplier"."""
    chosen_at: Mapped[datetime | None]
    chosen_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None: the rules moved it."""
    why: Mapped[dict[str, Any] | None]
    """The figures of the shift that brought it here; None where a person chose freely."""
    trial_at: Mapped[datetime | None]
    """Since then one order is to go back to its product's own supplier."""
    proposal: Mapped[dict[str, Any] | None]
    """The figures of a shift that waits for a manager's yes, or is only shown where it is pinned."""
    version: Mapped[int] = mapped_column(default=0)
    """Raised by every change: a person's choice is not overwritten by a look that began before it."""


class Scored(Base):
    """The scorecard of a supplier at a site, or of one SKU of it, as last worked out (rules/suppliers.py)."""

    __tablename__ = "scorecards"
    __table_args__ = (Index("ix_scorecards_of_supplier", "site_id", "supplier_id", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    """None: of all its SKUs."""
    lines: Mapped[int]
    good: Mapped[int]
    deliveries: Mapped[int]
    good_deliveries: Mapped[int]
    otif: Mapped[float]
    on_time: Mapped[float]
    fill: Mapped[float | None]
    quality: Mapped[float | None]
