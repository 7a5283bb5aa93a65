"""What a SKU's received lots really did, and how much more or less to order for it. Nothing is ordered here.

A function of the ledger's facts and of the order lines that brought the lots: nothing is kept from one day to the next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil
from zlib import crc32
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy


@dataclass(frozen=True)
class Lot:
    """An order line that came in full, or of which no more is to come."""

    keys: frozenset[str]
    """The receipts that brought it, by the keys of their facts."""
    per_day: Fraction | None
    """Units a day that it was ordered for; None teaches nothing: pinned, edited, raised to a minimum, for a need."""


class Course(StrEnum):
    """How a lot went."""

    FAST = "fast"
    """Gone in under two thirds of the days it was meant to last."""
    AS_MEANT = "as_meant"
    SLOW = "slow"
    """Units were left after twice the days it was meant to last."""


@dataclass(frozen=True)
class Feedback:
    """How many times the usual quantity is ordered, and what the newest lot that says so did."""

    factor: Fraction = Fraction(1)
    last: Course | None = None
    last_days: int = 0
    """Days in which the newest lot was gone, or after which units of it were left."""


USUAL = Feedback()
"""No lot has taught anything yet."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What the lots taught by one day, and for how long that stands while nothing but sales happens."""

    told: Feedback = USUAL
    on: date = date.min
    """The day that it was read on."""
    grows: int = 0
    """Days that `told.last_days` is more with each day: of the newest lot that was too big units are still left."""
    changes_on: date | None = None
    """The day from which on another lot is too big, if nothing is sold; None where none is open."""
    left: int | None = None
    """Units left of the oldest receipt: a sale of fewer ends no lot. None where there is no matter, or none is left."""
    lots: int = 0
    """Of which lots: a digest."""

    def by(self, today: date) -> Feedback:
        """The feedback factor on a later day, before `changes_on`."""
        if not self.grows or today == self.on:
            return self.told
        return replace(self.told, last_days=self.told.last_days + self.grows * (today - self.on).days)


UNTAUGHT = Taught()
"""No lot can teach anything."""


def lots_digest(lots: Sequence[Lot]) -> int:
    """A number that tells lots apart; 0 where none can teach anything."""
    if not any(lot.per_day for lot in lots):
        return 0
    return crc32(repr([(sorted(lot.keys), lot.per_day) for lot in lots]).encode())


@dataclass(slots=True)
class _Layer:
    """What is left of one receipt: the oldest is sold first."""

    key: str
    units: int
    left: int
    began: date | None = None
    ended: date | None = None
    largest: int = 0
    """The most that one sale took of it."""


def feedback(lots: Sequence[Lot], facts: Iterable[Fact], today: date, zone: ZoneInfo, policy: Policy) -> Feedback:
    """The feedback factor (docs/policy.md, Feedback).

    A lot's clock starts when the units before it are gone. One that was emptied by a single sale of over 15 days'
    worth teaches nothing, and one of which units are left has not ended before twice its days.

    Args:
        lots: of one SKU at one site, oldest first.
        facts: its ledger, in order of happening.
        today: the site's day of T.

    >>> from datetime import UTC, datetime, timedelta
    >>> start, london = datetime(2026, 9, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London")
    >>> came = Fact(start, Kind.RECEIPT, 45, "r1")
    >>> sold = [Fact(start + timedelta(days=n), Kind.SALE, 2, f"s{n}") for n in range(23)]
    >>> lot = Lot(frozenset({"r1"}), Fraction(1))  # meant to last 45 days, gone in 22
    >>> feedback([lot], [came, *sold], date(2026, 11, 24), london, Policy())
    Feedback(factor=Fraction(5, 4), last=<Course.FAST: 'fast'>, last_days=22)
    >>> slow = [came, *sold[:4]]  # 37 of the 45 are left
    >>> feedback([lot], slow, date(2026, 11, 29), london, Policy()).factor  # 89 days on: nothing is said yet
    Fraction(1, 1)
    >>> feedback([lot], slow, date(2026, 11, 30), london, Policy()).factor
    Fraction(3, 4)
    """
    return taught(lots, facts, today, zone, policy).told


