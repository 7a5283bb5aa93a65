"""Goods that came: what a person counts at the door is booked on the order and, as far as accepted, in the ledger.

One receipt is one transaction under the version of the order that was looked at, and the version is part of its
keys: so the same press twice books once, and finds what it booked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quietshelf.cycle import decide_skus
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import orders
from quietshelf.store.engine import writing
from quietshelf.store.facts import add_facts
from quietshelf.store.orders import NotAllowed
from quietshelf.store.sites import touch
from quietshelf.store.states import mark_stale
from quietshelf.store.tables import ON_ITS_WAY, Delivery, Order, OrderLine, Site


class Came(NamedTuple):
    """What came of one order line."""

    received: int
    """Pieces, accepted or not."""
    rejected: int = 0
    """Those of them that go back or to the bin."""
    reason: str = ""


@dataclass(frozen=True)
class Receipt:
    """What a receipt left behind."""

    version: int
    state: str
    """part_received or received."""
    accepted: int
    repeated: bool
    """The same press had been booked before; nothing was booked now."""


class NotBooked(ValueError):  # noqa: N818 (a refusal that a person reads)
    """The receipt can't be right as typed; nothing is booked. `errors` holds a sentence for each line's id."""

    def __init__(self, errors: Mapping[int, str]) -> None:
        super().__init__("Nothing is booked yet. " + " ".join(errors.values()))
        self.errors = dict(errors)


def receive(
    engine: Engine,
    order_id: int,
    version: int,
    lines: Mapping[int, Came],
    happened: datetime,
    now: datetime,
    user_id: int,
) -> Receipt:
    """Book what came of a sent order, in full or in part, with what of it was rejected.

    Args:
        version: of the order, as the person saw it.
        lines: by the order line's id; lines of which nothing came may be left out.
        happened: when the goods came (see `came_at`), which may be days before `now`.

    Raises:
        NotBooked: more than the order allows, more rejected than came, or nothing at all.
        NotAllowed: the order isn't on its way, or the day can't be.
        ChangedMeanwhile: somebody else changed the order since.
    """
    with writing(engine) as session:
        order = orders.held(session, order_id)
        came = {
            line: Came(*lines[line.id]) for line in order.lines if line.id in lines and Came(*lines[line.id]) != Came(0)
        }
        before = _booked_before(session, order, version, came)
        if before is not None:
            return before
        if order.version != version:
            raise orders.changed_meanwhile(session, order)
        _check_order(session, order, happened, now)
        _check_lines(order, lines, came)
        for line, what in came.items():
            _book(session, order, line, what, happened, now)
        order.state = "received" if all(line.closed_at for line in order.lines) else "part_received"
        orders.changed(order, user_id, now)
        product_ids = {line.product_id for line in came}
        session.flush()
        mark_stale(session, order.site_id, product_ids)
        touch(session, order.site_id)
    decide_skus(engine, order.site_id, product_ids, now)
    return Receipt(order.version, order.state, sum(what.received - what.rejected for what in came.values()), False)


def came_at(day: date, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant to book goods at that came on this day: now for today, else as the day began.

    Goods of an earlier day are put before that day's sales, so that none seems to be sold before it came.
    """
    return now if day == now.astimezone(zone).date() else datetime.combine(day, time(), zone)


def day_refused(order: Order, day: date, today: date, zone: ZoneInfo) -> str:
    """Why goods of this order can't have come on a day, with what to do; empty where they can."""
    if day > today:
        return "Goods can't have come in the future. Give today or an earlier day."
    sent_on = order.sent_at.astimezone(zone).date() if order.sent_at else day
    if day < sent_on:
        return f"{order.number} was sent on {sent_on.day} {sent_on:%B %Y}. Give a day since then."
    return ""


def most_allowed(line: OrderLine) -> int:
    """How many pieces of a line may still come: what is open, and a tenth of what was ordered more, at least one."""
    return max(0, line.quantity - line.received) + _spare(line)


def _spare(line: OrderLine) -> int:
    """How much of the tolerance is left."""
    over = max(0, line.received - line.quantity)
    return max(0, max(1, line.quantity // 10) - over)


def _key(order: Order, line: OrderLine, version: int) -> str:
    return f"receipt:{order.number}:{line.id}:{version}"


def _booked_before(session: Session, order: Order, version: int, came: Mapping[OrderLine, Came]) -> Receipt | None:
    """What this very press booked, where it has been booked already; None otherwise."""
    keys = {_key(order, line, version): what for line, what in came.items()}
    booked = {
        d.key: Came(d.received, d.rejected, d.reason) for d in orders.deliveries_under(session, order.site_id, keys)
    }
    if not keys or booked != keys:
        return None
    return Receipt(order.version, order.state, sum(c.received - c.rejected for c in keys.values()), True)


def _check_order(session: Session, order: Order, happened: datetime, now: datetime) -> None:
    if order.state not in ON_ITS_WAY:
        raise NotAllowed(f"{order.number} is not on its way, so nothing of it can be received. Nothing is booked.")
    zone = ZoneInfo(session.get_one(Site, order.site_id).time_zone)
    today = now.astimezone(zone).date()
    day = happened.astimezone(zone).date() if happened <= now else max(today + timedelta(days=1), happened.date())
    if refused := day_refused(order, day, today, zone):
        raise NotAllowed(f"{refused} Nothing is booked.")


def _check_lines(order: Order, lines: Mapping[int, Came], came: Mapping[OrderLine, Came]) -> None:
    """Raise NotBooked with a sentence for every line that can't be right."""
    if set(lines) - {line.id for line in order.lines}:
        raise NotAllowed(f"A line is not on {order.number}. Look at it once more; nothing is booked.")
    errors = {line.id: said for line, what in came.items() if (said := _wrong(line, what))}
    if errors:
        raise NotBooked(errors)
    if not came:
        raise NotAllowed("Nothing is booked: type how many pieces came.")


def _wrong(line: OrderLine, what: Came) -> str | None:
    if what.received < 0 or what.rejected < 0:
        return "Type a number of pieces, 0 or more."
    if what.rejected > what.received:
        return f"{what.received:,} came, so no more than {what.received:,} can be rejected."
    if what.received > (most := most_allowed(line)):
        open_units = max(0, line.quantity - line.received)
        return (
            f"{open_units:,} {'is' if open_units == 1 else 'are'} open, and up to {_spare(line):,} more "
            f"{'is' if _spare(line) == 1 else 'are'} allowed. Type {most:,} or less, or send the rest back."
        )
    return None


def _book(session: Session, order: Order, line: OrderLine, what: Came, happened: datetime, now: datetime) -> None:
    key = _key(order, line, order.version)
    session.add(
        Delivery(
            site_id=order.site_id,
            order_line_id=line.id,
            key=key,
            received=what.received,
            rejected=what.rejected,
            reason=what.reason,
            happened=happened,
            learnt=now,
        )
    )
    line.received += what.received
    line.rejected += what.rejected
    if line.received >= line.quantity:
        line.closed_at = line.closed_at or now
    if accepted := what.received - what.rejected:
        fact = Fact(happened, Kind.RECEIPT, accepted, key)
        add_facts(session, order.site_id, [(line.product_id, fact, now, False)])
