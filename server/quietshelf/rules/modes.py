"""The modes, one at a time, that a manager turns on against the constraint: what each changes, when it is proposed.

Which lines a budget pays for is decided in budget.py; which drafts may send themselves in itself.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from math import exp, floor, lgamma, log
from typing import Any

from quietshelf.rules.causes import Cause
from quietshelf.rules.constraint import Named
from quietshelf.rules.leadtimes import LeadTime
from quietshelf.rules.numbers import YEAR_DAYS
from quietshelf.rules.ordering import Proposal, Terms, rounded
from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import Velocity


@dataclass(frozen=True, slots=True)
class Recent:
    """What one SKU sold lately, for the demand mode. Sales are counted, not their units: one buyer's bulk is one."""

    sales: int
    """Separate sales in the last 14 days."""
    units: int
    """Units sold in them, returns taken back."""
    days: Fraction
    """For how long it was in stock in them."""
    usual_sales: int
    """Separate sales in velocity's 60 days, those of the last 14 included."""
    usual_days: Fraction
    """For how long it was in stock in them."""


@dataclass(frozen=True, slots=True)
class InMode:
    """What the mode that is on means for one SKU."""

    mode: Cause
    missed: bool = False
    """Supply: its supplier missed."""
    recent: Recent | None = None
    """Demand: what it sold lately."""
    cycle_days: Fraction | None = None
    """Capital: days in which money that is put into stock is to come back."""

    @property
    def guards(self) -> bool:
        """Whether more of it is held, as its supplier can't be relied on."""
        return self.mode is Cause.SUPPLY and self.missed


# supply -----------------------------------------------------------------------------------------


def missed(otif: float | None, delays: Sequence[int], policy: Policy) -> bool:
    """Whether a supplier missed (docs/policy.md, Modes): too seldom on time and in full, or far too late of late.

    Args:
        otif: its scorecard's share of lines on time and in full; None where nothing has come.
        delays: days past its promise of each past delivery, the newest last.

    >>> missed(0.95, [0, 1], Policy()), missed(0.89, [0, 1], Policy()), missed(None, [], Policy())
    (False, True, False)
    >>> missed(0.95, [16, 0, 0], Policy()), missed(0.95, [16, 0, 0, 0, 0, 0], Policy())  # far too late, of the last 5
    (True, False)
    """
    if otif is not None and otif < policy.missed_otif:
        return True
    return any(days > policy.overdue_days for days in delays[-policy.missed_deliveries :])


@lru_cache(maxsize=16)
def guarded(policy: Policy) -> Policy:
    """The policy for a SKU whose supplier missed: the buffer is the whole late lead time.

    >>> guarded(Policy()).buffer_share
    1.0
    """
    return replace(policy, buffer_share=max(1.0, policy.buffer_share))


def late_for_red(lead: LeadTime) -> LeadTime:
    """The lead time that Red counts with for such a SKU: the late one.

    >>> late_for_red(LeadTime(Fraction(9), Fraction(14), 20)).typical_days
    Fraction(14, 1)
    """
    return replace(lead, typical_days=max(lead.typical_days, lead.late_days))


# demand -----------------------------------------------------------------------------------------


def chance_of_more(seen: int, expected: float) -> float:
    """How often chance alone brings `seen` or more of what comes `expected` times on average (Poisson's upper tail).

    >>> round(chance_of_more(9, 2.5), 5), chance_of_more(0, 2.5), round(chance_of_more(2000, 1800.0), 7)
    (0.00114, 1.0, 1.9e-06)
    """
    if seen <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    if seen <= expected:
        return 1.0  # not more than expected: nothing to test
    term = exp(seen * log(expected) - expected - lgamma(seen + 1))
    total, k = 0.0, seen
    while term > total * 1e-12:
        total += term
        k += 1
        term *= expected / k
    return min(1.0, total)


def raised(speed: Velocity, recent: Recent | None, policy: Policy) -> Velocity:
    """Velocity by the last 14 days where it is higher, at most twice, and where chance can't be why.

    The number of separate sales in those days is held against the rate of the 60 (docs/policy.md, Modes).

    >>> slow = Velocity(60, Fraction(60), Fraction(60))
    >>> def fortnight(sales, units): return Recent(sales, units, Fraction(14), 60, Fraction(60))
    >>> raised(slow, fortnight(29, 25), Policy()).per_day, raised(slow, fortnight(40, 90), Policy()).per_day
    (Fraction(25, 14), Fraction(2, 1))
    >>> raised(slow, fortnight(14, 90), Policy()) is slow  # one buyer of many pieces is no change of pace
    True
    """
    if recent is None or not recent.usual_sales or not speed.units:
        return speed
    days = max(recent.usual_days, Fraction(policy.in_stock_at_least_days))
    expected = float(recent.usual_sales / days * recent.days)
    if chance_of_more(recent.sales, expected) >= policy.recent_chance:
        return speed
    lately = Velocity(recent.units, max(recent.days, Fraction(policy.recent_at_least_days)), recent.days)
    if lately.per_day <= speed.per_day:
        return speed
    most = Velocity(speed.units * policy.recent_times, speed.days, recent.days)
    return min(lately, most, key=lambda each: each.per_day)


# capital ----------------------------------------------------------------------------------------


def cash_cycle_days(target_turns: float | None, policy: Policy) -> Fraction:
    """Days in which money put into stock is to come back, by the turns that a manager aims at.

    >>> [round(float(cash_cycle_days(turns, Policy())), 1) for turns in (6.0, 8.0, None)]
    [60.8, 45.6, 60.8]
    """
    return Fraction(YEAR_DAYS) / Fraction(str(target_turns or policy.target_turns))


