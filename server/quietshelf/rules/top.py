"""The top 20%: the SKUs that earn most a day. All others are slow movers, decided by the same rules, but quietly."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from math import ceil

from quietshelf.rules.policy import Policy


@dataclass(frozen=True)
class Earns:
    """What one SKU earns."""

    product_id: int
    minor_per_day: int
    """In-stock velocity x throughput."""
    per_day: float
    """Velocity: where throughput is the same, or unknown, more units stand first."""


def top(skus: Iterable[Earns], was_top: Collection[int], policy: Policy) -> AbstractSet[int]:
    """The top 20% of the SKUs that sell, and those of the last top that are inside the top 25% still.

    >>> skus = [Earns(n, 100 - n, 1.0) for n in range(20)] + [Earns(99, 0, 0.0)]
    >>> sorted(top(skus, [], Policy())), sorted(top(skus, [4, 5], Policy()))
    ([0, 1, 2, 3], [0, 1, 2, 3, 4])
    >>> top([], [], Policy())
    frozenset()
    """
    ranked = sorted(
        (sku for sku in skus if sku.per_day > 0), key=lambda sku: (-sku.minor_per_day, -sku.per_day, sku.product_id)
    )
    best = {sku.product_id for sku in ranked[: ceil(len(ranked) * policy.top_share)]}
    near = {sku.product_id for sku in ranked[: ceil(len(ranked) * policy.top_kept_share)]}
    return frozenset(best | (near & set(was_top)))


def is_due(drawn_on: date | None, began_on: date | None, today: date) -> bool:
    """Whether the top is to be drawn: with each month's first look, at first, and all the day on which a shop begins.

    >>> nov, dec = date(2026, 11, 24), date(2026, 12, 1)
    >>> is_due(None, None, nov), is_due(nov, None, nov), is_due(nov, None, dec), is_due(nov, nov, nov)
    (True, False, True, True)
    """
    return (
        drawn_on is None
        or (drawn_on.year, drawn_on.month) != (today.year, today.month)
        or drawn_on == began_on == today
    )
