"""What people do to an order: approve, send, undo, cancel, close short. A draft's lines are drafting.py's, receiving is
in intake, mailing in mail.

Each press is one transaction under the version that the person looked at. It raises ChangedMeanwhile where that
version is past, and NotAllowed, with what to do instead, where the order's state or the person's role forbids it.
The same press twice (a double tap, a repeated request) does what one does.
"""

from collections.abc import Collection
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.outbound.leaving import leave_behind, rejoin
from quietshelf.outbound.letter import letter
from quietshelf.outbound.presses import (
    NOTHING,
    SAID,
    Quantities,
    decided,
    end_press,
    looked_at,
    managers_only,
    products_of,
    set_lines,
)
from quietshelf.rules.lives import Held
from quietshelf.store import mails, orders, plans
from quietshelf.store.drafts import remember_wanted
from quietshelf.store.engine import writing
from quietshelf.store.orders import ChangedMeanwhile, NotAllowed
from quietshelf.store.tables import Mail, Order, Supplier

__all__ = ["ChangedMeanwhile", "NotAllowed", "approve", "cancel", "close_short", "send", "undo_send"]


def approve(
    engine: Engine,
    order_id: int,
    version: int,
    user_id: int,
    now: datetime,
    quantities: Quantities = NOTHING,
    *,
    no_money: Collection[int] = (),
) -> int:
    """A manager's yes: the draft can be sent by anyone, and changes no more. Returns the new version.

    `quantities` are set first, as by `drafting.edit_lines`. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("approved",))
        if order.version == version:
            set_lines(session, order, quantities, user_id, now, no_money)
            _approve(session, order, user_id, now)
            end_press(session, order, user_id, now, products_of(order))
    return decided(engine, order, now)


def send(
    engine: Engine,
    order_id: int,
    version: int,
    user_id: int,
    now: datetime,
    quantities: Quantities = NOTHING,
    *,
    no_money: Collection[int] = (),
) -> int:
    """Send an order: its mail waits in the outbox for 10 s, in which it can be undone. Returns the new version.

    A manager sends drafts too, and so approves them, with `quantities` set first as by `drafting.edit_lines`; staff
    send what a manager has approved. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("sending",))
        if order.version == version:
            set_lines(session, order, quantities, user_id, now, no_money)
            if order.state == "draft":
                _approve(session, order, user_id, now)
            if order.state != "approved":
                raise NotAllowed(f"{order.number} is {SAID[order.state]} already. Nothing was sent again.")
            can_be_reached(order.supplier, order.number)
            order.state = "sending"
            remember_wanted(session, order)
            mails.queue(session, letter(session, order, now))
            end_press(session, order, user_id, now, products_of(order))
    return decided(engine, order, now)


def undo_send(engine: Engine, order_id: int, version: int, user_id: int, now: datetime) -> int:
    """Take a sending back: a draft that was approved by the same press is a draft again. Returns the new version.

    It works for 10 s, and longer only as long as no mail server was offered the mail.
    Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = orders.held(session, order_id)
        if order.state in ("sent", "confirmed"):
            raise NotAllowed(f"{order.number} has gone to {order.supplier.name}: cancel it, and tell them.")
        order = looked_at(session, order_id, version, user_id, again=("draft", "approved"))
        if order.version == version:
            mail = mails.withdraw(session, order.id) if order.state == "sending" else None
            if mail is None:
                raise NotAllowed(f"{order.number} is {SAID[order.state]}, and nothing can be taken back.")
            _before_sending(session, order, mail)
            end_press(session, order, user_id, now, products_of(order))
    return decided(engine, order, now)


def cancel(
    engine: Engine,
    order_id: int,
    version: int,
    user_id: int,
    now: datetime,
    *,
    not_this_time: bool = False,
    no_money: bool = False,
) -> int:
    """Cancel an order of which nothing has come. A supplier who has it is not told by this. Returns the new version.

    With `no_money` the person says that there is no money for it: what its items then lose is capital's.

    What needs it is drafted anew, with the next change where it was a draft; with `not_this_time`, only once it was
    Green, or after 30 days. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("cancelled",))
        if order.version == version:
            managers_only(session, user_id, f"cancel {order.number}")
            _cancellable(order)
            was_draft = order.state == "draft"
            if no_money and order.state in ("draft", "approved"):
                for line in order.lines:
                    line.held = Held.CASH.value
            _close(order, "cancelled", now)
            end_press(session, order, user_id, now, () if was_draft and not not_this_time else products_of(order))
            if not_this_time:
                plans.put_off(session, order.site_id, products_of(order), user_id, now)
    if not_this_time:
        decide_skus(engine, order.site_id, products_of(order), now)
        return order.version
    return decided(engine, order, now)


def close_short(engine: Engine, order_id: int, version: int, user_id: int, now: datetime) -> int:
    """Say that the rest of a sent order will never come: it is on order no longer. Returns the new version.

    Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("closed_short",))
        if order.version == version:
            managers_only(session, user_id, f"close {order.number} short")
            if order.state != "part_received":
                raise NotAllowed(f"{order.number} is {SAID[order.state]}: cancel it, if nothing is to come.")
            _close(order, "closed_short", now)
            end_press(session, order, user_id, now, products_of(order))
    return decided(engine, order, now)


def _approve(session: Session, order: Order, user_id: int, now: datetime) -> None:
    if order.state != "draft":
        raise NotAllowed(f"{order.number} is {SAID[order.state]} already.")
    managers_only(session, user_id, f"approve {order.number}")
    if not order.lines:
        raise NotAllowed(f"{order.number} has no lines. Add one, or cancel it.")
    order.state, order.approved_at, order.approved_by = "approved", now, user_id
    leave_behind(session, order)
    for line in order.lines:
        line.is_draft = False


def _before_sending(session: Session, order: Order, mail: Mail) -> None:
    """Back to where the press found it; approved, too, where another draft has taken the draft's place meanwhile."""
    order.state = "approved"
    if order.sent_itself is not None:
        order.sent_itself = {**order.sent_itself, "taken_back": True}
    if order.approved_at != mail.queued_at:
        return
    rejoin(session, order)
    if orders.may_be_draft_again(session, order):
        order.state, order.approved_at, order.approved_by = "draft", None, None
        for line in order.lines:
            line.is_draft = True


def can_be_reached(supplier: Supplier, number: str) -> None:
    """Raise NotAllowed, with what to do, where a supplier has no address that a mail could go to."""
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
