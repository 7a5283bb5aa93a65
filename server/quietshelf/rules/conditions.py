"""What a supplier asks of a whole order, and gives for more: a minimum value, price breaks. Nothing is added here.

Both are shown to a person, who decides: no quantity is raised for a supplier's sake.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from quietshelf.rules.policy import Policy


@dataclass(frozen=True)
class Stock:
    """What is left of a draft line's item, in units."""

    on_hand: int
    per_day: float
    red_at: int
    """At or below it is Red."""


@dataclass(frozen=True)
class Waits:
    """A draft under its supplier's minimum, which waits until it is worth as much."""

    total_minor: int
    minimum_minor: int
    until: date | None
    """The supplier's next order day, on which it goes as it is; None where it takes orders on any day."""


def waits(
    total_minor: int,
    minimum_minor: int | None,
    order_day: int | None,
    lines: Iterable[Stock],
    today: date,
    policy: Policy,
) -> Waits | None:
    """Whether a draft waits for its supplier's minimum value, or until its order day (docs/policy.md, Conditions).

    It does not wait where an item on it is Red, or would be by the next time that somebody looks.

    Args:
        total_minor: what the draft costs.
        order_day: ISO weekday on which the supplier takes orders (1 is Monday), None is any day.

    >>> policy, tuesday, plenty = Policy(), date(2026, 11, 24), Stock(on_hand=50, per_day=1.0, red_at=9)
    >>> waits(12000, 20000, 1, [plenty], tuesday, policy)
    Waits(total_minor=12000, minimum_minor=20000, until=datetime.date(2026, 11, 30))
    >>> waits(12000, 20000, 2, [plenty], tuesday, policy) is None  # today it takes orders
    True
    >>> waits(20000, 20000, None, [plenty], tuesday, policy) is None
    True
    >>> waits(12000, 20000, 1, [Stock(on_hand=15, per_day=1.0, red_at=9)], tuesday, policy) is None  # Red on Monday
    True
    """
    if minimum_minor is None or total_minor >= minimum_minor:
        return None
    days = policy.next_look_days if order_day is None else (order_day - today.isoweekday()) % 7
    if days == 0 or any(line.on_hand - line.per_day * days <= line.red_at for line in lines if line.per_day > 0):
        return None
    return Waits(total_minor, minimum_minor, None if order_day is None else today + timedelta(days=days))


@dataclass(frozen=True)
class Break:
    """A lower price of one unit, from a quantity on."""

    from_quantity: int
    cost_minor: int


def price_break(
    quantity: int, cost_minor: int | None, breaks: Iterable[Break], position: int, per_day: float, policy: Policy
) -> Break | None:
    """The next price break of a line that is within reach: what it asks for would not be overstock.

    Args:
        quantity: units on the line.
        cost_minor: what one unit costs at that quantity; None is unknown.
        position: on hand and on order, without the line.

    >>> offers = [Break(200, 390), Break(500, 350)]
    >>> price_break(180, 410, offers, 7, 4.3, Policy())
    Break(from_quantity=200, cost_minor=390)
    >>> price_break(200, 390, offers, 7, 4.3, Policy()) is None  # 507 would last 118 days
    True
    """
    for each in sorted(breaks, key=lambda each: each.from_quantity):
        if each.from_quantity > quantity and (cost_minor is None or each.cost_minor < cost_minor):
            fits = position + each.from_quantity < per_day * policy.no_order_cover_days
            return each if fits else None
    return None
