"""Purchase orders, their lines, what came of them, and the mails they go out by."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from quietshelf.store.tables.base import Base
from quietshelf.store.tables.shop import Product, Supplier

STATES = (
    "draft",
    "approved",
    "sending",
    "sent",
    "confirmed",
    "part_received",
    "received",
    "closed_short",
    "cancelled",
)
ON_ITS_WAY = ("sent", "confirmed", "part_received")
"""States in which what is not yet received counts as on order (a sending order's lines count too: it is decided)."""


class Order(Base):
    """One purchase order to one supplier. `version` is raised by every change: nobody overwrites another's."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("state IN ({})".format(", ".join(f"'{s}'" for s in STATES)), name="state"),
        Index(
            "uq_orders_one_open_draft",
            "site_id",
            "supplier_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_orders_state", "site_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    number: Mapped[str] = mapped_column(unique=True)
    """As it stands on the paper: "PO-2044", or the number an imported order came with."""
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime | None]
    promised_on: Mapped[date | None]
    """The promise: the first date given. Later answers move `expected_on`, never this."""
    expected_on: Mapped[date | None]
    """The credible arrival by the supplier's latest answer."""
    expedited_at: Mapped[datetime | None]
    imported: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who made the last change (None: the rules), told to whoever looks at an older version."""
    sent_itself: Mapped[dict[str, Any] | None]
    """That it was sent by itself: the limit it was under, and who set that. It stays when a person took it back."""

    supplier: Mapped[Supplier] = relationship()
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", order_by="OrderLine.id")


class OrderLine(Base):
    """One SKU on one order."""

    __tablename__ = "order_lines"
    __table_args__ = (
        Index("uq_order_lines_one_of_a_sku", "order_id", "product_id", unique=True),
        Index(
            "uq_order_lines_one_draft_line",
            "site_id",
            "product_id",
            unique=True,
            sqlite_where=text("is_draft"),
            postgresql_where=text("is_draft"),
        ),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received >= 0 AND rejected >= 0 AND rejected <= received", name="received"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    is_draft: Mapped[bool]
    """True exactly while the order is a draft."""
    quantity: Mapped[int]
    ruled: Mapped[dict[str, Any] | None]
    """The rule's own proposal with its figures (rules/ordering.py, Proposal); None for a line a person added."""
    unit_cost_minor: Mapped[int | None]
    edited_at: Mapped[datetime | None]
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    received: Mapped[int] = mapped_column(default=0)
    """Pieces that came, accepted or not."""
    rejected: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    """When it was complete, closed short or cancelled."""
    held: Mapped[str | None]
    """Why it had to wait, or was cut (rules/lives.py, Held): budget, cash, person. It stays once it is sent."""
    waits_until: Mapped[date | None]
    """The first day of the budget that a draft line waits for; None where nothing holds it now."""
    drafted_on: Mapped[date | None]
    """The site's day on which the rules first wanted it; None for what a person added or a file tells of."""
    wanted: Mapped[int | None]
    """What the rules wanted when it was sent, in units."""

    order: Mapped[Order] = relationship(back_populates="lines")
    product: Mapped[Product] = relationship()


class TakenOff(Base):
    """A draft line of the rules that a person took off, or cancelled with its draft: the need stood on."""

    __tablename__ = "lines_taken_off"
    __table_args__ = (Index("ix_lines_taken_off_of_sku", "site_id", "product_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    number: Mapped[str]
    """Of the order that it stood on."""
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    drafted_on: Mapped[date]
    taken_off_at: Mapped[datetime]
    taken_off_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    wanted: Mapped[int]
    """What the rules wanted, in units."""
    held: Mapped[str]
    """person, or cash where that person said that there was no money for it (rules/lives.py, Held)."""


class Delivery(Base):
    """What came of one order line at one time, counted once by its key. Accepted pieces are a receipt in the ledger."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("uq_deliveries_key", "site_id", "key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    key: Mapped[str]
    received: Mapped[int]
    rejected: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(default="")
    happened: Mapped[datetime]
    """When the goods came, not when they were typed in."""
    learnt: Mapped[datetime]


class Mail(Base):
    """The transactional outbox: a mail is written with the decision to send it, and goes out after the commit."""

    __tablename__ = "mails"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'claimed', 'sent', 'failed', 'withdrawn')", name="state"),
        Index("ix_mails_due", "state", "not_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    """One for ever, whatever is tried again."""
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    attachment_name: Mapped[str | None]
    attachment: Mapped[bytes | None]
    state: Mapped[str]
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime]
    """Until then no sender takes it, and it can be undone."""
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    """Raised by every claim, and so the claim's own mark: a sender that was taken over knows it by this."""
    offered_at: Mapped[datetime | None]
    """When an attempt began to hand the text over, as long as nobody knows whether the mail server took it."""
    error: Mapped[str | None]
    perhaps_repeated: Mapped[bool] = mapped_column(default=False)
    """A sender died between the mail server's yes and its own commit: the supplier may have it twice."""
    sent_at: Mapped[datetime | None]


class SupplierWord(Base):
    """What was said with a supplier about an order on its way: asked to hurry, or answered with a day."""

    __tablename__ = "supplier_words"
    __table_args__ = (
        CheckConstraint("what IN ('asked', 'answered')", name="what"),
        Index("ix_supplier_words_of_order", "order_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    at: Mapped[datetime]
    what: Mapped[str]
    expected_on: Mapped[date | None]
    """The day of an answer."""
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id"))
    """The mail that asked; None where a person phoned."""
    by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
