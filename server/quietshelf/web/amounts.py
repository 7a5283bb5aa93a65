"""Money, days and counts as words. Pure functions of figures; whole sentences are wording.py's."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from quietshelf.outbound.money import written

NEAR_DAYS = 30
"""A day this near is named with its weekday."""


def money(minor: int, currency: str) -> str:
    """An amount in minor units of an ISO 4217 currency.

    >>> money(273870, "GBP"), money(-500, "EUR"), money(1200, "JPY")
    ('£2,738.70', '−€5.00', 'JPY 1,200')
    """
    return ("−" if minor < 0 else "") + written(abs(minor), currency)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun.

    >>> counted(1, "line"), counted(1200, "line"), counted(2, "day's sales", "days' sales")
    ('1 line', '1,200 lines', "2 days' sales")
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def rate(per_day: float) -> str:
    """Units a day, as short as it stays true.

    >>> rate(4.3333), rate(12.6), rate(0.8167), rate(0.35), rate(0)
    ('4.3', '13', '0.8', '0.35', '0')
    """
    if per_day >= 10:
        return f"{per_day:,.0f}"
    if per_day >= 0.5:
        return f"{per_day:.1f}"
    return f"{per_day:.2f}" if per_day else "0"


def day(on: date, today: date) -> str:
    """A day as one says it: near ones by name, others by date.

    >>> from datetime import timedelta
    >>> today = date(2026, 11, 24)
    >>> [day(today + timedelta(days=n), today) for n in (0, 1, -1, 9, -2, -29, -400)]
    ['today', 'tomorrow', 'yesterday', 'Thursday 3 December', 'Sunday', '26 October', '20 October 2025']
    """
    ahead = (on - today).days
    if ahead in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[ahead + 1]
    if -6 <= ahead < 0:
        return f"{on:%A}"
    if 0 < ahead <= NEAR_DAYS:
        return f"{on:%A} {plain_day(on, today)}"
    return plain_day(on, today)


def on_day(on: date, today: date) -> str:
    """`day` with its preposition.

    >>> on_day(date(2026, 11, 22), date(2026, 11, 24)), on_day(date(2026, 11, 23), date(2026, 11, 24))
    ('on Sunday', 'yesterday')
    """
    return day(on, today) if abs((on - today).days) <= 1 else f"on {day(on, today)}"


def plain_day(on: date, today: date) -> str:
    """A day by its date, with the year where it is another one."""
    return f"{on.day} {on:%B}" + (f" {on.year}" if on.year != today.year else "")


def short_day(on: date, today: date) -> str:
    """A day where room is scarce.

    >>> short_day(date(2026, 12, 3), date(2026, 11, 24)), short_day(date(2027, 1, 4), date(2026, 11, 24))
    ('Thu 3 Dec', 'Mon 4 Jan 2027')
    """
    return f"{on:%a} {on.day} {on:%b}" + (f" {on.year}" if on.year != today.year else "")


def at_clock(at: datetime, zone: ZoneInfo) -> str:
    """The time of day on the shop's clock: "09:41"."""
    return f"{at.astimezone(zone):%H:%M}"


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A day and its time, as near as it is.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
    >>> moment(now - timedelta(hours=1), now, ZoneInfo("UTC")), moment(now - timedelta(days=2), now, ZoneInfo("UTC"))
    ('today at 08:41', 'Sunday at 09:41')
    """
    local = at.astimezone(zone)
    return f"{day(local.date(), now.astimezone(zone).date())} at {local:%H:%M}"


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that is not below 1.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 11, 24, 9, 41, tzinfo=UTC)
    >>> [ago(now - timedelta(seconds=s), now) for s in (0, 20, 60, 7200, 200000)]
    ['just now', '20 seconds ago', '1 minute ago', '2 hours ago', '2 days ago']
    """
    seconds = int((now - at).total_seconds())
    if seconds < 1:
        return "just now"
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            return f"{counted(seconds // size, unit)} ago"
    raise AssertionError(seconds)


def of(name: str) -> str:
    """A name's possessive.

    >>> of("Northgate"), of("Calder Ceramics")
    ('Northgate’s', 'Calder Ceramics’')
    """
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def first_up(sentence: str) -> str:
    """A sentence with its first letter large; the others stay as they are.

    >>> first_up("today at 06:00")
    'Today at 06:00'
    """
    return sentence[:1].upper() + sentence[1:]
