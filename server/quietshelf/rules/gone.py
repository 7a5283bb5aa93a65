"""A SKU that does not sell, and whose last piece is found gone: whether one pack of it is ordered. Pure."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy

_ENDS = (Kind.SALE, Kind.COUNT, Kind.ADJUSTMENT, Kind.PICK, Kind.MISSED)


def last_piece_gone(facts: Iterable[Fact], today: date, zone: ZoneInfo, policy: Policy) -> bool:
    """Whether what a SKU had is gone without a sale, and it was new or has sold within a year (docs/policy.md, Gone).

    A SKU that was long on the shelf and sold to nobody is not ordered again by itself.

    Args:
        facts: of a SKU of which none is on hand, in order of happening.

    >>> from datetime import UTC, datetime, timedelta
    >>> start, london = datetime(2026, 6, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> came = Fact(start, Kind.RECEIPT, 6, "r")
    >>> def gone(days, *more):
    ...     count = Fact(start + timedelta(days=days), Kind.COUNT, 0, "c")
    ...     return last_piece_gone([came, *more, count], date(2026, 11, 24), london, Policy())
    >>> gone(89), gone(90), gone(90, Fact(start, Kind.SALE, 1, "s"))
    (True, False, True)
    >>> last_piece_gone([came, Fact(start, Kind.SALE, 6, "s")], date(2026, 11, 24), london, Policy())  # it was sold
    False
    """
    came_on: date | None = None
    sold_on: date | None = None
    last: Fact | None = None
    for fact in facts:
        day = fact.happened.astimezone(zone).date()
        if came_on is None and fact.kind in (Kind.RECEIPT, Kind.COUNT) and fact.quantity > 0:
            came_on = day
        if fact.kind is Kind.SALE:
            sold_on = day
        if fact.kind in _ENDS:
            last = fact
    if came_on is None or last is None or last.kind is Kind.SALE:
        return False
    was_there = (last.happened.astimezone(zone).date() - came_on).days
    sold_lately = sold_on is not None and (today - sold_on).days <= policy.last_sale_days
    return was_there < policy.last_piece_days or sold_lately