def taught(lots: Sequence[Lot], facts: Iterable[Fact], today: date, zone: ZoneInfo, policy: Policy) -> Taught:
    """The feedback factor, as `feedback` gives it, and until when it holds."""
    if not any(lot.per_day for lot in lots):
        return UNTAUGHT
    in_order = _layers(facts, zone)
    layers = {layer.key: layer for layer in in_order}
    told, grows = USUAL, 0
    changes: list[date] = []
    for lot in lots:
        parts = [layers[key] for key in sorted(lot.keys) if key in layers]
        course = _course(lot, parts, today, policy)
        still = sum(part.ended is None for part in parts)
        if course is not None:
            told, grows = Feedback(_moved(told.factor, course[0], policy), *course), still
        elif still and lot.per_day and all(part.began is not None for part in parts):
            days_left = _slow_days(lot.per_day, parts, policy) - _took_days(parts, today)
            changes.append(today + timedelta(days=ceil(days_left / still)))
    left = next((layer.left for layer in in_order if layer.ended is None), None)
    return Taught(told, today, grows, min(changes, default=None), left, lots_digest(lots))


def _course(lot: Lot, parts: Sequence[_Layer], today: date, policy: Policy) -> tuple[Course, int] | None:
    """How a lot went, and in how many days; None while that can't be said, or where it teaches nothing."""
    if not lot.per_day or not parts or any(part.began is None for part in parts):
        return None
    meant_days, took = _meant_days(lot.per_day, parts), _took_days(parts, today)
    if took >= _slow_days(lot.per_day, parts, policy):
        return Course.SLOW, took
    if any(part.ended is None for part in parts):
        return None
    if max(part.largest for part in parts) > lot.per_day * policy.one_off_days:
        return None
    fast = took < meant_days * Fraction(policy.feedback_fast_share).limit_denominator(100)
    return (Course.FAST if fast else Course.AS_MEANT), took


def _meant_days(per_day: Fraction, parts: Sequence[_Layer]) -> Fraction:
    """How long a lot was meant to last."""
    return sum(part.units for part in parts) / per_day


def _slow_days(per_day: Fraction, parts: Sequence[_Layer], policy: Policy) -> Fraction:
    """From how many days on a lot was too big."""
    return _meant_days(per_day, parts) * policy.feedback_slow_times


def _took_days(parts: Sequence[_Layer], today: date) -> int:
    """How long a lot has lasted so far.

    Parts that came with days between them have their own clocks: a day on which none was there counts in neither.
    """
    return sum(((part.ended or today) - part.began).days for part in parts if part.began is not None)


def _moved(factor: Fraction, course: Course, policy: Policy) -> Fraction:
    """The factor after one more lot.

    >>> [str(_moved(Fraction(5, 4), course, Policy())) for course in Course]
    ['25/16', '7/6', '15/16']
    >>> float(_moved(Fraction(4), Course.FAST, Policy())), float(_moved(Fraction(1, 4), Course.SLOW, Policy()))
    (4.0, 0.25)
    """
    match course:
        case Course.FAST:
            factor *= Fraction(policy.feedback_more)
        case Course.SLOW:
            factor *= Fraction(policy.feedback_less)
        case Course.AS_MEANT:
            factor += (1 - factor) / policy.feedback_back_lots
    return max(Fraction(policy.feedback_least), min(Fraction(policy.feedback_most), factor))


def _layers(facts: Iterable[Fact], zone: ZoneInfo) -> list[_Layer]:
    """Each receipt's units, sold oldest first: when they were the oldest, and when the last of them was gone."""
    layers: list[_Layer] = []
    oldest = 0
    for fact in facts:
        if fact.kind in (Kind.PICK, Kind.PUT, Kind.MISSED) or (fact.kind is Kind.COUNT and fact.place is not None):
            continue  # they move pieces between shelf and back
        if fact.is_settled:
            continue  # it found what the book knew, while pieces may have been on their way to the till
        day = fact.happened.astimezone(zone).date()
        gone, found, sale = 0, 0, fact.kind is Kind.SALE
        if fact.kind is Kind.RECEIPT:
            layers.append(_Layer(fact.key, fact.quantity, fact.quantity))
        elif fact.kind is Kind.COUNT:
            difference = fact.quantity - sum(layer.left for layer in layers[oldest:])
            gone, found = max(0, -difference), max(0, difference)
        elif sale:
            gone = fact.quantity
        else:
            gone, found = max(0, -fact.quantity), max(0, fact.quantity)
        if found and oldest < len(layers):
            layers[oldest].left += found
        elif found:
            layers.append(_Layer(fact.key, found, found))
        while gone and oldest < len(layers):
            layer = layers[oldest]
            taken = min(gone, layer.left)
            layer.left -= taken
            gone -= taken
            layer.largest = max(layer.largest, taken if sale else 0)
            if layer.left:
                break
            layer.began, layer.ended = layer.began or day, day
            oldest += 1
        if oldest < len(layers) and layers[oldest].began is None:
            layers[oldest].began = day
    return layers
