"""The one number that tells whether a constraint gets better, with the standard error that says whether it has.

A number is taken over some days of what happened; which constraint it belongs to is decided in constraint.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import sqrt

from quietshelf.rules.lives import Day, OrderLife, SkuLife
from quietshelf.rules.policy import Policy

YEAR_DAYS = 365


@dataclass(frozen=True)
class Share:
    """So many of so many: order lines, looks."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None of none.

        >>> Share(9, 12).value, Share(0, 0).value
        (0.75, None)
        """
        return self.hits / self.of if self.of else None

    @property
    def error(self) -> float:
        """Standard error, with one hit and one miss more than seen: 3 of 3 is not certainty."""
        share = (self.hits + 1) / (self.of + 2)
        return sqrt(share * (1 - share) / max(1, self.of))


@dataclass(frozen=True)
class Ratio:
    """A sum over a sum, each SKU's part kept: error of units sold, stock turned, days in stock."""

    parts: Mapping[str, tuple[float, float]]
    """By SKU: its share of the upper sum, and of the lower."""

    @property
    def value(self) -> float | None:
        """Upper sum over lower sum; None where the lower is 0.

        >>> Ratio({"TEA": (3, 10), "POT": (2, 10)}).value
        0.25
        """
        below = sum(lower for _, lower in self.parts.values())
        return sum(upper for upper, _ in self.parts.values()) / below if below else None

    def residuals(self) -> dict[str, float]:
        """How far each SKU pulls the ratio from its value; they add up to 0."""
        value, below = self.value, sum(lower for _, lower in self.parts.values())
        if value is None:
            return {}
        return {sku: (upper - value * lower) / below for sku, (upper, lower) in self.parts.items()}


class Course(StrEnum):
    """Whether a number got better since the days before, beyond two standard errors."""

    BETTER = "better"
    WORSE = "worse"
    AS_BEFORE = "about as before"
    UNTOLD = "untold"
    """One of the two periods has nothing to count."""


@dataclass(frozen=True)
class Number:
    """A number of these days beside the same of the days before."""

    now: float | None
    before: float | None
    error: float
    """Standard error of their difference."""
    course: Course


def compared(now: Share | Ratio, before: Share | Ratio, more_is_better: bool, policy: Policy) -> Number:
    """A number beside its last one. The same SKUs are compared with themselves; order lines and looks are others.

    >>> compared(Share(45, 50), Share(28, 50), True, Policy()).course
    <Course.BETTER: 'better'>
    >>> compared(Share(9, 10), Share(8, 10), True, Policy()).course
    <Course.AS_BEFORE: 'about as before'>
    >>> some = Ratio({"TEA": (30, 100), "POT": (10, 20), "CUP": (5, 30)})
    >>> compared(some, some, False, Policy()).error
    0.0
    """
    if now.value is None or before.value is None:
        return Number(now.value, before.value, 0.0, Course.UNTOLD)
    error = _error_of_difference(now, before)
    gain = (now.value - before.value) * (1 if more_is_better else -1)
    if abs(gain) <= policy.beyond_errors * error:
        course = Course.AS_BEFORE
    else:
        course = Course.BETTER if gain > 0 else Course.WORSE
    return Number(now.value, before.value, error, course)


def _error_of_difference(now: Share | Ratio, before: Share | Ratio) -> float:
    """Of two ratios over the same SKUs, from each SKU's own change; of two shares, as of independent samples."""
    if isinstance(now, Share) and isinstance(before, Share):
        return sqrt(now.error**2 + before.error**2)
    if not (isinstance(now, Ratio) and isinstance(before, Ratio)):
        raise TypeError("a share can't be compared with a ratio")
    late, early = now.residuals(), before.residuals()
    changes = [late.get(sku, 0.0) - early.get(sku, 0.0) for sku in {*late, *early}]
    n = len(changes)
    return sqrt(sum(change**2 for change in changes) * n / (n - 1)) if n > 1 else 0.0


def _within(days: Sequence[Day], since: date, until: date) -> list[Day]:
    return [day for day in days if since <= day.day <= until]


