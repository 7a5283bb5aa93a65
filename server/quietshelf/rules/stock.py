"""One SKU's stock by the site's day: on hand at the close, and the share of each day in stock. What sold is velocity's.

The book's own steps (ledger.course) are read here, so book and stock never differ.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

from quietshelf.rules.course import Step
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """The days of one site that count: from its first known sale to the day of T, but for those it was closed."""

    zone: ZoneInfo
    known_until: datetime
    """T: sales are known until then, and no day counts beyond it."""
    first: date | None
    """The day of the site's first known sale; None before it."""
    closed: tuple[date, ...] = ()
    """In order."""

    @classmethod
    def of(cls, zone: ZoneInfo, known_until: datetime, sold_on: Collection[date], policy: Policy) -> "Calendar":
        """The calendar of a site that sold anything on `sold_on`."""
        return cls.of_runs(zone, known_until, [(day, day) for day in sorted(sold_on)], policy)

    @classmethod
    def of_runs(
        cls, zone: ZoneInfo, known_until: datetime, runs: Sequence[tuple[date, date]], policy: Policy
    ) -> "Calendar":
        """The same of a site of which it is known from when to when it sold, in order: within a run it was open."""
        last = known_until.astimezone(zone).date()
        begun = [run for run in runs if run[0] <= last]
        return cls(zone, known_until, begun[0][0] if begun else None, _closed_between(begun, last, policy))

    @cached_property
    def last(self) -> date:
        """The day of T."""
        return self.day_of(self.known_until)

    def day_of(self, at: datetime) -> date:
        """The site's day of an instant."""
        return at.astimezone(self.zone).date()

    def counts(self, day: date) -> bool:
        """Whether a day counts."""
        return self.count(day, day) == 1

    def count(self, first: date, last: date) -> int:
        """How many days count of those from `first` to `last`, both included."""
        if self.first is None:
            return 0
        # this is asked ten times a decision: plain comparisons take half as long as max and min
        first = first if first > self.first else self.first
        last = last if last < self.last else self.last
        if first > last:
            return 0
        days = (last - first).days + 1
        return days - bisect_right(self.closed, last) + bisect_left(self.closed, first) if self.closed else days


def closed_days(sold_on: Collection[date], last: date, policy: Policy) -> tuple[date, ...]:
    """The days on which a site was closed: runs on which the whole of it sold nothing (docs/policy.md, Velocity).

    A shorter run is the week's own rhythm, a Sunday or a quiet Monday: velocity is for each day of the calendar, as
    lead times are, so these days count.

    Args:
        sold_on: the days on which the site sold anything.
        last: the day of T; a run that lasts to it counts as it stands.

    >>> december = [date(2026, 12, day) for day in (19, 21, 22, 23, 28, 29)]  # closed on the 20th, a Sunday
    >>> [day.day for day in closed_days(december, date(2026, 12, 29), Policy())]
    [24, 25, 26, 27]
    """
    return _closed_between([(day, day) for day in sorted(sold_on) if day <= last], last, policy)


def _closed_between(runs: Sequence[tuple[date, date]], last: date, policy: Policy) -> tuple[date, ...]:
    """The days on which a site was closed that was open from the first to the last day of each of `runs`."""
    closed: list[date] = []
    for (_, before), (after, _) in pairwise([*runs, (last + DAY, last + DAY)]):
        run = (after - before).days - 1
        if run >= policy.closed_run_days:
            closed += [before + DAY * n for n in range(1, run + 1)]
    return tuple(closed)


@dataclass(frozen=True)
class StockDay:
    """One SKU on one day of its site."""

    on_hand: int | None
    """At the close, never below 0; None while nothing was counted or received."""
    in_stock: Fraction
    """The share of the calendar day on which there was any: a site's hours are not known. Of the day of T, until T."""


