"""The constraint: which cause is named for the month, and its one number. What was lost by which, causes.py tells."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quietshelf.rules.causes import Cause, Loss, by_cause
from quietshelf.rules.lives import SkuLife
from quietshelf.rules.numbers import (
    Number,
    Ratio,
    Share,
    compared,
    in_stock,
    looks_that_agreed,
    on_time_in_full,
    sent_as_ruled,
    turns,
    velocity_error,
)
from quietshelf.rules.policy import Policy


class Calm(StrEnum):
    """What is named where no cause is."""

    NONE = "none"
    """Hardly anything was lost, or nothing that one cause explains."""
    UNKNOWN = "unknown"
    """Something was lost, and too little is known to say by what."""


Named = Cause | Calm


@dataclass(frozen=True)
class Look:
    """What the last 30 days say, on one day."""

    day: date
    says: Named
    lost: Mapping[Cause, int]
    """Money lost by each cause, minor units."""
    throughput_minor: int
    """Money that sales of these days earned."""
    stock_out_days: int
    deliveries: int
    more_days_needed: int = 0
    """Days without stock that would settle an Unknown."""
    more_deliveries_needed: int = 0

    @property
    def lost_minor(self) -> int:
        """Money lost in all."""
        return sum(self.lost.values())


@dataclass(frozen=True)
class Standing:
    """What is named for the month, and who is about to overtake it."""

    named: Named
    since: date
    challenger: Cause | None = None
    looks_running: int = 0
    """Daily looks running on which the challenger had lost 1.5 times as much."""


def look(found: Sequence[Loss], today: date, throughput_minor: int, deliveries: int, policy: Policy) -> Look:
    """What the last 30 days say: the cause that lost most; nothing where it is calm, Unknown where little is known.

    Args:
        found: every SKU's losses, of any days.
        throughput_minor: what sales of these 30 days earned.
        deliveries: that came in these 30 days.

    >>> from quietshelf.rules.causes import Evidence
    >>> today, out = date(2026, 11, 30), Evidence(2.0, 500, 1.0)
    >>> lost = [Loss("TEA", today - timedelta(days=n), Cause.SUPPLY, 1000, out) for n in range(24)]
    >>> [str(look(lost, today, earned, came, Policy()).says) for earned, came in
    ...  ((900_000, 12), (2_500_000, 12), (900_000, 9))]
    ['supply', 'none', 'unknown']
    >>> look(lost[:18], today, 900_000, 12, Policy()).more_days_needed
    2
    """
    since = today - timedelta(days=policy.constraint_days - 1)
    lost = by_cause(found, since, today)
    out_days = sum(loss.stock_out for loss in found if since <= loss.day <= today)
    total = sum(lost.values())
    most = max(Cause, key=lambda cause: lost[cause])
    more_days = max(0, policy.told_from_days - out_days)
    more_deliveries = max(0, policy.told_from_deliveries - deliveries) if most is Cause.SUPPLY else 0
    says: Named = most
    if total <= throughput_minor * policy.quiet_loss_share or lost[most] < total * policy.main_cause_share:
        says, more_days, more_deliveries = Calm.NONE, 0, 0
    elif more_days or more_deliveries:
        says = Calm.UNKNOWN
    return Look(today, says, lost, throughput_minor, out_days, deliveries, more_days, more_deliveries)


def follow(standing: Standing | None, said: Look, policy: Policy) -> Standing:
    """What stands after a daily look: named anew on the 1st, changed within the month by what lost 1.5 times as much.

    Where no look was taken on the 1st, the month's first look names it. Call it once a day.

    >>> def said(day, **lost):
    ...     every = {cause: lost.get(cause, 0) for cause in Cause}
    ...     return Look(date(2026, 11, day), max(Cause, key=lambda c: every[c]), every, 10_000, 30, 30)
    >>> standing = follow(None, said(1, supply=100, demand=90), Policy())
    >>> for day in range(2, 9):
    ...     standing = follow(standing, said(day, supply=100, demand=149), Policy())
    >>> str(standing.named)  # not enough
    'supply'
    >>> for day in range(9, 16):
    ...     before, standing = standing, follow(standing, said(day, supply=100, demand=150), Policy())
    >>> str(before.named), str(standing.named), standing.since.day
    ('supply', 'demand', 15)
    """
    if standing is None or (standing.since.year, standing.since.month) != (said.day.year, said.day.month):
        return Standing(said.says, said.day)
    challenger = _challenger(standing.named, said, policy)
    if challenger is None:
        return Standing(standing.named, standing.since)
    running = standing.looks_running + 1 if challenger is standing.challenger else 1
    if running >= policy.overtakes_looks:
        return Standing(challenger, said.day)
    return Standing(standing.named, standing.since, challenger, running)


def _challenger(named: Named, said: Look, policy: Policy) -> Cause | None:
    """The cause that this look would name instead; what is not a cause has lost nothing, and is overtaken by any."""
    if not isinstance(said.says, Cause) or said.says is named:
        return None
    standing = said.lost[named] if isinstance(named, Cause) else 0
    return said.says if said.lost[said.says] >= standing * policy.overtakes_by else None


def one_number(named: Named, lives: Sequence[SkuLife], top: AbstractSet[str], today: date, policy: Policy) -> Number:
    """The number of what is named, over the last 30 days, beside the 30 before (docs/policy.md, The one number).

    Args:
        named: the constraint; without a cause it is the in-stock share of the top 20%.
        top: the SKUs of the top 20%.
    """
    span = timedelta(days=policy.constraint_days)
    since = today - span + timedelta(days=1)
    now = measure(named, lives, top, since, today, policy)
    before = measure(named, lives, top, since - span, today - span, policy)
    return compared(now, before, more_is_better(named), policy)


def more_is_better(named: Named) -> bool:
    """Whether a higher number is a better one: all but the error of velocity."""
    return named is not Cause.DEMAND


def measure(
    named: Named, lives: Sequence[SkuLife], top: AbstractSet[str], since: date, until: date, policy: Policy
) -> Share | Ratio:
    """The number of what is named over the days from `since` to `until`, both included."""
    if named is Cause.SUPPLY:
        return on_time_in_full((order for life in lives for order in life.orders), since, until, policy)
    if named is Cause.DEMAND:
        return velocity_error([life for life in lives if life.sku in top], since, until)
    if named is Cause.CAPITAL:
        return turns(lives, since, until)
    if named is Cause.PURCHASING:
        return sent_as_ruled(lives, since, until, policy)
    if named is Cause.COUNTS:
        return looks_that_agreed(lives, since, until)
    return in_stock(lives, top, since, until)
