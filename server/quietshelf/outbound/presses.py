"""What every press on an order is made of: the version looked at, who may, lines set, and the end. No act is here."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.rules.lives import Held
from quietshelf.store import orders
from quietshelf.store.drafts import remember_taken_off
from quietshelf.store.orders import NotAllowed
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Order, User

MOST_PIECES = 1_000_000
"""No line is for more: what is typed above it is a slip of the finger."""

Quantities = Mapping[int, int]
"""Pieces by line id, as a person typed them; 0 takes the line off."""
NOTHING: Quantities = {}

SAID = {
    "draft": "a draft",
    "approved": "approved",
    "sending": "being sent",
    "sent": "sent",
    "confirmed": "confirmed by the supplier",
    "part_received": "received in part",
    "received": "received",
    "closed_short": "closed short",
    "cancelled": "cancelled",
}
"""An order's states as a sentence says them."""


def looked_at(session: Session, order_id: int, version: int, user_id: int, again: tuple[str, ...] = ()) -> Order:
    """The order, held, at the version that was looked at; or one past it, where the same press has led to `again`."""
    order = orders.held(session, order_id)
    repeated = order.version == version + 1 and order.changed_by == user_id and order.state in again
    if order.version != version and not repeated:
        raise orders.changed_meanwhile(session, order)
    return order


def set_lines(
    session: Session,
    order: Order,
    quantities: Quantities,
    user_id: int,
    now: datetime,
    no_money: Collection[int] = (),
) -> bool:
    """Set a draft's lines; whether that changed any. Of lines in `no_money` there is no money for more."""
    if not quantities:
        return False
    managers_only(session, user_id, f"change {order.number}")
    if order.state != "draft":
        raise NotAllowed(f"{order.number} is {SAID[order.state]}: only a draft can be changed.")
    set_to = {line: quantities[line.id] for line in order.lines if line.id in quantities}
    if len(set_to) != len(quantities):
        raise NotAllowed(f"A line is no longer on {order.number}. Look at it once more.")
    differ = {line: quantity for line, quantity in set_to.items() if quantity != line.quantity}
    for line, quantity in differ.items():
        if not 0 <= quantity <= MOST_PIECES:
            raise NotAllowed(f"{line.product.name}: type a number of pieces from 0 to {MOST_PIECES:,}.")
        less_for_money = line.id in no_money and quantity < line.quantity
        if quantity == 0:
            remember_taken_off(session, order, line, user_id, now, Held.CASH if less_for_money else Held.PERSON)
            order.lines.remove(line)
            session.delete(line)
        else:
            line.quantity, line.edited_at, line.edited_by = quantity, now, user_id
            line.waits_until = None  # what a person set waits for no budget
            if less_for_money or line.held == Held.CASH:
                line.held = Held.CASH.value if less_for_money else None
    if not order.lines:
        order.state = "cancelled"
    return bool(differ)


def end_press(session: Session, order: Order, user_id: int, now: datetime, product_ids: Iterable[int]) -> None:
    """The last of every press: the version rises, SKUs whose position moved are decided anew, open pages are told."""
    orders.changed(order, user_id, now)
    session.flush()
    mark_stale(session, order.site_id, product_ids)
    touch(session, order.site_id)


def decided(engine: Engine, order: Order, now: datetime) -> int:
    """Decide anew about what stands on the order; its version. What stood on a draft waits for its next change."""
    if order.state != "cancelled" or order.approved_at is not None:
        decide_skus(engine, order.site_id, products_of(order), now)
    return order.version


def products_of(order: Order) -> set[int]:
    """The products on it."""
    return {line.product_id for line in order.lines}


def managers_only(session: Session, user_id: int, what: str) -> None:
    """Raise NotAllowed unless a manager presses."""
    user = session.get(User, user_id)
    if user is None or user.role != "manager":
        raise NotAllowed(f"Only a manager can {what}. Ask one to sign in.")
