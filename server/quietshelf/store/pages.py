"""What the pages of the day read: orders that wait, how much was looked at. Reads only; what is open is open_now's."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import (
    ON_ITS_WAY,
    Delivery,
    ExceptionRow,
    Feed,
    Mail,
    Node,
    Order,
    OrderLine,
    Product,
    SkuState,
    Slot,
    Supplier,
    User,
)

OUTGOING = ("draft", "approved", "sending")
"""States of an order that has not left the shop yet."""


@dataclass(frozen=True)
class OutgoingLine:
    """A line of an order that waits, with what is left of its item."""

    product_id: int
    product: str
    quantity: int
    cost_minor: int | None
    zone: str
    on_hand: int
    per_day: float
    risk_minor_per_day: int
    red_at: int = 0


@dataclass(frozen=True)
class Outgoing:
    """An order that has not left the shop: a draft, approved, or in the seconds in which it can be undone."""

    id: int
    number: str
    version: int
    state: str
    created_at: datetime
    supplier: Supplier
    leaves_at: datetime | None
    """While it is sending: when the mail goes out."""
    was_low: bool = False
    """While it is sending: one of its items was Yellow until it was sent, so here is where it was pressed."""
    lines: tuple[OutgoingLine, ...] = field(default=())
    """Most money first."""

    @property
    def total_minor(self) -> int:
        """Its known costs, without tax."""
        return sum(line.cost_minor or 0 for line in self.lines)


@dataclass(frozen=True)
class Coming:
    """What is still to come of one item on one sent order."""

    order_id: int
    number: str
    units: int
    expected_on: date | None
    expedited_at: datetime | None = None
    """When its supplier was last asked to hurry."""


@dataclass(frozen=True)
class Looked:
    """How much the last look went over."""

    items: int
    slots: int
    open_orders: int


@dataclass(frozen=True)
class ListedOrder:
    """An order in the plain list."""

    order: Order
    supplier: str
    lines: int
    total_minor: int
    """Its known costs, without tax."""

    @property
    def expected_on(self) -> date | None:
        """The supplier's latest answer, else its promise."""
        return self.order.expected_on or self.order.promised_on


def outgoing(session: Session, site_id: int) -> list[Outgoing]:
    """Every order that has not left the shop, oldest first, with the lines that go: none that wait for a budget."""
    orders = session.execute(
        select(Order, Supplier)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .where(Order.site_id == site_id, Order.state.in_(OUTGOING))
        .order_by(Order.id)
    ).all()
    ids = [order.id for order, _ in orders]
    lines: dict[int, list[OutgoingLine]] = {order_id: [] for order_id in ids}
    for row in session.execute(
        select(
            OrderLine.order_id,
            OrderLine.product_id,
            Product.name,
            OrderLine.quantity,
            OrderLine.unit_cost_minor,
            SkuState.zone,
            SkuState.on_hand,
            SkuState.velocity,
            SkuState.risk_minor_per_day,
            SkuState.figures["red_at"].as_integer(),
        )
        .join(Product, Product.id == OrderLine.product_id)
        .outerjoin(SkuState, (SkuState.product_id == Product.id) & (SkuState.site_id == OrderLine.site_id))
        .where(OrderLine.order_id.in_(ids), OrderLine.waits_until.is_(None))
        .order_by(SkuState.risk_minor_per_day.desc().nulls_last(), OrderLine.id)
    ):
        order_id, product_id, name, quantity, unit_cost, zone, on_hand, per_day, risk, red_at = row
        cost = None if unit_cost is None else unit_cost * quantity
        line = OutgoingLine(
            product_id, name, quantity, cost, zone or "green", on_hand or 0, per_day or 0.0, risk or 0, red_at or 0
        )
        lines[order_id].append(line)
    leaves = {o.id: _leaving(session, o) for o, _ in orders if o.state == "sending"}
    return [
        Outgoing(
            o.id,
            o.number,
            o.version,
            o.state,
            o.created_at,
            supplier,
            *leaves.get(o.id, (None, False)),
            lines=tuple(lines[o.id]),
        )
        for o, supplier in orders
        if lines[o.id]
    ]


def _leaving(session: Session, order: Order) -> tuple[datetime | None, bool]:
    """When the order's mail goes out, and whether sending it is what ended a Yellow."""
    waiting = select(Mail.not_before, Mail.queued_at).where(Mail.order_id == order.id, Mail.state == "waiting")
    mail = session.execute(waiting).first()
    if mail is None:
        return None, False
    ended = (
        select(ExceptionRow.id)
        .join(OrderLine, OrderLine.product_id == ExceptionRow.product_id)
        .where(
            OrderLine.order_id == order.id,
            ExceptionRow.site_id == order.site_id,
            ExceptionRow.kind == "yellow",
            ExceptionRow.closed_at >= mail.queued_at,
        )
    )
    return mail.not_before, session.scalar(ended.limit(1)) is not None


