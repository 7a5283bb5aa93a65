"""The gist of one SKU's facts: what later days need of them, so that it is decided without reading them again.

A pure function of the facts, to which a later sale is added in one step. Where a gist does not do (a day further back
is asked for, a fact came late), it says so and the facts are read: it never says what they would not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.feedback import Feedback, Lot, Taught, lots_digest, taught
from quietshelf.rules.gone import Ended, ended, last_piece_gone, may_come_again
from quietshelf.rules.ledger import Book, course, plain_book
from quietshelf.rules.looks import Shown, Silence, shown, silence
from quietshelf.rules.matching import is_weighed
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY, Calendar, Presence, Stock, Window, presence_of, window_of
from quietshelf.rules.velocity import (
    DaySum,
    InStock,
    OneOff,
    largest,
    names_what_is_unknown,
    no_two_larger,
    one_offs,
    perhaps_one_off,
    velocity,
)

MORE_DAYS = 15
"""So many days more are kept than are read now: a site that turns out to have been closed is read further back."""


@dataclass(frozen=True, slots=True)
class Gist:
    """What the facts of one SKU at one site say, with nothing left out that a later day may need."""

    book: Book
    newest: datetime | None
    """When the last of the facts happened."""
    lasts: bool
    """It holds for later days, and later sales can be added: no shelf weighs the SKU, and nothing is beyond T."""
    counted: bool
    """Something was counted or received: it is known how much there was."""
    presence: Presence
    kept_from: date
    """What sold, and when it was out, is kept from this day on."""
    sold: Mapping[date, DaySum]
    """What sold on each day, returns taken back, without one-offs and what met a known need."""
    last_sale_on: date | None
    """The last day on which it sold, as `sold` counts it."""
    largest: tuple[OneOff, ...]
    """The sales of which no two later ones are as large (velocity.largest)."""
    one_offs: tuple[OneOff, ...]
    """The sales that a person called one-offs."""
    ended: Ended
    taught: Taught
    shown: Shown
    """What else than a sale has shown its pieces."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gist says on one day: the figures that a decision is made of."""

    sold_in_window: int
    revenue_in_window_minor: int
    sold_in_lot_days: int
    in_stock: InStock
    perhaps_one_off: OneOff | None
    one_offs: tuple[OneOff, ...]
    last_piece_gone: bool
    order_again: bool
    told: Feedback
    silence: Silence | None
    stock: Stock = field(compare=False)
    """When it was in stock, for the days that are read: how far it goes back before them differs from gist to gist."""


def gist_of(
    facts: Sequence[Fact], sold: Mapping[date, DaySum], lots: Sequence[Lot], calendar: Calendar, policy: Policy
) -> Gist:
    """The gist of a SKU's facts on the day of T.

    Args:
        facts: one SKU's at one site, in order of happening, each once.
        sold: what sold by day (velocity.net_days), less what met a known need (needs.without).
        lots: what came of its order lines.
    """
    zone, today = calendar.zone, calendar.last
    came_about = course(facts, calendar.known_until, policy)
    presence = presence_of(facts, came_about.steps)
    last_sale_on = max((day for day, sums in sold.items() if sums.units and day <= today), default=None)
    kept_from = _kept_from(presence.stock(calendar), last_sale_on, policy)
    newest = facts[-1].happened if facts else None
    is_known = newest is None or newest <= calendar.known_until
    return Gist(
        book=came_about.book,
        newest=newest,
        lasts=is_known and not is_weighed(facts) and not names_what_is_unknown(facts),
        counted=any(step.known for step in came_about.steps[-1:]),
        presence=_lately(presence, calendar, kept_from, last_sale_on),
        kept_from=kept_from,
        sold={day: sums for day, sums in sold.items() if day >= kept_from},
        last_sale_on=last_sale_on,
        largest=largest(facts, kept_from, today, zone),
        one_offs=one_offs(facts, kept_from, date.max, zone),
        ended=ended(facts, zone),
        taught=taught(lots, facts, today, zone, policy),
        shown=shown(facts, last_sale_on, zone),
    )


