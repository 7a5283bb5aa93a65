"""What a manager has said of one SKU: pins, an end, "not this time", known needs; and the order line that follows."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import floor

from quietshelf.rules.leadtimes import Closing, LeadTime, arrival
from quietshelf.rules.needs import Need
from quietshelf.rules.ordering import Proposal, Terms, rounded
from quietshelf.rules.policy import Policy
from quietshelf.rules.zones import Zone


@dataclass(frozen=True)
class Plan:
    """What people decided about one SKU at one site. It wins over the rule, and is shown where it does."""

    ending: bool = False
    """Sold off, and never ordered again."""
    ends_on: date | None = None
    """From that day on it is not sold any more."""
    pinned_quantity: int | None = None
    """Every order of it is for so many."""
    keep_at_least: int | None = None
    """It is Yellow with fewer than so many on hand and on order, whether it sells or not."""
    not_this_time_on: date | None = None
    """The day on which a person said "not this time" of its order."""
    needs: tuple[Need, ...] = ()
    on_shelf: bool = False
    """All of it stands on weighed shelves, none in the back (rules/settled.py)."""

    def is_over(self, today: date, lead: LeadTime, closing: Closing | None) -> bool:
        """Whether it is never ordered again: it is ending, or what is ordered today comes when it has ended.

        >>> lead, tuesday = LeadTime(9, 12, 20), date(2026, 11, 24)
        >>> [Plan(ends_on=date(2026, 12, day)).is_over(tuesday, lead, None) for day in (3, 4)]
        [True, False]
        """
        if self.ending:
            return True
        return self.ends_on is not None and arrival(today, lead.typical_days, closing) >= self.ends_on

    def is_put_off(self, zone: Zone, today: date, policy: Policy) -> bool:
        """Whether a person's "not this time" still holds: until the SKU is Green once, or 30 days.

            >>> from datetime import timedelta
        >>> plan, day = Plan(not_this_time_on=date(2026, 11, 1)), date(2026, 11, 30)
            >>> plan.is_put_off(Zone.RED, day, Policy()), plan.is_put_off(Zone.GREEN, day, Policy())
            (True, False)
            >>> plan.is_put_off(Zone.RED, day + timedelta(days=1), Policy())
            False
        """
        if self.not_this_time_on is None or zone is Zone.GREEN:
            return False
        return (today - self.not_this_time_on).days < policy.not_this_time_days


NO_PLAN = Plan()
"""Nobody has said anything: the rule decides."""


def least(plan: Plan, last_piece_gone: bool) -> int:
    """The fewest units that a SKU keeps whether it sells or not: below them it is Yellow.

    >>> least(NO_PLAN, False), least(NO_PLAN, True), least(Plan(keep_at_least=20), True)
    (0, 1, 20)
    """
    return max(plan.keep_at_least or 0, 1 if last_piece_gone else 0)


def planned(
    plan: Plan,
    by_rule: Proposal | None,
    for_needs: tuple[Need, ...],
    position: int,
    per_day: Fraction,
    terms: Terms,
    today: date,
) -> Proposal | None:
    """The order line, after what people said (docs/policy.md, Plans). None where nothing is to be ordered.

    Known needs are added; a pinned quantity replaces the rule's, to the piece; "keep at least" raises it; and what
    ends is ordered for no longer than it is sold.

    Args:
        by_rule: what the rule alone would order.
        for_needs: needs that are due, and on no order yet.
        position: on hand and on order, without what is kept for needs.

    >>> day, terms = date(2026, 11, 24), Terms(pack=20)
    >>> lot = Proposal(45, 1, 45, 60, 20, 0)
    >>> def line(plan, by_rule=lot, needs=(), position=10):
    ...     return planned(plan, by_rule, needs, position, Fraction(1), terms, day)
    >>> line(Plan(pinned_quantity=50)).quantity, line(Plan(keep_at_least=100)).quantity
    (50, 100)
    >>> fair = line(NO_PLAN, needs=(Need(1, 60, date(2026, 12, 3)),))
    >>> fair.needed, fair.need, fair.quantity
    (105, 60, 120)
    >>> line(Plan(ends_on=date(2026, 12, 24))).quantity, line(Plan(ends_on=date(2026, 12, 12)))  # 30 days, 18 days
    (20, None)
    """
    line = by_rule or Proposal(0, 0, 0, 0, terms.pack, terms.minimum_order)
    need = sum(each.left for each in for_needs)
    short = (plan.keep_at_least or 0) - position
    if by_rule is None and not need and short <= 0:
        return None
    needed, pinned = line.needed, ""
    if plan.pinned_quantity is not None:
        needed, pinned = plan.pinned_quantity, "quantity"
    elif short > line.needed:
        needed, pinned = short, "keep"
    quantity = needed + need if pinned == "quantity" else rounded(needed + need, terms)
    line = replace(
        line,
        needed=needed + need,
        quantity=quantity,
        need=need,
        need_ids=tuple(each.id for each in for_needs),
        pinned=pinned,
    )
    if plan.ends_on is None:
        return line
    sold_by_then = floor(per_day * (plan.ends_on - today).days) + need - position
    packs = max(0, sold_by_then) // terms.pack * terms.pack
    if line.quantity <= sold_by_then:
        return line
    return replace(line, quantity=packs, ends_on=plan.ends_on) if packs >= max(1, terms.minimum_order) else None
