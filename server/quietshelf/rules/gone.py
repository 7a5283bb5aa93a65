"""A SKU that does not sell, and whose last piece is found gone: whether one pack of it is ordered. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy

_ENDS = (Kind.SALE, Kind.COUNT, Kind.ADJUSTMENT, Kind.PICK, Kind.MISSED)


@dataclass(frozen=True, slots=True)
class Ended:
    """How what was there of a SKU came to its end, should there be none left."""

    there_days: int | None = None
    """Days from its first piece to the last that was taken or looked for; None where that was a sale."""
    sold_on: date | None = None
    """The day of its last sale, whatever came back of it."""


def ended(facts: Iterable[Fact], zone: ZoneInfo) -> Ended:
    """How a SKU ended, from its facts in order of happening."""
    came: Fact | None = None
    sold: Fact | None = None
    last: Fact | None = None
    for fact in facts:
        if came is None and fact.kind in (Kind.RECEIPT, Kind.COUNT) and fact.quantity > 0:
            came = fact
        if fact.kind is Kind.SALE:
            sold = fact
        if fact.kind in _ENDS:
            last = fact
    sold_on = _day(sold, zone) if sold else None
    if came is None or last is None or last.kind is Kind.SALE:
        return Ended(None, sold_on)
    return Ended((_day(last, zone) - _day(came, zone)).days, sold_on)


def last_piece_gone(end: Ended, today: date, policy: Policy) -> bool:
    """Whether what a SKU had is gone without a sale, and it was new or has sold within a year (docs/policy.md, Gone).

    A SKU that was long on the shelf and sold to nobody is not ordered again by itself.

    Args:
        end: of a SKU of which none is on hand.

    >>> from datetime import UTC, datetime, timedelta
    >>> start, london = datetime(2026, 6, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> came = Fact(start, Kind.RECEIPT, 6, "r")
    >>> def is_gone(*facts):
    ...     return last_piece_gone(ended([came, *facts], london), date(2026, 11, 24), Policy())
    >>> def gone(days, *more):
    ...     return is_gone(*more, Fact(start + timedelta(days=days), Kind.COUNT, 0, "c"))
    >>> gone(89), gone(90), gone(90, Fact(start, Kind.SALE, 1, "s"))
    (True, False, True)
    >>> is_gone(Fact(start, Kind.SALE, 6, "s"))  # it was sold
    False
    """
    if end.there_days is None:
        return False
    sold_lately = end.sold_on is not None and (today - end.sold_on).days <= policy.last_sale_days
    return end.there_days < policy.last_piece_days or sold_lately


def may_come_again(end: Ended, today: date, policy: Policy) -> bool:
    """Whether it is a question if such a SKU is to come again: it is gone, never sold, and is not ordered by itself.

    >>> may_come_again(Ended(120, None), date(2026, 11, 24), Policy())
    True
    >>> may_come_again(Ended(80, None), date(2026, 11, 24), Policy()), may_come_again(Ended(), date.max, Policy())
    (False, False)
    """
    return end.there_days is not None and end.sold_on is None and not last_piece_gone(end, today, policy)


def _day(fact: Fact, zone: ZoneInfo) -> date:
    return fact.happened.astimezone(zone).date()
