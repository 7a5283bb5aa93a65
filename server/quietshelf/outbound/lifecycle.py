"""What people do to an order: edit, approve, send, undo, cancel, close short. Receiving is in intake, mailing in mail.

Each press is one transaction under the version that the person looked at. It raises ChangedMeanwhile where that
version is past, and NotAllowed, with what to do instead, where the order's state or the person's role forbids it.
The same press twice (a double tap, a repeated request) does what one does.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.outbound.letter import letter
from quietshelf.store import items, mails, orders, plans
from quietshelf.store.engine import writing
from quietshelf.store.orders import ChangedMeanwhile, NotAllowed
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import Mail, Order, Supplier, User

__all__ = [
    "ChangedMeanwhile",
    "NotAllowed",
    "approve",
    "cancel",
    "close_short",
    "edit_lines",
    "send",
    "take_rule",
    "undo_send",
]

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


def edit_lines(
    engine: Engine,
    order_id: int,
    version: int,
    quantities: Quantities,
    user_id: int,
    now: datetime,
    *,
    not_this_time: bool = False,
) -> int:
    """Set lines of a draft; a draft without lines is cancelled. Returns the order's new version.

    A line that is set to another quantity counts as edited: the rule leaves it alone for a while. One that is taken
    off comes back with the next change of its SKU; with `not_this_time`, once it was Green, or after 30 days.
    Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = _looked_at(session, order_id, version, user_id, again=("draft", "cancelled"))
        off = {line.product_id for line in order.lines if quantities.get(line.id) == 0} if not_this_time else set()
        if order.version == version:
            if _set_lines(session, order, quantities, user_id, now):
                plans.put_off(session, order.site_id, off, user_id, now)
                _end(session, order, user_id, now, off)
        elif not _set_already(order, quantities):
            raise orders.changed_meanwhile(session, order)
    if off:
        decide_skus(engine, order.site_id, off, now)
    return order.version


def take_rule(engine: Engine, order_id: int, version: int, line_id: int, user_id: int, now: datetime) -> int:
    """Set a line that a person had set to what the rule says now; from then on it follows the rule again.

    Returns the order's new version. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = _looked_at(session, order_id, version, user_id, again=("draft",))
        if order.version == version:
            _manager(session, user_id, f"change {order.number}")
            line = next((line for line in order.lines if line.id == line_id and line.is_draft), None)
            state = items.state(session, order.site_id, line.product_id) if line else None
            if line is None or state is None or not (state.figures or {}).get("proposal"):
                raise NotAllowed("The rule asks for nothing of it now. Keep the line as it is, or take it off.")
            ruled = (state.figures or {})["proposal"]
            decided_for = state.decided_for or now.date()
            line.quantity, line.ruled = ruled["quantity"], ruled | {"ruled_on": decided_for.isoformat()}
            line.edited_at = line.edited_by = None
            _end(session, order, user_id, now, {line.product_id})
    return _decided(engine, order, now)


def approve(
    engine: Engine, order_id: int, version: int, user_id: int, now: datetime, quantities: Quantities = NOTHING
) -> int:
    """A manager's yes: the draft can be sent by anyone, and changes no more. Returns the new version.

    `quantities` are set first, as by `edit_lines`. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = _looked_at(session, order_id, version, user_id, again=("approved",))
        if order.version == version:
            _set_lines(session, order, quantities, user_id, now)
            _approve(session, order, user_id, now)
            _end(session, order, user_id, now, _products(order))
    return _decided(engine, order, now)


def send(
    engine: Engine, order_id: int, version: int, user_id: int, now: datetime, quantities: Quantities = NOTHING
) -> int:
    """Send an order: its mail waits in the outbox for 10 s, in which it can be undone. Returns the new version.

    A manager sends drafts too, and so approves them, with `quantities` set first as by `edit_lines`; staff send what
    a manager has approved. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = _looked_at(session, order_id, version, user_id, again=("sending",))
        if order.version == version:
            _set_lines(session, order, quantities, user_id, now)
            if order.state == "draft":
                _approve(session, order, user_id, now)
            if order.state != "approved":
                raise NotAllowed(f"{order.number} is {SAID[order.state]} already. Nothing was sent again.")
            _can_be_reached(order.supplier, order.number)
            order.state = "sending"
            mails.queue(session, letter(session, order, now))
            _end(session, order, user_id, now, _products(order))
    return _decided(engine, order, now)


def undo_send(engine: Engine, order_id: int, version: int, user_id: int, now: datetime) -> int:
    """Take a sending back: a draft that was approved by the same press is a draft again. Returns the new version.

    It works for 10 s, and longer only as long as no mail server was offered the mail.
    Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = orders.held(session, order_id)
        if order.state in ("sent", "confirmed"):
            raise NotAllowed(f"{order.number} has gone to {order.supplier.name}: cancel it, and tell them.")
        order = _looked_at(session, order_id, version, user_id, again=("draft", "approved"))
        if order.version == version:
            mail = mails.withdraw(session, order.id) if order.state == "sending" else None
            if mail is None:
                raise NotAllowed(f"{order.number} is {SAID[order.state]}, and nothing can be taken back.")
            _before_sending(session, order, mail)
            _end(session, order, user_id, now, _products(order))
    return _decided(engine, order, now)


