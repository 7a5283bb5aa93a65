"""Orders and their lines: finding, numbering and changing them under their version. What a state allows is said above.

Every change of an order is made by who holds its row (`held`), and ends with `changed`: so the version that somebody
looked at tells whether it is still what they saw.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, selectinload

from quietshelf.store.tables import Delivery, Order, OrderLine, Site, User


class NotAllowed(Exception):  # noqa: N818 (a refusal that a person reads, not a fault)
    """What was asked can't be done as things are. Its text is the sentence for the page, with what to do instead."""


class ChangedMeanwhile(Exception):  # noqa: N818
    """The order is no longer what was looked at: `by` (None: the rules) changed it `at`. Nothing was done."""

    def __init__(self, number: str, by: str | None, at: datetime) -> None:
        super().__init__(f"{by or 'Quietshelf'} changed {number} at {at:%H:%M} UTC: look at it once more.")
        self.number = number
        self.by = by
        self.at = at


def order_of(session: Session, order_id: int) -> Order:
    """The order with its lines, products and supplier. Raises NotAllowed where there is none."""
    found = session.scalars(_whole_order().where(Order.id == order_id)).first()
    if found is None:
        raise NotAllowed("There is no such order. Go back to the list of orders.")
    return found


def ids_of(session: Session, site_id: int, numbers: Iterable[str]) -> dict[str, int]:
    """Ids of orders by their numbers; a number that no order has is left out."""
    named = select(Order.number, Order.id).where(Order.site_id == site_id, Order.number.in_(sorted(numbers)))
    return dict(session.execute(named).all())


def held(session: Session, order_id: int) -> Order:
    """As `order_of`, and nobody else changes it until this transaction ends."""
    session.execute(select(Order.id).where(Order.id == order_id).with_for_update())
    return order_of(session, order_id)


def changed_meanwhile(session: Session, order: Order) -> ChangedMeanwhile:
    """The refusal for who looked at an older version of this order."""
    by = session.get(User, order.changed_by) if order.changed_by else None
    return ChangedMeanwhile(order.number, by.name if by else None, order.changed_at or order.created_at)


def changed(order: Order, user_id: int | None, now: datetime) -> None:
    """Say that this transaction changed the order: its version rises. `user_id` None is the rules."""
    order.version += 1
    order.changed_at = now
    order.changed_by = user_id


def next_number(session: Session, site_id: int) -> str:
    """The next order number of a site, "PO-2044"; one that an imported order already has is passed over."""
    while True:
        raised = update(Site).where(Site.id == site_id).values(next_order_number=Site.next_order_number + 1)
        number = session.execute(raised.returning(Site.next_order_number)).scalar_one() - 1
        name = f"PO-{number}"
        if session.scalar(select(Order.id).where(Order.number == name)) is None:
            return name


def may_be_draft_again(session: Session, order: Order) -> bool:
    """Whether neither the supplier nor any of its SKUs has another draft: there is one open draft, one draft line."""
    others = select(Order.id).where(
        Order.site_id == order.site_id,
        Order.supplier_id == order.supplier_id,
        Order.state == "draft",
        Order.id != order.id,
    )
    lines = select(OrderLine.id).where(
        OrderLine.site_id == order.site_id,
        OrderLine.product_id.in_([line.product_id for line in order.lines]),
        OrderLine.is_draft,
        OrderLine.order_id != order.id,
    )
    return session.scalar(others.limit(1)) is None and session.scalar(lines.limit(1)) is None


def deliveries_under(session: Session, site_id: int, keys: Iterable[str]) -> list[Delivery]:
    """The deliveries that are booked under these keys already."""
    return list(session.scalars(select(Delivery).where(Delivery.site_id == site_id, Delivery.key.in_(list(keys)))))


def sent(order: Order, at: datetime, promised_on: date) -> None:
    """The order is with its supplier: sent `at`, and held to its promise."""
    order.state = "sent"
    order.sent_at = at
    order.promised_on = promised_on


def _whole_order() -> Select[Order]:
    lines = selectinload(Order.lines).joinedload(OrderLine.product)
    return select(Order).options(lines, selectinload(Order.supplier)).execution_options(populate_existing=True)
