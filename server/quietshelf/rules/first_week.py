"""How a shop begins: what drafts by itself in its first week, what it is asked, and what sleeps."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quietshelf.rules.policy import Policy
from quietshelf.rules.velocity import InStock


class Waits(StrEnum):
    """Why nothing is drafted for a SKU by itself yet."""

    FIRST_WEEK = "first_week"
    """It is a slow mover."""
    ASLEEP = "asleep"
    """None was left when the shop began, and none had sold for long."""


@dataclass(frozen=True)
class Beginning:
    """When a shop began, and whether it still owes the answer."""

    began_on: date
    asks: bool
    """Products and sales were brought, and no deliveries: is anything on order?"""

    def asks_on(self, today: date, policy: Policy) -> bool:
        """Whether the question still stands on this day: it ends with the first week, answered or not.

        >>> shop = Beginning(date(2026, 11, 24), asks=True)
        >>> [shop.asks_on(date(2026, 11, day), Policy()) for day in (23, 24, 30)]
        [False, True, True]
        >>> shop.asks_on(date(2026, 12, 1), Policy())
        False
        """
        return self.asks and self.is_first_week(today, policy)

    def is_first_week(self, today: date, policy: Policy) -> bool:
        """Whether only the top drafts by itself on this day.

        >>> shop = Beginning(date(2026, 11, 24), asks=False)
        >>> [shop.is_first_week(date(2026, 11, day), Policy()) for day in (23, 24, 30)]
        [False, True, True]
        >>> shop.is_first_week(date(2026, 12, 1), Policy())
        False
        """
        return self.began_on <= today < self.began_on + timedelta(days=policy.first_week_days)

    def turns(self, since: date, today: date, policy: Policy) -> bool:
        """Whether its first week has ended after the day `since`, up to and with today."""
        return since < self.began_on + timedelta(days=policy.first_week_days) <= today


def begins(newest_sale: date, today: date, policy: Policy) -> bool:
    """Whether a shop's first sales are a beginning: they reach into the last week. Older ones are history to study.

    >>> today = date(2026, 11, 24)
    >>> begins(date(2026, 11, 20), today, Policy()), begins(date(2011, 12, 9), today, Policy())
    (True, False)
    """
    return today - newest_sale < timedelta(days=policy.first_week_days)


def sleeps(
    began_on: date,
    today: date,
    on_hand: int,
    on_order: int,
    sold_in_window: int,
    in_stock: InStock | None,
    policy: Policy,
) -> bool:
    """Whether a SKU sleeps: it had none left when the shop began, and had sold none for 60 days, nor since.

    >>> from fractions import Fraction
    >>> began, today = date(2026, 11, 24), date(2026, 12, 1)
    >>> def out_since(day): return InStock(12, Fraction(40), Fraction(0), day)
    >>> [sleeps(began, today, 0, 0, 0, out_since(day), Policy()) for day in (date(2026, 9, 1), date(2026, 10, 20))]
    [True, False]
    >>> sleeps(began, today, 5, 0, 0, out_since(date(2026, 9, 1)), Policy())
    False
    """
    if today < began_on or on_hand > 0 or on_order > 0 or sold_in_window > 0:
        return False
    if in_stock is None or in_stock.sold == 0:
        return True
    long_before = began_on - timedelta(days=policy.asleep_days)
    return in_stock.ran_out_on is not None and in_stock.ran_out_on <= long_before


def waits(beginning: Beginning, today: date, *, is_top: bool, asleep: bool, policy: Policy) -> Waits | None:
    """Why a SKU drafts nothing by itself; None where it does.

    >>> shop, today = Beginning(date(2026, 11, 24), asks=False), date(2026, 11, 25)
    >>> waits(shop, today, is_top=False, asleep=False, policy=Policy())
    <Waits.FIRST_WEEK: 'first_week'>
    >>> waits(shop, today, is_top=True, asleep=False, policy=Policy()) is None
    True
    """
    if asleep:
        return Waits.ASLEEP
    return Waits.FIRST_WEEK if beginning.is_first_week(today, policy) and not is_top else None
