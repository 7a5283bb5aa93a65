"""What passes between shop and supplier while an order is on its way: asking it to hurry, and noting its answer."""

import secrets
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.outbound.letter import UNDO_FOR, domain
from quietshelf.outbound.lifecycle import can_be_reached
from quietshelf.outbound.paper import long_day
from quietshelf.outbound.presses import SAID, decided, end_press, looked_at, products_of
from quietshelf.rules.expedite import rests
from quietshelf.rules.policy import Policy
from quietshelf.store import mails, orders
from quietshelf.store.engine import writing
from quietshelf.store.orders import NotAllowed
from quietshelf.store.sites import touch
from quietshelf.store.supplier_words import keep_answered, keep_asked
from quietshelf.store.tables import ON_ITS_WAY, Mail, Order, Site


def expedite(engine: Engine, order_id: int, user_id: int, now: datetime, *, by_mail: bool) -> None:
    """Note that the supplier was asked to hurry; with `by_mail`, ask it: the mail goes by the outbox, once.

    For 3 days it is not to be asked again, so a second press, or another person's, changes nothing.
    Raises NotAllowed where the order is not on its way, was asked for already, or can't be written to.
    """
    with writing(engine) as session:
        order = orders.held(session, order_id)
        site = session.get_one(Site, order.site_id)
        _is_on_its_way(order)
        if order.expedited_at is not None and rests(_day(order.expedited_at, site), _day(now, site), Policy()):
            if (now - order.expedited_at) < UNDO_FOR and order.changed_by == user_id:
                return  # a double tap
            when = order.expedited_at.astimezone(ZoneInfo(site.time_zone))
            raise NotAllowed(f"{order.number} was asked for on {when:%A} at {when:%H:%M}: wait for the answer.")
        mail = _asking(order, site, now) if by_mail else None
        if mail is not None:
            can_be_reached(order.supplier, order.number)
            mails.queue(session, mail)
        order.expedited_at = now
        keep_asked(session, order, mail, user_id, now)
        orders.changed(order, user_id, now)
        session.flush()
        touch(session, order.site_id)


def note_answer(engine: Engine, order_id: int, version: int, expected_on: date, user_id: int, now: datetime) -> int:
    """The supplier says when the order comes: it is confirmed, and expected then. Returns the order's new version.

    The promise stays what it was first: the supplier is held to it. Raises ChangedMeanwhile, NotAllowed.
    """
    with writing(engine) as session:
        order = looked_at(session, order_id, version, user_id, again=("confirmed", "part_received"))
        if order.version == version:
            _is_on_its_way(order)
            _can_come(session, order, expected_on, now)
            order.expected_on = expected_on
            order.promised_on = order.promised_on or expected_on
            if order.state == "sent":
                order.state = "confirmed"
            keep_answered(session, order, expected_on, user_id, now)
            end_press(session, order, user_id, now, products_of(order))
    return decided(engine, order, now)


def _is_on_its_way(order: Order) -> None:
    if order.state not in ON_ITS_WAY:
        raise NotAllowed(f"{order.number} is {SAID[order.state]}: nothing of it is to come.")


def _can_come(session: Session, order: Order, on: date, now: datetime) -> None:
    if on < _day(now, session.get_one(Site, order.site_id)):
        raise NotAllowed("That day is past. Give the day on which it is to come, today or later.")


def _asking(order: Order, site: Site, now: datetime) -> Mail:
    """The mail that asks when the order comes. It is no order: it has no PDF, and sending it changes no state."""
    return Mail(
        site_id=site.id,
        message_id=f"<{order.number}.{secrets.token_hex(8)}@{domain(site)}>",
        recipient=order.supplier.email.strip(),
        subject=f"Purchase order {order.number} from {' '.join(site.name.split())}: when does it come?",
        body=asking_text(order, site, _day(now, site)),
        queued_at=now,
        not_before=now,
    )


def asking_text(order: Order, site: Site, today: date) -> str:
    """What the supplier reads: which order, how late it is, and what of it is open."""
    sent_on = f" of {long_day(_day(order.sent_at, site))}" if order.sent_at else ""
    said = f"We need purchase order {order.number}{sent_on} as soon as you can send it."
    if order.promised_on is not None:
        late = (today - order.promised_on).days
        days = f"{late} day{'' if late == 1 else 's'}"
        said = f"Purchase order {order.number}{sent_on} was promised for {long_day(order.promised_on)}"
        said += f" and is {days} late." if late > 0 else ", and we need it sooner."
    open_lines = [line for line in order.lines if line.closed_at is None and line.received < line.quantity]
    left = [f"{line.quantity - line.received:,} x {line.product.name} ({line.product.sku})" for line in open_lines]
    ask = "Answer this mail with the day on which it comes, or say what can't come."
    return "\n".join([said, "", "Still open:", *left, "", ask, "", site.name])


def _day(at: datetime, site: Site) -> date:
    return at.astimezone(ZoneInfo(site.time_zone)).date()
