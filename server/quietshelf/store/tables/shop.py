"""The shop and what it trades in: site, people, products, suppliers, offers."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from quietshelf.store.tables.base import Base


class Site(Base):
    """One place that keeps stock, and the facts of it that stand on an order."""

    __tablename__ = "sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The site's name on the wire: letters, digits, hyphens."""
    name: Mapped[str]
    time_zone: Mapped[str]
    """IANA name; a day of this site is a calendar day there."""
    currency: Mapped[str]
    """ISO 4217."""
    address: Mapped[str] = mapped_column(default="")
    delivery_address: Mapped[str] = mapped_column(default="")
    reply_to: Mapped[str] = mapped_column(default="")
    tax_percent_hundredths: Mapped[int] = mapped_column(default=0)
    next_order_number: Mapped[int] = mapped_column(default=2001)
    changes: Mapped[int] = mapped_column(default=0)
    """Raised by every transaction that changes what a page shows; pages ask whether it moved."""
    looked_at: Mapped[datetime | None]
    """When the last whole pass of the cycle ended."""
    epoch: Mapped[int] = mapped_column(BigInteger, default=1)
    """The wire's epoch: raised by a restore, and by a node that claims more than is held here."""
    suppliers_looked_on: Mapped[date | None]
    """The site's day for which its suppliers' scorecards were last worked out."""
    suppliers_seen: Mapped[int] = mapped_column(default=0)
    """The newest delivery that they were worked out from."""
    top_drawn_on: Mapped[date | None]
    """The site's day for which its top 20% were last drawn."""
    budget_minor: Mapped[int | None]
    """Money for orders in one budget period, for the capital mode; None: no budget was set."""
    budget_days: Mapped[int] = mapped_column(default=30)
    """How long a budget is to last, in days."""
    budget_from: Mapped[date | None]
    """The first day of a budget period; the others follow every `budget_days`."""
    order_limit_minor: Mapped[int | None]
    """In the purchasing mode, drafts up to this sum send themselves; None: none do."""
    target_turns: Mapped[float | None]
    """Inventory turns that a manager aims at; None: no target."""
    order_limit_by: Mapped[str | None]
    """The name of who set `order_limit_minor`, as an order that sends itself says it."""
    decided_by: Mapped[str | None]
    """A digest of what all its decisions rest on: policy, mode, time zone, days that it was closed."""
    decided_on: Mapped[date | None]
    """The day of T of its last look."""
    began_on: Mapped[date | None]
    """The day on which the first sales of a shop that is open came to be known; None: it has been here for longer."""
    asks_on_order: Mapped[bool] = mapped_column(default=False)
    """Whether it is asked if anything is on order."""
    on_order_said_at: Mapped[datetime | None]
    """When a person said that nothing is."""
    on_order_said_by: Mapped[int | None]
    """That person."""


class User(Base):
    """A person who signs in."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('manager', 'staff')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    wants_notices: Mapped[bool] = mapped_column(default=True)
    """Whether a manager is told by mail of what stops the system, and of the top 20%."""


class SignInLink(Base):
    """A link that signs in once. Only its SHA-256 is kept."""

    __tablename__ = "sign_in_links"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """None on a first run: the link leads to making the first account."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Supplier(Base):
    """Who sells to the shop."""

    __tablename__ = "suppliers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str] = mapped_column(default="")
    quoted_lead_days: Mapped[int | None]
    payment_days: Mapped[int | None]
    currency: Mapped[str | None]
    order_day: Mapped[int | None]
    """ISO weekday on which orders are taken (1 is Monday), None is any."""
    minimum_value_minor: Mapped[int | None]
    closed_from: Mapped[date | None]
    closed_to: Mapped[date | None]
    assumed: Mapped[bool] = mapped_column(default=False)
    """Made up by `import sales --create-products`, to be named by a person."""
    decided_by: Mapped[str | None]
    """A digest of the lead time and terms that its SKUs were last decided by."""


class Product(Base):
    """What the shop sells: one SKU."""

    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    barcode: Mapped[str | None] = mapped_column(index=True)
    category: Mapped[str | None]
    price_minor: Mapped[int | None]
    cost_minor: Mapped[int | None]
    """Purchase cost of one unit; None is unknown."""
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    pack: Mapped[int] = mapped_column(default=1)
    minimum_order: Mapped[int] = mapped_column(default=0)
    piece_weight_g: Mapped[float | None]
    tax_percent_hundredths: Mapped[int | None]
    assumed: Mapped[bool] = mapped_column(default=False)
    """Derived from sales, not told by a person."""
    archived_at: Mapped[datetime | None]
    """When a person took it out of the range: it is ordered no more and shown in no list, and its past stays."""

    supplier: Mapped[Supplier | None] = relationship()


class Offer(Base):
    """What one supplier asks for one SKU, from a quantity on."""

    __tablename__ = "offers"
    __table_args__ = (UniqueConstraint("supplier_id", "product_id", "from_quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    cost_minor: Mapped[int]
    pack: Mapped[int] = mapped_column(default=1)
    minimum_order: Mapped[int] = mapped_column(default=0)
    lead_days: Mapped[int | None]
    from_quantity: Mapped[int] = mapped_column(default=1)