def on_time_in_full(orders: Iterable[OrderLife], since: date, until: date, policy: Policy) -> Share:
    """OTIF: of the order lines that became due, the share whose every piece was accepted within 2 days of the promise.

    >>> from quietshelf.rules.lives import Receipt
    >>> sent = date(2026, 11, 2)
    >>> def line(*receipts): return OrderLife("PO-1", sent, 40, 9, sent, 40, receipts)
    >>> halves = line(Receipt(date(2026, 11, 10), 25), Receipt(date(2026, 11, 13), 15))
    >>> short, late = line(Receipt(date(2026, 11, 10), 39)), line(Receipt(date(2026, 11, 14), 40))
    >>> on_time_in_full([halves, short, late], sent, date(2026, 11, 30), Policy())
    Share(hits=1, of=3)
    """
    hits = of = 0
    for order in orders:
        if order.promised_on is None:
            continue
        due = order.promised_on + timedelta(days=policy.on_time_days)
        if since <= due <= until:
            of += 1
            hits += order.received_by(due) >= order.sent_units
    return Share(hits, of)


def sent_as_ruled(lives: Iterable[SkuLife], since: date, until: date, policy: Policy) -> Share:
    """Of the drafted lines on which the time for a decision ended, the share sent unaltered within 2 open days.

    A line that still waits beyond that counts as one that was not.

    >>> days = tuple(Day(date(2026, 11, n), 9, 9, 1, 1.0, 5.0) for n in range(2, 12))
    >>> quick = OrderLife("PO-1", date(2026, 11, 2), 40, 9, date(2026, 11, 4), 40)
    >>> waits = OrderLife("PO-2", date(2026, 11, 5), 40, 9)
    >>> sent_as_ruled([SkuLife("TEA", 500, 300, days, (quick, waits))], date(2026, 11, 2), date(2026, 11, 11), Policy())
    Share(hits=1, of=2)
    """
    hits = of = 0
    for life in lives:
        open_days = [day.day for day in life.days if day.open]
        for order in life.orders:
            after = [day for day in open_days if day > order.drafted_on]
            if len(after) < policy.decided_within_days:
                continue  # its time for a decision is not over
            by = after[policy.decided_within_days - 1]
            if since <= by <= until:
                of += 1
                hits += order.sent_on is not None and order.sent_on <= by and order.sent_units == order.ruled_units
    return Share(hits, of)


def looks_that_agreed(lives: Iterable[SkuLife], since: date, until: date) -> Share:
    """Of the looks of these days, the share that found what the book showed."""
    looks = [look for life in lives for look in life.looks if since <= look.on <= until]
    return Share(sum(look.agreed for look in looks), len(looks))


def velocity_error(lives: Iterable[SkuLife], since: date, until: date) -> Ratio:
    """WAPE: how far velocity, as known when the days began, was from what then sold in stock, over what sold.

    >>> days = tuple(Day(date(2026, 11, n), 9, 9, 3, 2.0, 5.0) for n in range(1, 31))
    >>> velocity_error([SkuLife("TEA", 500, 300, days)], date(2026, 11, 1), date(2026, 11, 30)).parts
    {'TEA': (30.0, 90)}
    """
    parts = {}
    for life in lives:
        days = [day for day in _within(life.days, since, until) if day.open]
        if days:
            sold = sum(day.sold for day in days)
            expected = days[0].per_day * sum(1 - day.out for day in days)
            parts[life.sku] = (abs(expected - sold), sold)
    return Ratio(parts)


def turns(lives: Iterable[SkuLife], since: date, until: date) -> Ratio:
    """Inventory turns: annualised cost of goods sold / average stock at cost.

    >>> days = tuple(Day(date(2026, 11, n), 60, 60, 1, 1.0, 5.0) for n in range(1, 31))
    >>> round(turns([SkuLife("TEA", 500, 300, days)], date(2026, 11, 1), date(2026, 11, 30)).value, 2)
    6.08
    """
    parts = {}
    for life in lives:
        days = _within(life.days, since, until)
        if days:
            sold = sum(day.sold + day.for_needs for day in days) * YEAR_DAYS / len(days)
            stock = sum(day.stock for day in days) / len(days)
            parts[life.sku] = (sold * life.cost_minor, stock * life.cost_minor)
    return Ratio(parts)


def in_stock(lives: Iterable[SkuLife], top: AbstractSet[str], since: date, until: date) -> Ratio:
    """Share of the open days on which the top 20% were in stock.

    >>> days = tuple(Day(date(2026, 11, n), 9, 9, 1, 1.0, 5.0, out=float(n < 4)) for n in range(1, 31))
    >>> in_stock([SkuLife("TEA", 500, 300, days)], {"TEA"}, date(2026, 11, 1), date(2026, 11, 30)).value
    0.9
    """
    parts: dict[str, tuple[float, float]] = {}
    for life in lives:
        days = [day for day in _within(life.days, since, until) if day.open]
        if life.sku in top and days:
            parts[life.sku] = (sum(1 - day.out for day in days), len(days))
    return Ratio(parts)
