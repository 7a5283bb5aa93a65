"""A site's days laid out once, and what each supplier's lead time was known to be on each of them.

Many SKUs' pasts are read along the same days: so the days are made once, and a SKU's own past is past.py's.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import ceil

from quietshelf.rules.leadtimes import Closing, arrival, closed_days, lead_time
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY, Calendar
from quietshelf.rules.zones import buffer_days

ENOUGH_SALES = 100
"""Under so many sales a site's hours can't be told from them."""
SHORTEST_HOURS = timedelta(hours=4)
"""What looks shorter is no opening time: sales without a time of day all stand at one."""


@dataclass(frozen=True)
class Hours:
    """When a site sells, from midnight: what is out of stock at night loses nothing."""

    opens: timedelta = timedelta(0)
    closes: timedelta = DAY


def hours_of(sold_at: Collection[time]) -> Hours:
    """A site's hours, told by its sales: all but the earliest and the latest fiftieth of them; else the whole day.

    >>> tills = [time(9 + n % 9, 30) for n in range(200)]
    >>> hours_of(tills) == Hours(timedelta(hours=9, minutes=30), timedelta(hours=17, minutes=30))
    True
    >>> hours_of([time(12)] * 200) == Hours()
    True
    """
    if len(sold_at) < ENOUGH_SALES:
        return Hours()
    in_order = sorted(timedelta(hours=at.hour, minutes=at.minute, seconds=at.second) for at in sold_at)
    edge = len(in_order) // 50
    opens, closes = in_order[edge], in_order[-1 - edge]
    return Hours(opens, closes) if closes - opens >= SHORTEST_HOURS else Hours()


@dataclass(frozen=True)
class Almanac:
    """The days of one site from its first known sale to the day of T, by their place in the row."""

    calendar: Calendar
    days: Sequence[date]
    begins: Sequence[float]
    """When each begins, as seconds since 1970, and when the last ends."""
    counts: Sequence[bool]
    """False on a day on which the site was closed."""
    hours: Hours
    known_until: float
    """T, in the same seconds."""

    @classmethod
    def of(cls, calendar: Calendar, hours: Hours = Hours()) -> "Almanac | None":
        """The almanac of a site; None before its first known sale."""
        if calendar.first is None:
            return None
        days = [calendar.first + DAY * n for n in range((calendar.last - calendar.first).days + 1)]
        begins = [
            datetime.combine(day, time(), calendar.zone).astimezone(UTC).timestamp() for day in [*days, days[-1] + DAY]
        ]
        closed = set(calendar.closed)
        counts = [day not in closed for day in days]
        return cls(calendar, days, begins, counts, hours, calendar.known_until.timestamp())

    def place(self, day: date) -> int:
        """Where a day stands; below 0 before the first, at or beyond the row's length after the last."""
        return (day - self.days[0]).days

    def place_of(self, at: datetime) -> int:
        """Where the day of an instant stands."""
        return bisect_right(self.begins, at.timestamp()) - 1


@dataclass(frozen=True)
class Delivered:
    """How one supplier delivered: the day each delivery came and how many days it took, oldest first."""

    supplier: str | None = None
    came: Sequence[tuple[date, int]] = ()
    quoted_days: int | None = None
    order_day: int | None = None
    """ISO weekday on which it takes orders, None is any."""
    closing: Closing | None = None
    """Days on which it is closed, as far as is known now."""


@dataclass(frozen=True)
class Leads:
    """What was known, on each day of an almanac, of how long a supplier takes."""

    supplier: str | None
    cover_days: Sequence[float]
    """Late lead time and buffer: a position that lasts no longer is at its Yellow line."""
    promised_days: Sequence[int]
    """What an order sent that day was held to, where it was given no date of its own."""
    reach_days: Sequence[int]
    """Days from then to when an order of the next look would come, if late: what is needed sooner is due."""


def leads_of(record: Delivered, almanac: Almanac, policy: Policy) -> Leads:
    """A supplier's lead time as it was known on each day: by what had been delivered by then.

    >>> from zoneinfo import ZoneInfo
    >>> until = datetime(2026, 11, 5, 18, tzinfo=UTC)
    >>> days = Almanac.of(Calendar(ZoneInfo("Europe/London"), until, date(2026, 11, 1)))
    >>> slow = Delivered("Northgate", [(date(2026, 11, 3), 12)] * 5, quoted_days=8)
    >>> leads_of(slow, days, Policy()).cover_days  # quoted 8, late 12, and half of it, and 1; then 12 and 18
    [19.0, 19.0, 28.0, 28.0, 28.0]
    """
    came = sorted(record.came)
    bounds = [0, *(min(max(0, almanac.place(day)), len(almanac.days)) for day, _ in came), len(almanac.days)]
    cover: list[float] = []
    promised: list[int] = []
    reach: list[int] = []
    for known, (since, until) in enumerate(pairwise(bounds)):
        if since == until:
            continue
        lead = lead_time([days for _, days in came[:known]], record.quoted_days, policy)
        promises = ceil(lead.late_days) if record.quoted_days is None else record.quoted_days
        for day in almanac.days[since:until]:
            look = _look_days(day, record.order_day, policy)
            closed = closed_days(day, lead.late_days, record.closing)
            cover.append(float(lead.late_days + buffer_days(lead, look, policy) + closed))
            promised.append(promises)
            reach.append((arrival(day + DAY * look, lead.late_days, record.closing) - day).days)
    return Leads(record.supplier, cover, promised, reach)


def _look_days(day: date, order_day: int | None, policy: Policy) -> int:
    return policy.next_look_days if order_day is None else (order_day - day.isoweekday() - 1) % 7 + 1
