"""When a SKU's new orders move to another supplier, and when that waits for a manager's yes.

Pure, as all rules; how well suppliers deliver is told by `suppliers`, who is chosen now by the store.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import comb

from quietshelf.rules.leadtimes import LeadTime
from quietshelf.rules.policy import Policy
from quietshelf.rules.suppliers import LineRecord, Scorecard, judge


@dataclass(frozen=True)
class Seller:
    """One supplier that sells a SKU."""

    supplier_id: int
    name: str
    cost_minor: int | None
    """Of one unit; None where it is unknown, or in another currency."""
    lead: LeadTime
    card: Scorecard | None
    """None where it has delivered nothing: neither good nor bad."""
    far_late: int
    """Of its last 10 deliveries, those over 15 days late."""
    late_line: "LateLine | None" = None
    """Its worst line of this SKU that is, or came, over 15 days late within 90 days."""


@dataclass(frozen=True)
class LateLine:
    """A line far past its promise."""

    number: str
    days: int
    is_open: bool


class Why(StrEnum):
    """Why a SKU's orders are better sent elsewhere."""

    LATE_LINE = "late_line"
    LATE_DELIVERIES = "late_deliveries"
    OTIF = "otif"
    TRIAL = "trial"
    """Ninety days are over: one order goes back, to see."""


@dataclass(frozen=True)
class Shift:
    """A SKU's new orders are to go to another supplier."""

    to: Seller
    why: Why
    by_itself: bool
    """Whether it is done, or waits for a manager's yes."""
    slower: bool
    """Its late lead time is longer."""
    extra_minor: int | None
    """What it costs more over 90 days; None where a cost is unknown."""
    lost_minor: int
    """What the lateness lost in the last 90 days."""


def worst_late_line(lines: Iterable[LineRecord], today: date, policy: Policy) -> LateLine | None:
    """A SKU's line over 15 days late that is open, or came within the last 90 days: the latest of them.

    >>> from datetime import date
    >>> from quietshelf.rules.suppliers import Part
    >>> still = LineRecord("PO-2031", 24, date(2026, 11, 6))
    >>> worst_late_line([still], date(2026, 11, 21), Policy()) is None
    True
    >>> worst_late_line([still], date(2026, 11, 25), Policy())
    LateLine(number='PO-2031', days=19, is_open=True)
    """
    found = []
    for line in lines:
        parts = [part.on for part in line.parts if part.on <= today]
        closed = line.closed_on is not None and line.closed_on <= today
        is_open = not closed and sum(part.received for part in line.parts if part.on <= today) < line.ordered
        if not is_open and (not parts or (today - max(parts)).days > policy.shift_days):
            continue
        late = ((today if is_open else max(parts)) - line.promised_on).days
        if late > policy.overdue_days:
            found.append(LateLine(line.number, late, is_open))
    return max(found, key=lambda late: (late.days, late.number), default=None)


def days_late(lines: Iterable[LineRecord], today: date, policy: Policy) -> set[date]:
    """The last 90 days on which something was past its promise and had not come in full.

    >>> from datetime import date
    >>> from quietshelf.rules.suppliers import Part
    >>> line = LineRecord("PO-1", 5, date(2026, 11, 6), (Part(date(2026, 11, 9), 5, 5),))
    >>> sorted(day.day for day in days_late([line], date(2026, 11, 24), Policy()))
    [7, 8]
    """
    first = today - timedelta(days=policy.shift_days - 1)
    late: set[date] = set()
    for line in lines:
        judged = judge(line, today, policy)
        closed = line.closed_on is not None and line.closed_on <= today
        came = judged is not None and (judged.in_full or closed)
        until = judged.on if judged is not None and came else today + timedelta(days=1)
        if closed and judged is None:
            continue  # closed before anything came: it was awaited no longer
        begin = max(first, line.promised_on + timedelta(days=1))
        late |= {begin + timedelta(days=n) for n in range((until - begin).days)}
    return late


