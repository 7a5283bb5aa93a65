"""Taking an item out of the range, and back: nothing is deleted, since its past goes on telling what it told."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from quietshelf.store.orders import changed, held
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import OrderLine, Product


def archive(session: Session, site_id: int, product_id: int, user_id: int, now: datetime) -> None:
    """Take an item out: it goes off its draft, and is drafted no more; what is on its way can still be received.

    Twice is once. A draft that has nothing else is cancelled.
    """
    on_draft = select(OrderLine.order_id).where(OrderLine.product_id == product_id, OrderLine.is_draft)
    for order_id in sorted(session.scalars(on_draft)):
        order = held(session, order_id)
        session.execute(delete(OrderLine).where(OrderLine.order_id == order.id, OrderLine.product_id == product_id))
        session.expire(order, ["lines"])
        if not order.lines:
            order.state = "cancelled"
        changed(order, user_id, now)
    _set(session, site_id, product_id, now)


def bring_back(session: Session, site_id: int, product_id: int) -> None:
    """Take it into the range again: the rule orders it from the next look on."""
    _set(session, site_id, product_id, None)


def _set(session: Session, site_id: int, product_id: int, at: datetime | None) -> None:
    session.flush()
    mark_stale(session, site_id, [product_id])
    differs = Product.archived_at.is_(None) if at else Product.archived_at.is_not(None)
    session.execute(update(Product).where(Product.id == product_id, differs).values(archived_at=at))
    touch(session, site_id)
