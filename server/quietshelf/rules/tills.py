"""Whether sales have fallen silent: the one rule that looks beyond T. What a silent SKU is, looks.py tells."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from quietshelf.rules.exceptions import ExceptionKind, Opening
from quietshelf.rules.policy import Policy

WEEKS_ENOUGH = 2
"""Under this many weeks nothing is usual yet."""
WEEKS_MANY = 5
"""From this many weeks on one may have been a holiday."""
FILES_ENOUGH = 3
"""From this many files on, there is a usual gap between two."""


def spans(last: datetime, now: datetime, zone: ZoneInfo, weeks: int) -> list[tuple[datetime, datetime]]:
    """The same hours of the weeks before, by the shop's own clock, as those since the last sale; the newest first.

    >>> from datetime import UTC
    >>> last = datetime(2026, 11, 2, 9, tzinfo=UTC)
    >>> [(a.isoformat(), b.isoformat()) for a, b in
    ...  spans(last, last + timedelta(hours=1), ZoneInfo("Europe/London"), 2)]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('2026-10-26T09:00:00+00:00', '2026-10-26T10:00:00+00:00'),
     ('2026-10-19T08:00:00+00:00', '2026-10-19T09:00:00+00:00')]
    """

    def before(at: datetime, back: int) -> datetime:
        return (at.astimezone(zone) - timedelta(weeks=back)).astimezone(now.tzinfo)

    return [(before(last, back), before(now, back)) for back in range(1, weeks + 1)]


def sales_silent(last: datetime, sold_in_spans: Sequence[int], policy: Policy) -> Opening | None:
    """`sales_silent`: no sale since `last`, though three usual gaps have passed.

    Args:
        sold_in_spans: how many sales there were in the same hours of each week before that is known. Three of them are
            three gaps. It is asked of all weeks, but for the poorest where there are five or more: of a chance silence,
            some of the weeks have one too.

    >>> from datetime import UTC
    >>> nine = datetime(2026, 11, 24, 9, tzinfo=UTC)
    >>> sales_silent(nine, [4, 2], Policy()) is None, sales_silent(nine, [4], Policy()) is None
    (True, True)
    >>> sales_silent(nine, [4, 3, 5, 0, 6], Policy()).figures
    {'since': '2026-11-24T09:00:00+00:00', 'usual': 3}
    """
    if len(sold_in_spans) < WEEKS_ENOUGH:
        return None
    usual = sorted(sold_in_spans)[len(sold_in_spans) >= WEEKS_MANY]
    if usual < policy.silent_gaps:
        return None
    return Opening(ExceptionKind.SALES_SILENT, "sales", figures={"since": last.isoformat(), "usual": usual})


def file_is_awaited(brought: Sequence[datetime], now: datetime, policy: Policy) -> bool:
    """Whether sales come in files here, and the next is not overdue by three usual gaps between two of them.

    >>> from datetime import UTC
    >>> daily = [datetime(2026, 11, day, 18, tzinfo=UTC) for day in (24, 23, 22)]
    >>> [file_is_awaited(daily, daily[0] + timedelta(days=days), Policy()) for days in (2, 3)]
    [True, False]
    >>> file_is_awaited(daily[:2], daily[0], Policy())
    False
    """
    if len(brought) < FILES_ENOUGH:
        return False
    newest = sorted(brought, reverse=True)
    gaps = [later - earlier for later, earlier in pairwise(newest)]
    return now < newest[0] + policy.silent_gaps * timedelta(seconds=median(gap.total_seconds() for gap in gaps))