def within_cycle(
    line: Proposal | None, per_day: Fraction, typical_days: Fraction, cycle_days: Fraction | None, terms: Terms
) -> Proposal | None:
    """The rule's line, cut to what sells in the typical lead time and the cash cycle (docs/policy.md, Modes).

    Whole packs, rounded down; but never less than the least that the supplier takes, and never more than the rule's.

    Args:
        cycle_days: None where the capital mode is off.

    >>> lots = Proposal(45, 3, 135, 140, 20, 0, days=45)
    >>> cut = within_cycle(lots, Fraction(1), Fraction(20), Fraction(60), Terms(pack=20))
    >>> cut.quantity, cut.cut_from
    (80, 140)
    >>> within_cycle(lots, Fraction(1), Fraction(20), Fraction(60), Terms(pack=90)).quantity  # one pack is the least
    90
    >>> within_cycle(lots, Fraction(1), Fraction(90), Fraction(60), Terms(pack=20)) is lots
    True
    """
    if line is None or cycle_days is None:
        return line
    most = floor(per_day * (typical_days + cycle_days))
    quantity = min(line.quantity, max(most // terms.pack * terms.pack, rounded(1, terms)))
    if line.quantity <= max(most, quantity):
        return line
    return replace(line, needed=quantity, quantity=quantity, cut_from=line.quantity)


# what it did to a SKU, proposing it, and proposing its end ----------------------------------------


def did(in_mode: InMode | None, plain: Velocity, speed: Velocity, line: Proposal | None) -> dict[str, Any] | None:
    """What the mode changed about a SKU, for its figures; None where it changed nothing.

    `mode`; with supply nothing more; with demand `per_day_before` and `sales` (separate ones in the last days); with
    capital `cut_from`, the rule's quantity.

    >>> did(InMode(Cause.SUPPLY, missed=True), Velocity(60, 60), Velocity(60, 60), None)
    {'mode': 'supply'}
    >>> did(InMode(Cause.SUPPLY), Velocity(60, 60), Velocity(60, 60), None) is None
    True
    """
    if in_mode is None:
        return None
    if in_mode.guards and speed.units:
        return {"mode": str(in_mode.mode)}
    if in_mode.recent is not None and speed is not plain:
        return {"mode": str(in_mode.mode), "per_day_before": float(plain.per_day), "sales": in_mode.recent.sales}
    if line is not None and line.cut_from:
        return {"mode": str(in_mode.mode), "cut_from": line.cut_from}
    return None


def proposed(
    named: Named | None, lost: Mapping[Cause, int], on: Cause | None, ended: Mapping[Cause, date], today: date
) -> Cause | None:
    """The mode to propose: the named constraint's, where none is on and it was not ended in this month.

    Args:
        lost: money lost by each cause in the last 30 days; a mode that would save nothing is not proposed.
        on: the mode that is on.
        ended: when a mode was last turned off.

    >>> day, lost = date(2026, 11, 24), {Cause.SUPPLY: 90_000}
    >>> str(proposed(Cause.SUPPLY, lost, None, {}, day)), proposed(Cause.SUPPLY, lost, Cause.DEMAND, {}, day)
    ('supply', None)
    >>> proposed(Cause.SUPPLY, lost, None, {Cause.SUPPLY: date(2026, 11, 9)}, day) is None
    True
    """
    if not isinstance(named, Cause) or on is not None or lost.get(named, 0) <= 0:
        return None
    off = ended.get(named)
    return None if off is not None and (off.year, off.month) == (today.year, today.month) else named


def reviewed_months(on_since: date, today: date, policy: Policy) -> list[tuple[date, date]]:
    """The first and last day of the last months that the mode was on in full, oldest first; none where too few.

    >>> [f"{first} {last}" for first, last in reviewed_months(date(2026, 8, 20), date(2026, 11, 24), Policy())]
    ['2026-09-01 2026-09-30', '2026-10-01 2026-10-31']
    >>> reviewed_months(date(2026, 9, 20), date(2026, 11, 24), Policy())
    []
    """
    months: list[tuple[date, date]] = []
    last = today.replace(day=1) - timedelta(days=1)
    while len(months) < policy.mode_reviews and last.replace(day=1) >= on_since:
        months.append((last.replace(day=1), last))
        last = last.replace(day=1) - timedelta(days=1)
    return months[::-1] if len(months) == policy.mode_reviews else []


def end_is_proposed(at_stake_minor: int, lost: Sequence[tuple[tuple[date, date], int]], policy: Policy) -> bool:
    """Whether a mode has done its work: in each of the reviewed months its cause lost under half of what it had.

    Args:
        at_stake_minor: what the cause had lost in 30 days when the mode was turned on.
        lost: those months, and what the cause lost in each.

    >>> months = reviewed_months(date(2026, 8, 20), date(2026, 11, 24), Policy())
    >>> [end_is_proposed(100_00, list(zip(months, lost)), Policy()) for lost in ([49_00, 50_00], [49_00, 60_00], [])]
    [True, False, False]
    """
    if len(lost) < policy.mode_reviews:
        return False
    days = policy.constraint_days
    return all(
        minor * days < at_stake_minor * policy.mode_end_share * ((last - first).days + 1)
        for (first, last), minor in lost
    )


def freed_units(mark: str, on_hand: int, per_day: float, policy: Policy) -> int:
    """Units whose selling off would free money: all of what is dead, and what lies beyond 90 days of cover.

    >>> freed_units("dead", 40, 0.0, Policy()), freed_units("overstock", 230, 1.0, Policy())
    (40, 140)
    """
    return on_hand if mark == "dead" else max(0, on_hand - floor(per_day * policy.held_cover_days))
