"""Lines that wait for a budget stay behind when the rest of their draft goes. cycle/budgeting.py says which wait."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from quietshelf.store.orders import NotAllowed, next_number
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Mail, Order


def nothing_goes(order: Order) -> bool:
    """Whether every line of a draft waits."""
    return bool(order.lines) and all(line.waits_until for line in order.lines)


def leave_behind(session: Session, order: Order) -> None:
    """Move the lines that wait to a draft of their own, once their order is no draft any more.

    Raises NotAllowed where nothing would be left to send.
    """
    waiting = [line for line in order.lines if line.waits_until is not None]
    if not waiting:
        return
    if nothing_goes(order):
        raise NotAllowed(
            f"Every line of {order.number} waits for the next budget, so there is nothing to send. "
            "Press “Order it now” beside a line that can't wait."
        )
    session.flush()
    # as everybody takes what they hold: SKUs' states, then the site, which numbers orders
    mark_stale(session, order.site_id, {line.product_id for line in order.lines})
    rest = Order(
        site_id=order.site_id,
        number=next_number(session, order.site_id),
        supplier_id=order.supplier_id,
        state="draft",
        created_at=order.created_at,
    )
    session.add(rest)
    for line in waiting:
        rest.lines.append(line)
    session.flush()


def rejoin(session: Session, order: Order) -> None:
    """Take the lines back that stayed behind, where nothing else has come to stand with them."""
    others = select(Order).where(
        Order.site_id == order.site_id,
        Order.supplier_id == order.supplier_id,
        Order.state == "draft",
        Order.id != order.id,
    )
    rest = session.scalars(others.with_for_update()).first()
    if rest is None or not nothing_goes(rest):
        return
    if session.scalar(select(Mail.id).where(Mail.order_id == rest.id).limit(1)) is not None:
        return
    for line in list(rest.lines):
        order.lines.append(line)
    session.flush()
    session.delete(rest)
    session.flush()
