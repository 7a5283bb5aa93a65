"""What was there before anybody counted: one SKU's first stock, told backwards from its first count.

Shops that bring files bring today's stock, and what was received and sold before it; the rest follows (docs/policy.md,
From the past).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from quietshelf.rules.facts import Fact, Kind

_MOVES = {Kind.RECEIPT: 1, Kind.RETURN: 1, Kind.ADJUSTMENT: 1, Kind.SALE: -1}


@dataclass(frozen=True)
class Opened:
    """A SKU's facts, begun with the stock that they make necessary."""

    facts: Sequence[Fact]
    known_from: datetime | None
    """Since then its stock can be told; None: never, and what is not known is no loss."""
    corrected_units: int = 0
    """Units that had to be added, because less was received and found than sold."""
    opening_counts: int = 1
    """So many counts of the whole SKU opened the book, and say nothing of whether it was right."""


def opened(facts: Sequence[Fact]) -> Opened:
    """The facts, with a first stock before them where they begin without one.

    That stock is what the first count found, plus what was sold before it, less what was received; where it would fall
    below zero on the way, the least more that keeps it possible. Before the first receipt or count nothing is known.

    Args:
        facts: one SKU's, in order of happening.

    >>> from datetime import UTC
    >>> def fact(day, kind, units): return Fact(datetime(2026, 11, day, tzinfo=UTC), kind, units, f"{day}{kind}")
    >>> came, sold, found = fact(2, Kind.RECEIPT, 12), fact(5, Kind.SALE, 10), fact(9, Kind.COUNT, 6)
    >>> told = opened([came, sold, found])
    >>> told.facts[0].quantity, told.known_from.day, told.corrected_units
    (4, 2, 0)
    >>> told = opened([came, fact(4, Kind.SALE, 20), found])  # 20 sold of 12 received, and 6 left: 14 before
    >>> told.facts[0].quantity, told.corrected_units
    (14, 0)
    >>> opened([fact(4, Kind.SALE, 20), fact(6, Kind.RECEIPT, 30), found]).corrected_units  # 20 were there to be sold
    24
    """
    known = next((at for at, fact in enumerate(facts) if fact.kind in (Kind.COUNT, Kind.RECEIPT)), None)
    if known is None:
        return Opened(facts, None)
    known_from = facts[known].happened
    counted = next((at for at, fact in enumerate(facts) if fact.kind is Kind.COUNT and fact.place is None), None)
    if counted == 0 or any(fact.place is not None for fact in facts[:counted]):
        return Opened(facts, known_from)  # counted first of all, or weighed: the book tells it
    moved = least = 0
    for fact in facts[:counted]:
        moved += fact.quantity * _MOVES.get(fact.kind, 0)
        least = min(least, moved)
    told = -least if counted is None else facts[counted].quantity - moved
    if counted is None and least < 0:
        told += 1  # it is not known how much more there was: what is not known is in stock
    first = max(told, -least)
    before = Fact(facts[0].happened - timedelta(seconds=1), Kind.COUNT, first, "before all")
    return Opened([before, *facts], known_from, first - told, 2 if first == told else 1)
