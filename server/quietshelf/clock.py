"""The shop's clock: the wall's, or one that stands at the end of a day. Everything below the entry points is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Now, aware, in UTC."""


def wall_clock() -> datetime:
    """The time it is."""
    return datetime.now(UTC)


def stopped_at(day: date, zone: ZoneInfo) -> Clock:
    """A clock that stands at the last microsecond of a day of the site.

    >>> stopped_at(date(2011, 12, 9), ZoneInfo("Europe/London"))()
    datetime.datetime(2011, 12, 9, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
    """
    midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return lambda: midnight - timedelta(microseconds=1)
