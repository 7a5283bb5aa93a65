"""How long a supplier takes, and when an open order can be believed to come. No zone and no order is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from math import ceil
from statistics import median

from quietshelf.rules.policy import Policy


@dataclass(frozen=True)
class LeadTime:
    """Days from sending an order to its goods: the usual and the bad case, and how many deliveries say so."""

    typical_days: Fraction
    late_days: Fraction
    deliveries: int

    @cached_property
    def kept(self) -> dict[tuple[int, float], Fraction]:
        """What was worked out of it (zones.kept_days)."""
        return {}


@dataclass(frozen=True)
class Closing:
    """Days on which a supplier is closed, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class OpenOrder:
    """What has not yet come of one SKU on one sent order."""

    number: str
    units: int
    sent_on: date
    promised_on: date
    """The promise (see `promise`): it never moves."""
    expected_on: date | None = None
    """The supplier's latest answer, where it gave one after the promise."""
    supplier: str | None = None
    """Who it was sent to, where that is not whom the SKU is ordered from now."""
    lead: LeadTime | None = None
    """That other supplier's lead time..."""
    delays: tuple[int, ...] = ()
    """...and how late it was: what its own deliveries say tells when this one comes."""


def lead_time(delivered_in_days: Sequence[int], quoted_days: int | None, policy: Policy) -> LeadTime:
    """A supplier's lead time from its deliveries (docs/policy.md, Lead times).

    Typical is the median of the last deliveries, late the second longest, at most twice typical. Few deliveries
    say nothing of the bad case (late is 1.5 x typical then), and very few nothing at all (the quote counts).

    Args:
        delivered_in_days: days from sent to received of each delivery, oldest first; a truck counts once.
        quoted_days: what the supplier quotes, None where it quotes nothing.

    >>> policy = Policy()
    >>> lead_time([9, 8, 9, 10, 9, 12, 9, 9, 8, 16], None, policy)
    LeadTime(typical_days=Fraction(9, 1), late_days=Fraction(12, 1), deliveries=10)
    >>> lead_time([9, 8, 9, 10, 9, 20, 9, 9, 22, 16], None, policy).late_days  # 20, but at most twice 9
    Fraction(18, 1)
    >>> lead_time([10, 10, 11, 40, 10], 7, policy).late_days  # five deliveries: 1.5 x 10
    Fraction(15, 1)
    >>> lead_time([40], 7, policy)
    LeadTime(typical_days=Fraction(7, 1), late_days=Fraction(21, 2), deliveries=1)
    >>> lead_time([], None, policy).typical_days
    Fraction(14, 1)
    """
    kept = list(delivered_in_days)[-policy.deliveries_kept :]
    of_few = Fraction(policy.late_of_few)
    if len(kept) < policy.deliveries_few:
        typical = Fraction(policy.quoted_lead_days if quoted_days is None else quoted_days)
        return LeadTime(typical, typical * of_few, len(kept))
    typical = Fraction(median(kept))
    if len(kept) < policy.deliveries_enough:
        return LeadTime(typical, typical * of_few, len(kept))
    second_longest = Fraction(sorted(kept)[-2])
    return LeadTime(typical, min(second_longest, typical * Fraction(policy.late_at_most)), len(kept))


def arrival(sent_on: date, lead_days: Fraction, closing: Closing | None = None) -> date:
    """The day on which an order sent on `sent_on` comes; the supplier's closing days on the way are added.

    >>> from datetime import date
    >>> arrival(date(2026, 12, 21), Fraction(9))
    datetime.date(2026, 12, 30)
    >>> arrival(date(2026, 12, 21), Fraction(9), Closing(date(2026, 12, 24), date(2027, 1, 1)))
    datetime.date(2027, 1, 8)
    """
    return sent_on + timedelta(days=ceil(lead_days) + closed_days(sent_on, lead_days, closing))


def closed_days(sent_on: date, lead_days: Fraction, closing: Closing | None) -> int:
    """The supplier's closing days on the way of an order sent on `sent_on`.

    >>> christmas = Closing(date(2026, 12, 24), date(2027, 1, 1))
    >>> [closed_days(date(2026, 12, day), Fraction(9), christmas) for day in (14, 15, 26)]
    [0, 9, 7]
    """
    if closing is None or closing.last < sent_on or closing.first > sent_on + timedelta(days=ceil(lead_days)):
        return 0
    return (closing.last - max(closing.first, sent_on)).days + 1


def promise(given: date | None, sent_on: date, quoted_days: int | None, lead: LeadTime) -> date:
    """What an order is held to: the first date given, else sent + quoted, else sent + late as known when sent.

    >>> lead = LeadTime(Fraction(9), Fraction(27, 2), 6)
    >>> promise(None, date(2026, 11, 2), None, lead)
    datetime.date(2026, 11, 16)
    >>> promise(None, date(2026, 11, 2), 7, lead)
    datetime.date(2026, 11, 9)
    """
    if given is not None:
        return given
    return arrival(sent_on, lead.late_days if quoted_days is None else Fraction(quoted_days))


def credible_arrival(order: OpenOrder, today: date, lead: LeadTime, delays: Sequence[int]) -> date:
    """When an open order can be believed to come: its promise or the later answer; once past, by what such delays took.

    Args:
        delays: days past its promise of each of the supplier's deliveries (0 or less: on time).

    >>> lead = LeadTime(Fraction(9), Fraction(14), 20)
    >>> order = OpenOrder("PO-2031", 24, date(2026, 10, 26), date(2026, 11, 6))
    >>> credible_arrival(order, date(2026, 11, 2), lead, [])
    datetime.date(2026, 11, 6)
    >>> credible_arrival(order, date(2026, 11, 10), lead, [0, 5, 6, 9, 20])  # 4 late: those took 1, 2, 5, 16 more
    datetime.date(2026, 11, 14)
    >>> credible_arrival(order, date(2026, 11, 24), lead, [0, 5, 6, 9, 20])  # too few were as late: 9 days more
    datetime.date(2026, 12, 3)
    """
    said = order.expected_on or order.promised_on
    if said >= today:
        return said
    late_by = (today - order.promised_on).days
    still_took = [delay - late_by for delay in delays if delay >= late_by]
    return today + timedelta(days=ceil(median(still_took) if len(still_took) >= 3 else lead.typical_days))