@dataclass(frozen=True)
class Stock:
    """What was on hand of one SKU, when; days that do not count are left out of everything."""

    calendar: Calendar
    since: date | None
    """The first day on which a piece of it was here; before that it was not there yet, which is not out of stock."""
    out: tuple[tuple[datetime, datetime], ...]
    """From when to when none was there, in order, within T."""
    steps: Sequence[Step]

    def days(self, first: date, last: date) -> dict[date, StockDay]:
        """Each day that counts, from the first on which it was here."""
        if self.since is None:
            return {}
        first = max(first, self.since)
        days = (first + DAY * n for n in range((last - first).days + 1))
        return {
            day: StockDay(self.at_close(day), Fraction(self.in_stock(day, day)))
            for day in days
            if self.calendar.counts(day)
        }

    def at_close(self, day: date) -> int | None:
        """Units on hand at the end of a day."""
        end = min(_midnight(self.calendar.zone, day + DAY), self.calendar.known_until)
        before = bisect_right(self.steps, end, key=lambda step: step.at)
        if not before or not self.steps[before - 1].known:
            return None
        return max(0, self.steps[before - 1].on_hand)

    def in_stock(self, first: date, last: date) -> int | Fraction:
        """For how many of the days from `first` to `last` it was in stock, parts of days included."""
        if self.since is None:
            return 0
        first = max(first, self.since)
        days: int | Fraction = self.calendar.count(first, last)
        for begun, ended in reversed(self.out):
            from_day, to_day = self.calendar.day_of(begun), self.calendar.day_of(ended)
            if to_day < first:
                break
            for day in {from_day, to_day}:
                if first <= day <= last and self.calendar.counts(day):
                    days -= self._share(begun, ended, day)
            days -= self.calendar.count(max(first, from_day + DAY), min(last, to_day - DAY))
        return days

    def back_to(self, first: date, last: date, days: int) -> date:
        """The latest day, `first` or earlier, since which it was in stock for `days` days; its first day if none."""
        while self.since is not None and first > self.since:
            missing = days - self.in_stock(first, last)
            if missing <= 0:
                break
            first -= DAY * ceil(missing)
        return first if self.since is None else max(first, min(self.since, last))

    def ran_out_on(self, first: date, last: date) -> date | None:
        """The day before `first` on which it ran out, where it has been out on all days from then to `last`."""
        if not self.out or not self.calendar.count(first, last):
            return None
        begun, ended = self.out[-1]
        ran_out = self.calendar.day_of(begun)
        return ran_out if ran_out < first and ended >= self.calendar.known_until else None

    def _share(self, begun: datetime, ended: datetime, day: date) -> Fraction:
        """The share of a day that lies between two instants."""
        start = _midnight(self.calendar.zone, day)
        end = min(_midnight(self.calendar.zone, day + DAY), self.calendar.known_until)
        if end <= start:
            return Fraction(1)  # T is this midnight
        within = max(timedelta(0), min(ended, end) - max(begun, start))
        return Fraction(within // timedelta(seconds=1), (end - start) // timedelta(seconds=1) or 1)


@dataclass(frozen=True)
class Window:
    """The days that velocity is read over."""

    first: date
    last: date
    in_stock: int | Fraction
    """For how many of them it was in stock."""
    ran_out_on: date | None = None
    """The day on which it ran out, where it has been out for all of velocity's days: the window ends with it."""


def window_of(stock: Stock, policy: Policy) -> Window:
    """The days to read velocity over: the last 60 (docs/policy.md, Velocity).

    Where it has been out for all of them they are the 60 up to the day on which it ran out. Where it was in stock for
    less than 30 of them the window begins earlier, so far that it was: an empty shelf says nothing about demand.
    """
    length = DAY * (policy.velocity_days - 1)
    last = stock.calendar.last
    ran_out_on = stock.ran_out_on(last - length, last)
    if ran_out_on is not None:
        last = ran_out_on
    first = stock.back_to(last - length, last, policy.in_stock_at_least_days)
    return Window(first, last, stock.in_stock(first, last), ran_out_on)


def stock_of(facts: Sequence[Fact], steps: Sequence[Step], calendar: Calendar) -> Stock:
    """The stock of one SKU day by day.

    A count of none before anything else says that it was not there yet. Where nothing was ever counted or received, or
    before it was, the SKU counts as in stock: that it was out must be known. What is sold or taken while the book says
    that none is left was there until then.

    Args:
        facts: one SKU's facts at one site.
        steps: of their book (ledger.course).

    >>> from quietshelf.rules.ledger import course
    >>> def fact(day, hour, kind, quantity):
    ...     return Fact(datetime(2026, 11, day, hour, tzinfo=UTC), kind, quantity, f"{day}{hour}{kind}")
    >>> facts = [fact(3, 9, Kind.RECEIPT, 2), fact(5, 6, Kind.SALE, 2), fact(7, 12, Kind.RECEIPT, 12)]
    >>> until = datetime(2026, 11, 8, 18, tzinfo=UTC)
    >>> here = Calendar(ZoneInfo("Europe/London"), until, date(2026, 11, 1))
    >>> stock = stock_of(facts, course(facts, until, Policy()).steps, here)
    >>> for day, said in stock.days(date(2026, 11, 1), date(2026, 11, 8)).items():
    ...     print(day.day, said.on_hand, said.in_stock)
    3 2 1
    4 2 1
    5 0 1/4
    6 0 0
    7 12 1/2
    8 12 1
    """
    presence = presence_of(facts, steps)
    return replace(presence.stock(calendar), steps=steps)


@dataclass(frozen=True, slots=True)
class Presence:
    """When a SKU was here and when it was out, by its facts alone: no T, and no day that counts or does not."""

    here: datetime | None = None
    """The first sign of a piece of it."""
    out: tuple[tuple[datetime, datetime], ...] = ()
    """From when to when none was there, in order."""
    out_since: datetime | None = None
    """Since when none is there now."""

    def stock(self, calendar: Calendar) -> Stock:
        """The stock by the site's days, within T; without its steps."""
        if self.here is None:
            return Stock(calendar, None, (), ())
        until = calendar.known_until
        spans = self.out if self.out_since is None else (*self.out, (self.out_since, until))
        within = tuple((begun, min(ended, until)) for begun, ended in spans if begun < min(ended, until))
        return Stock(calendar, calendar.day_of(self.here), within, ())

    def after(self, at: datetime, on_hand: int) -> "Presence":
        """The same once something was sold at an instant later than all else, and so many were left.

        What is sold while the book says that none is left was there until then.
        """
        out_since = at if on_hand <= 0 else None
        if self.out_since is None or on_hand <= 0:
            return Presence(self.here or at, self.out, out_since)
        return Presence(self.here or at, (*self.out, (self.out_since, at)), None)


def presence_of(facts: Sequence[Fact], steps: Sequence[Step]) -> Presence:
    """When one SKU was here and when it was out (see `stock_of`)."""
    shows = [fact.happened for fact in facts if fact.kind is not Kind.COUNT or fact.quantity]
    if not shows:
        return Presence()
    here = min(shows)
    spans: list[tuple[datetime, datetime]] = []
    since: datetime | None = None
    for step in steps:
        if not step.known or step.at < here:
            continue
        if since is not None and (step.on_hand > 0 or step.there):
            if step.on_hand > 0:
                spans.append((since, step.at))
            since = None
        if since is None and step.on_hand <= 0:
            since = step.at
    return Presence(here, tuple(spans), since)


@lru_cache(maxsize=4096)
def _midnight(zone: ZoneInfo, day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