def cancel(
    engine: Engine, order_id: int, version: int, user_id: int, now: datetime, *, not_this_time: bool = False
) -> int:
    """Cancel an order of which nothing has come. A supplier who has it is not told by this. Returns the new version.

    What needs it is drafted anew, with the next change where it was a draft; with `not_this_time`, as by `edit_lines`.
    Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = _looked_at(session, order_id, version, user_id, again=("cancelled",))
        if order.version == version:
            _manager(session, user_id, f"cancel {order.number}")
            _cancellable(order)
            was_draft = order.state == "draft"
            _close(order, "cancelled", now)
            if not_this_time:
                plans.put_off(session, order.site_id, _products(order), user_id, now)
            _end(session, order, user_id, now, () if was_draft and not not_this_time else _products(order))
    if not_this_time:
        decide_skus(engine, order.site_id, _products(order), now)
        return order.version
    return _decided(engine, order, now)


def close_short(engine: Engine, order_id: int, version: int, user_id: int, now: datetime) -> int:
    """Say that the rest of a sent order will never come: it is on order no longer. Returns the new version.

    Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = _looked_at(session, order_id, version, user_id, again=("closed_short",))
        if order.version == version:
            _manager(session, user_id, f"close {order.number} short")
            if order.state != "part_received":
                raise NotAllowed(f"{order.number} is {SAID[order.state]}: cancel it, if nothing is to come.")
            _close(order, "closed_short", now)
            _end(session, order, user_id, now, _products(order))
    return _decided(engine, order, now)


def _looked_at(session: Session, order_id: int, version: int, user_id: int, again: tuple[str, ...] = ()) -> Order:
    """The order, held, at the version that was looked at; or one past it, where the same press has led to `again`."""
    order = orders.held(session, order_id)
    repeated = order.version == version + 1 and order.changed_by == user_id and order.state in again
    if order.version != version and not repeated:
        raise orders.changed_meanwhile(session, order)
    return order


def _set_lines(session: Session, order: Order, quantities: Quantities, user_id: int, now: datetime) -> bool:
    """Set a draft's lines; whether that changed any."""
    if not quantities:
        return False
    _manager(session, user_id, f"change {order.number}")
    if order.state != "draft":
        raise NotAllowed(f"{order.number} is {SAID[order.state]}: only a draft can be changed.")
    set_to = {line: quantities[line.id] for line in order.lines if line.id in quantities}
    if len(set_to) != len(quantities):
        raise NotAllowed(f"A line is no longer on {order.number}. Look at it once more.")
    differ = {line: quantity for line, quantity in set_to.items() if quantity != line.quantity}
    for line, quantity in differ.items():
        if not 0 <= quantity <= MOST_PIECES:
            raise NotAllowed(f"{line.product.name}: type a number of pieces from 0 to {MOST_PIECES:,}.")
        if quantity == 0:
            order.lines.remove(line)
            session.delete(line)
        else:
            line.quantity, line.edited_at, line.edited_by = quantity, now, user_id
    if not order.lines:
        order.state = "cancelled"
    return bool(differ)


def _set_already(order: Order, quantities: Quantities) -> bool:
    on_it = {line.id: line.quantity for line in order.lines}
    return all(on_it.get(line_id, 0) == quantity for line_id, quantity in quantities.items())


def _end(session: Session, order: Order, user_id: int, now: datetime, product_ids: Iterable[int]) -> None:
    """The last of every press: the version rises, SKUs whose position moved are decided anew, open pages are told."""
    orders.changed(order, user_id, now)
    session.flush()
    mark_stale(session, order.site_id, product_ids)
    touch(session, order.site_id)


def _decided(engine: Engine, order: Order, now: datetime) -> int:
    if order.state != "cancelled" or order.approved_at is not None:
        decide_skus(engine, order.site_id, _products(order), now)
    return order.version


def _products(order: Order) -> set[int]:
    return {line.product_id for line in order.lines}


def _manager(session: Session, user_id: int, what: str) -> None:
    user = session.get(User, user_id)
    if user is None or user.role != "manager":
        raise NotAllowed(f"Only a manager can {what}. Ask one to sign in.")


def _approve(session: Session, order: Order, user_id: int, now: datetime) -> None:
    if order.state != "draft":
        raise NotAllowed(f"{order.number} is {SAID[order.state]} already.")
    _manager(session, user_id, f"approve {order.number}")
    if not order.lines:
        raise NotAllowed(f"{order.number} has no lines. Add one, or cancel it.")
    order.state, order.approved_at, order.approved_by = "approved", now, user_id
    for line in order.lines:
        line.is_draft = False


def _before_sending(session: Session, order: Order, mail: Mail) -> None:
    """Back to where the press found it; approved, too, where another draft has taken the draft's place meanwhile."""
    order.state = "approved"
    if order.approved_at == mail.queued_at and orders.may_be_draft_again(session, order):
        order.state, order.approved_at, order.approved_by = "draft", None, None
        for line in order.lines:
            line.is_draft = True


def _can_be_reached(supplier: Supplier, number: str) -> None:
    address = supplier.email.strip()
    if not address:
        raise NotAllowed(f"{supplier.name} has no e-mail address. Give it one under Set up, then send {number}.")
    sound = parseaddr(address)[1] == address and address.isascii() and address.isprintable() and " " not in address
    if not sound or address.count("@") != 1 or address.startswith("@") or address.endswith("@"):
        raise NotAllowed(f"{address!r} is no e-mail address. Correct {supplier.name} under Set up, then send {number}.")


def _cancellable(order: Order) -> None:
    match order.state:
        case "draft" | "approved":
            return
        case "sent" | "confirmed" if not any(line.received for line in order.lines):
            return
        case "sending":
            raise NotAllowed(f"{order.number} is being sent: undo that first.")
        case "part_received":
            raise NotAllowed(f"Some of {order.number} has come: close it short instead.")
        case _:
            raise NotAllowed(f"{order.number} is {SAID[order.state]} already.")


def _close(order: Order, state: str, now: datetime) -> None:
    order.state = state
    for line in order.lines:
        line.is_draft = False
        line.closed_at = line.closed_at or now