def not_by_chance(now: Scorecard, other: Scorecard, policy: Policy) -> bool:
    """Whether a supplier's deliveries are worse than another's by more than chance (Fisher's exact test, one side).

    Deliveries are compared, not lines: the lines of one truck are late together.

    >>> def card(good, deliveries):
    ...     return Scorecard(deliveries, good, deliveries, good, good / deliveries, 1.0, 1.0, 1.0)
    >>> not_by_chance(card(4, 10), card(9, 10), Policy()), not_by_chance(card(7, 10), card(9, 10), Policy())
    (True, False)
    """
    if min(now.deliveries, other.deliveries) < policy.shift_enough_deliveries:
        return False
    return _fisher(now.good_deliveries, now.deliveries, other.good_deliveries, other.deliveries) < Fraction(
        str(policy.shift_chance)
    )


def shift(now: Seller, others: Sequence[Seller], per_day: Fraction, lost_minor: int, policy: Policy) -> Shift | None:
    """Where a SKU's new orders are to go instead, and whether by itself (docs/policy.md, Suppliers).

    Args:
        others: all who sell it beside `now`.
        per_day: the SKU's velocity.
        lost_minor: throughput that the lateness of `now` lost in the last 90 days on this SKU.

    >>> calder = Seller(1, "Calder", 620, LeadTime(Fraction(14), Fraction(21), 9), None, 0, LateLine("PO-1", 19, True))
    >>> tern = Seller(2, "Tern", 650, LeadTime(Fraction(9), Fraction(14), 0), None, 0)
    >>> moved = shift(calder, [tern], Fraction(1), 5000, Policy())
    >>> moved.to.name, moved.why.value, moved.by_itself, moved.extra_minor
    ('Tern', 'late_line', True, 2700)
    >>> shift(calder, [tern], Fraction(1), 2000, Policy()).by_itself  # dearer than the lateness was
    False
    """
    sound = [other for other in others if other.late_line is None and other.far_late < policy.shift_late_deliveries]
    why: Why | None = None
    if now.late_line is not None:
        why = Why.LATE_LINE
    elif now.far_late >= policy.shift_late_deliveries:
        why = Why.LATE_DELIVERIES
    if why is None:
        sound = [other for other in sound if _clearly_better(other, now, policy)]
        why = Why.OTIF
    if not sound:
        return None
    best = min(sound, key=lambda other: (*_rank(other, sound), other.supplier_id))
    extra = None
    if best.cost_minor is not None and now.cost_minor is not None:
        extra = round((best.cost_minor - now.cost_minor) * per_day * policy.shift_days)
    slower = best.lead.late_days > now.lead.late_days
    worth_it = extra is not None and (extra <= 0 or extra < lost_minor)
    return Shift(best, why, not slower and worth_it, slower, extra, lost_minor)


def trial_is_due(moved_on: date, last_trial_on: date | None, today: date, policy: Policy) -> bool:
    """Whether one order back to the supplier that a SKU was moved from is proposed: 90 days after, and again.

    >>> from datetime import date
    >>> trial_is_due(date(2026, 8, 26), None, date(2026, 11, 24), Policy())
    True
    >>> trial_is_due(date(2026, 8, 26), date(2026, 11, 1), date(2026, 11, 24), Policy())
    False
    """
    return (today - (last_trial_on or moved_on)).days >= policy.shift_days


def _clearly_better(other: Seller, now: Seller, policy: Policy) -> bool:
    if other.card is None or now.card is None:
        return False
    gap = other.card.otif - now.card.otif
    return gap >= policy.shift_gap and not_by_chance(now.card, other.card, policy)


def _rank(seller: Seller, among: Sequence[Seller]) -> tuple[float, Fraction, int, int]:
    """Best first: most often on time and in full, then fastest when late, then cheapest; no score is a usual one."""
    known = [other.card.otif for other in among if other.card]
    usual = sum(known) / len(known) if known else 0.0
    dear = seller.cost_minor
    return (
        -(seller.card.otif if seller.card else usual),
        seller.lead.late_days,
        int(dear is None),
        dear or 0,
    )


def _fisher(good: int, of: int, other_good: int, of_other: int) -> Fraction:
    """The chance of at most `good` good ones among `of`, were both alike."""
    all_good = good + other_good
    least = max(0, all_good - of_other)
    ways = sum(comb(of, k) * comb(of_other, all_good - k) for k in range(least, good + 1))
    return Fraction(ways, comb(of + of_other, all_good))