def with_sale(gist: Gist, sale: Fact, zone: ZoneInfo) -> Gist | None:
    """The gist once a sale later than all that it knows is added; None where the facts must be read instead.

    >>> from datetime import UTC, timedelta
    >>> noon, day = datetime(2026, 11, 24, 12, tzinfo=UTC), timedelta(days=1)
    >>> counted, sale = Fact(noon - 90 * day, Kind.COUNT, 9, "c"), Fact(noon - day, Kind.SALE, 2, "s")
    >>> here = Calendar(ZoneInfo("Europe/London"), noon, date(2026, 1, 1))
    >>> gist = gist_of([counted], {}, (), here, Policy())
    >>> more = with_sale(gist, sale, here.zone)
    >>> more.book.on_hand, more.last_sale_on == sale.happened.date(), more.largest[0].units
    (7, True, 2)
    >>> with_sale(more, counted, here.zone) is None  # neither a sale nor later
    True
    """
    later = gist.newest is None or sale.happened > gist.newest
    ends_a_lot = gist.taught.left is not None and sale.quantity >= gist.taught.left
    if sale.kind is not Kind.SALE or not later or not gist.lasts or sale.place or sale.one_off or ends_a_lot:
        return None
    day, book = sale.happened.astimezone(zone).date(), gist.book.book - sale.quantity
    before = gist.sold.get(day, DaySum(0, 0))
    sums = DaySum(before.units + sale.quantity, before.revenue_minor + sale.quantity * (sale.price_minor or 0))
    taught_by = gist.taught
    return Gist(
        book=plain_book(book),
        newest=sale.happened,
        lasts=True,
        counted=gist.counted,
        presence=gist.presence.after(sale.happened, book if gist.counted else 1),
        kept_from=gist.kept_from,
        sold={**gist.sold, day: sums},
        last_sale_on=day,
        largest=no_two_larger((*gist.largest, OneOff(sale.key, day, sale.quantity))),
        one_offs=gist.one_offs,
        ended=Ended(None, day),
        taught=taught_by if taught_by.left is None else replace(taught_by, left=taught_by.left - sale.quantity),
        shown=replace(gist.shown, looks=0),
    )


def read(gist: Gist, lots: Sequence[Lot], calendar: Calendar, policy: Policy) -> Reading | None:
    """What a gist says on the day of T; None where it does not tell, and the facts must be read."""
    taught_by, today = gist.taught, calendar.last
    if taught_by.lots != lots_digest(lots) or (taught_by.changes_on is not None and today >= taught_by.changes_on):
        return None
    stock = gist.presence.stock(calendar)
    days = window_of(stock, policy)
    if days.first < gist.kept_from:
        return None
    in_stock = _in_stock(gist, stock, days, today)
    since = today - DAY * (policy.velocity_days - 1)
    units, revenue_minor = _sums(gist.sold, since, today)
    speed = velocity(units, policy, in_stock)
    gone = gist.book.on_hand <= 0 and not _sells(gist.sold, since, today)
    return Reading(
        sold_in_window=units,
        revenue_in_window_minor=revenue_minor,
        sold_in_lot_days=_sums(gist.sold, today - DAY * (policy.lot_days - 1), today)[0],
        in_stock=in_stock,
        perhaps_one_off=perhaps_one_off(gist.largest, days.first, days.last, speed, policy),
        one_offs=tuple(one for one in gist.one_offs if days.first <= one.sold_on <= days.last),
        last_piece_gone=gone and last_piece_gone(gist.ended, today, policy),
        order_again=gone and may_come_again(gist.ended, today, policy),
        told=taught_by.by(today),
        silence=silence({day for day, sums in gist.sold.items() if sums.units}, gist.shown, stock, policy),
        stock=stock,
    )


def _in_stock(gist: Gist, stock: Stock, days: Window, today: date) -> InStock:
    """What sold while the SKU was in stock, and for how long it has been since it last sold."""
    since_sale = (gist.last_sale_on or date.min) + DAY
    sold = _sums(gist.sold, days.first, days.last)[0]
    return InStock(sold, days.in_stock, stock.in_stock(since_sale, today), days.ran_out_on)


def _sums(sold: Mapping[date, DaySum], first: date, last: date) -> tuple[int, int]:
    """Units and money of some days."""
    units = revenue_minor = 0
    for day, sums in sold.items():
        if first <= day <= last:
            units += sums.units
            revenue_minor += sums.revenue_minor
    return units, revenue_minor


def _sells(sold: Mapping[date, DaySum], first: date, last: date) -> bool:
    return any(sums.units for day, sums in sold.items() if first <= day <= last)


def _kept_from(stock: Stock, last_sale_on: date | None, policy: Policy) -> date:
    """The first day that may be read again: velocity's, now or once the SKU has been out for all of its days."""
    read_from = [window_of(stock, policy).first]
    days = DAY * (policy.velocity_days - 1)
    if stock.out and stock.out[-1][1] >= stock.calendar.known_until:
        ran_out_on = stock.calendar.day_of(stock.out[-1][0])
        read_from.append(stock.back_to(ran_out_on - days, ran_out_on, policy.in_stock_at_least_days))
    if last_sale_on is not None:
        read_from.append(last_sale_on - days)
    return min(read_from) - DAY * MORE_DAYS


def _lately(presence: Presence, calendar: Calendar, kept_from: date, last_sale_on: date | None) -> Presence:
    """When it was out, since the first day that is kept and since its last sale."""
    if last_sale_on is None:
        return presence
    first = min(kept_from, last_sale_on)
    return replace(presence, out=tuple(span for span in presence.out if calendar.day_of(span[1]) >= first))
