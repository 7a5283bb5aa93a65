"""Green, Yellow, Red: when a SKU needs somebody. What to order is decided in ordering.py."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from quietshelf.rules.leadtimes import LeadTime
from quietshelf.rules.policy import Policy, exact


class Zone(StrEnum):
    """Red: it runs out before anything can arrive. Yellow: time to reorder. Green: all the rest."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


class Mark(StrEnum):
    """What is said of a Green SKU that binds money: quiet, in its figures and on its page."""

    OVERSTOCK = "overstock"
    DEAD = "dead"


@dataclass(frozen=True)
class Lines:
    """The two lines of one SKU: what lasts no longer is Red (stock on hand) or Yellow (position)."""

    per_day: Fraction
    """Velocity, units a day."""
    days_until_delivery: Fraction
    """So many days is Red's line."""
    kept_days: Fraction
    """Late lead time plus buffer; with the closing days, Yellow's line."""
    late_days: Fraction
    closed_days: int = 0
    """Days of the Yellow line on which the supplier is closed."""

    @cached_property
    def red(self) -> Fraction:
        """Red's line in units."""
        return self.per_day * self.days_until_delivery

    @cached_property
    def yellow(self) -> Fraction:
        """Yellow's line in units."""
        return self.per_day * self.yellow_days

    @property
    def yellow_days(self) -> Fraction:
        """Yellow's line in days."""
        return self.kept_days + self.closed_days if self.closed_days else self.kept_days

    @property
    def buffer_days(self) -> Fraction:
        """What is kept beyond the late lead time."""
        return self.kept_days - self.late_days


def buffer_days(lead: LeadTime, days_to_next_look: int, policy: Policy) -> Fraction:
    """Days kept beyond the late lead time: half of it, plus the days to the next look at the supplier.

    >>> buffer_days(LeadTime(Fraction(9), Fraction(10), 20), 1, Policy())
    Fraction(6, 1)
    """
    return kept_days(lead, days_to_next_look, policy) - lead.late_days


def kept_days(lead: LeadTime, days_to_next_look: int, policy: Policy) -> Fraction:
    """Late lead time plus buffer: what a SKU keeps, in days of what it sells. Worked out once for each lead time."""
    key = days_to_next_look, policy.buffer_share
    if key not in lead.kept:
        lead.kept[key] = lead.late_days * (1 + exact(policy.buffer_share)) + days_to_next_look
    return lead.kept[key]


def lines(
    per_day: Fraction,
    lead: LeadTime,
    days_until_delivery: Fraction,
    days_to_next_look: int,
    policy: Policy,
    closed_days: int = 0,
) -> Lines:
    """Where Red and Yellow begin (docs/policy.md, Zones).

    Args:
        per_day: velocity, units a day.
        days_until_delivery: to the earliest of the typical lead time and an open order's credible arrival.
        days_to_next_look: 1, or the days to the supplier's next order day.
        closed_days: the supplier's closing days within its late lead time.

    >>> lead = LeadTime(Fraction(9), Fraction(10), 20)
    >>> said = lines(Fraction(17, 5), lead, Fraction(9), 1, Policy())
    >>> float(said.red), float(said.yellow)  # 3.4 a day: 9 days, and 10 + 5 + 1 days
    (30.6, 54.4)
    """
    kept = kept_days(lead, days_to_next_look, policy)
    return Lines(per_day, days_until_delivery, kept, lead.late_days, closed_days)


def lasts(units: int, per_day: Fraction, days: Fraction) -> bool:
    """Whether units last longer than some days: in whole numbers, which takes a tenth of the time that fractions do.

    >>> lasts(31, Fraction(17, 5), Fraction(9)), lasts(30, Fraction(17, 5), Fraction(9))  # 30.6 sell in 9 days
    (True, False)
    >>> lasts(27, Fraction(3), Fraction(9))
    False
    """
    return units * per_day.denominator * days.denominator > per_day.numerator * days.numerator


def zone_of(on_hand: int, position: int, at: Lines, previous: Zone | None, policy: Policy) -> Zone:
    """The zone of a SKU. Red and Yellow end only one day's cover beyond their line, so that a zone does not flap.

    Args:
        on_hand: units that can be sold now.
        position: on hand + on order.
        previous: the zone it was in, None where none was decided yet.

    >>> lead = LeadTime(Fraction(9), Fraction(10), 20)
    >>> at = lines(Fraction(3), lead, Fraction(9), 1, Policy())  # Red at 27, Yellow at 48
    >>> [str(zone_of(n, n, at, None, Policy())) for n in (0, 27, 28, 48, 49)]
    ['red', 'red', 'yellow', 'yellow', 'green']
    >>> [str(zone_of(n, n, at, Zone.RED, Policy())) for n in (30, 31, 51, 52)]
    ['red', 'yellow', 'yellow', 'green']
    >>> nothing = lines(Fraction(0), lead, Fraction(9), 1, Policy())
    >>> zone_of(0, 0, nothing, None, Policy()) is Zone.GREEN  # what does not sell is not short
    True
    """
    if at.per_day <= 0:
        return Zone.GREEN
    red_days, yellow_days = at.days_until_delivery, at.yellow_days
    if previous is Zone.RED:
        red_days += policy.flap_days
    if previous in (Zone.RED, Zone.YELLOW):
        yellow_days += policy.flap_days
    if not lasts(on_hand, at.per_day, red_days):
        return Zone.RED
    return Zone.GREEN if lasts(position, at.per_day, yellow_days) else Zone.YELLOW


def mark_of(
    zone: Zone, on_hand: int, per_day: Fraction, enough_days: Fraction, since_sale_days: int | Fraction, policy: Policy
) -> Mark | None:
    """The mark of a Green SKU (docs/policy.md, Zones); None for most.

    Args:
        enough_days: late lead time plus buffer.
        since_sale_days: days in stock since the day of its last sale, or since its first day.

    >>> marked = lambda on_hand, per_day, since: mark_of(
    ...     Zone.GREEN, on_hand, Fraction(per_day), Fraction(16), Fraction(since), Policy())
    >>> str(marked(180, 2, 0)), marked(179, 2, 0), str(marked(1, 0, 90)), marked(1, 0, 89), marked(0, 0, 90)
    ('overstock', None, 'dead', None, None)
    """
    if zone is not Zone.GREEN or on_hand <= 0:
        return None
    if since_sale_days >= policy.dead_days:
        return Mark.DEAD
    if per_day <= 0 or on_hand < per_day * policy.no_order_cover_days or on_hand < per_day * enough_days:
        return None
    return Mark.OVERSTOCK
