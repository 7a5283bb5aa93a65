"""What a person's count of an item changed, and what must be asked of it. Pure functions of the item's facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.ledger import course
from quietshelf.rules.policy import Policy

ASKED = (Kind.SALE, Kind.RETURN, Kind.RECEIPT)
"""Kinds of facts that a file may date by the day alone."""
BOOKED_IN = "receipt:"
"""How the key of goods begins that a person booked in on an order's page."""


@dataclass(frozen=True)
class Found:
    """A count of the whole site, beside what the book showed at its instant."""

    found: int
    book: int | None
    """What could be found by the book, baskets left out; None where nothing had been counted or received."""

    @property
    def more(self) -> int:
        """Pieces found beyond the book; below 0 some are missing."""
        return 0 if self.book is None else self.found - self.book


def found_by(count: Fact, facts: Iterable[Fact], known_until: datetime, policy: Policy) -> Found:
    """What a count of the whole site found beside the book, as all facts known now tell.

    A sale before the count that was learnt after it is no difference; a basket on its way to the till is none either.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> def fact(hours, kind, quantity):
    ...     return Fact(noon + timedelta(hours=hours), kind, quantity, f"{hours}{kind}")
    >>> count = fact(0, Kind.COUNT, 6)
    >>> before, after = [fact(-9, Kind.COUNT, 12), fact(-1, Kind.SALE, 3)], fact(1, Kind.SALE, 2)
    >>> found_by(count, [*before, count, after], noon, Policy())
    Found(found=6, book=9)
    >>> found_by(count, [count], noon, Policy())
    Found(found=6, book=None)
    """
    others = [fact for fact in facts if fact.key != count.key]
    before = [step for step in course(others, known_until, policy).steps if step.at <= count.happened]
    known = bool(before) and before[-1].known
    return Found(count.quantity, max(0, before[-1].on_hand) if known else None)


def undated(count: Fact, facts: Iterable[Fact], zone: ZoneInfo) -> dict[Kind, list[Fact]]:
    """What happened on the day of a count at a time that nobody told, by kind: was it before the count, or after?

    Files that date by the day alone are booked at its beginning, so they stand before the count until somebody says.
    Goods that a person booked in later on that day stand at that instant, after the count: they may have been in it.

    >>> from datetime import UTC
    >>> count = Fact(datetime(2026, 11, 24, 9, tzinfo=UTC), Kind.COUNT, 6, "count")
    >>> sale = Fact(datetime(2026, 11, 24, tzinfo=UTC), Kind.SALE, 2, "of that day")
    >>> timed = Fact(datetime(2026, 11, 24, 8, tzinfo=UTC), Kind.SALE, 2, "timed")
    >>> [fact.key for fact in undated(count, [sale, timed], ZoneInfo("UTC"))[Kind.SALE]]
    ['of that day']
    >>> came = [Fact(datetime(2026, 11, day, 16, tzinfo=UTC), Kind.RECEIPT, 24, f"receipt:{day}") for day in (24, 25)]
    >>> [fact.key for fact in undated(count, came, ZoneInfo("UTC"))[Kind.RECEIPT]]
    ['receipt:24']
    """
    day = count.happened.astimezone(zone).date()
    began = datetime.combine(day, time(), zone)
    said = beside(count, before=False)
    found: dict[Kind, list[Fact]] = {}
    for fact in facts:
        of_the_day = fact.kind in ASKED and fact.happened == began < count.happened
        typed_in = fact.key.startswith(BOOKED_IN) and fact.happened.astimezone(zone).date() == day
        if of_the_day or (typed_in and count.happened < fact.happened != said):
            found.setdefault(fact.kind, []).append(fact)
    return found


def beside(count: Fact, *, before: bool) -> datetime:
    """When something happened of which a person said only that it was before a count, or after it."""
    return count.happened + timedelta(seconds=-1 if before else 1)