def coming(session: Session, site_id: int, product_ids: Iterable[int]) -> dict[int, list[Coming]]:
    """What is still to come of these items, by item; the earliest promise first."""
    found: dict[int, list[Coming]] = {}
    for row in session.execute(
        select(
            OrderLine.product_id,
            Order.id,
            Order.number,
            OrderLine.quantity - OrderLine.received,
            func.coalesce(Order.expected_on, Order.promised_on),
            Order.expedited_at,
        )
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            OrderLine.site_id == site_id,
            OrderLine.product_id.in_(sorted(product_ids)),
            OrderLine.closed_at.is_(None),
            Order.state.in_(ON_ITS_WAY),
        )
        .order_by(func.coalesce(Order.expected_on, Order.promised_on).nulls_last(), Order.id)
    ):
        product_id, order_id, number, units, expected_on, expedited_at = row
        if units > 0:
            found.setdefault(product_id, []).append(Coming(order_id, number, units, expected_on, expedited_at))
    return found


def names_of(session: Session, skus: Iterable[str]) -> dict[str, str]:
    """Items' names by SKU."""
    named = select(Product.sku, Product.name).where(Product.sku.in_(sorted(set(skus))))
    return dict(session.execute(named).all())


def known_until(session: Session, site_id: int) -> datetime | None:
    """T: the least of the feeds' last words; None without any feed."""
    return session.scalar(select(func.min(Feed.known_until)).where(Feed.site_id == site_id))


def looked(session: Session, site_id: int) -> Looked:
    """How many items, slots and open orders there are."""
    items = select(func.count()).where(Product.archived_at.is_(None)).scalar_subquery()
    slots = (
        select(func.count())
        .select_from(Slot)
        .join(Node, Node.id == Slot.node_id)
        .where(Node.site_id == site_id, Node.adopted_at.is_not(None))
        .scalar_subquery()
    )
    orders = (
        select(func.count())
        .select_from(Order)
        .where(Order.site_id == site_id, Order.state.in_(ON_ITS_WAY))
        .scalar_subquery()
    )
    row = session.execute(select(items, slots, orders)).one()
    return Looked(*row)


def listed_orders(session: Session, site_id: int, *, is_open: bool, first: int, most: int) -> list[ListedOrder]:
    """Orders for the plain list, newest first: those that still want something, or those that are over."""
    over = ("received", "closed_short", "cancelled")
    cost = func.coalesce(func.sum(OrderLine.quantity * OrderLine.unit_cost_minor), 0)
    rows = session.execute(
        select(Order, Supplier.name, func.count(OrderLine.id), cost)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .outerjoin(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.site_id == site_id, Order.state.not_in(over) if is_open else Order.state.in_(over))
        .group_by(Order.id, Supplier.name)
        .order_by(Order.id.desc())
        .offset(first)
        .limit(most)
    )
    return [ListedOrder(*row) for row in rows]


def line_states(session: Session, order: Order) -> dict[int, SkuState]:
    """The state of each item on an order, by product."""
    states = select(SkuState).where(
        SkuState.site_id == order.site_id, SkuState.product_id.in_([line.product_id for line in order.lines])
    )
    return {state.product_id: state for state in session.scalars(states)}


def deliveries_of(session: Session, order: Order) -> dict[int, list[Delivery]]:
    """What came of each line of an order, oldest first, by line."""
    found: dict[int, list[Delivery]] = {}
    rows = select(Delivery).where(Delivery.order_line_id.in_([line.id for line in order.lines]))
    for delivery in session.scalars(rows.order_by(Delivery.happened, Delivery.id)):
        found.setdefault(delivery.order_line_id, []).append(delivery)
    return found


def name_of(session: Session, user_id: int | None) -> str | None:
    """A person's name; None for the rules."""
    return session.scalar(select(User.name).where(User.id == user_id)) if user_id else None


def open_by_kind(session: Session, site_id: int) -> dict[str, int]:
    """How many exceptions of each kind are open."""
    rows = session.execute(
        select(ExceptionRow.kind, func.count())
        .where(ExceptionRow.site_id == site_id, ExceptionRow.closed_at.is_(None))
        .group_by(ExceptionRow.kind)
    )
    return dict(rows.all())


def mails_waiting(session: Session, site_id: int) -> int:
    """How many mails have not gone out yet."""
    waiting = select(func.count()).where(Mail.site_id == site_id, Mail.state.in_(("waiting", "claimed")))
    return session.scalar(waiting) or 0
