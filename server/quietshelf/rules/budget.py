"""A budget for orders: its periods, what waiting for the next one would lose, and which draft lines it pays for.

What the capital mode changes about the line itself is in modes.py.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction


@dataclass(frozen=True)
class Budget:
    """So much money for orders in every so many days."""

    minor: int
    days: int
    first: date
    """The first day of any period; the others follow, before it there is none."""

    def period(self, day: date) -> tuple[date, date] | None:
        """The first day of the period that a day lies in, and of the next one; None before the first.

        >>> monthly = Budget(500_000, 30, date(2026, 11, 1))
        >>> [str(on) for on in monthly.period(date(2026, 11, 30))], monthly.period(date(2026, 10, 31))
        (['2026-11-01', '2026-12-01'], None)
        """
        if day < self.first:
            return None
        begins = self.first + timedelta(days=(day - self.first).days // self.days * self.days)
        return begins, begins + timedelta(days=self.days)


def lost_by_waiting(
    on_hand: int,
    coming: int,
    coming_in_days: int | None,
    per_day: Fraction,
    throughput_minor: int | None,
    lead_days: Fraction,
    next_budget_days: int,
) -> int:
    """Throughput that is lost if a line is ordered with the next budget instead of today, minor units.

    That is what would sell without stock between the day on which an order of today comes, and the day on which one of
    the next budget's first day does. A line that won't run out by then loses nothing by waiting.

    Args:
        coming: units on their way, `coming_in_days` from now (None: nothing is).
        lead_days: the supplier's typical lead time.

    >>> def lost(on_hand, coming=0, in_days=None):
    ...     return lost_by_waiting(on_hand, coming, in_days, Fraction(2), 500, Fraction(9), 20)
    >>> lost(0), lost(38), lost(58)  # 20 days from the 9th on; out on the 19th; lasts until the 29th
    (20000, 10000, 0)
    >>> lost(0, coming=10, in_days=12)  # five days of those are covered
    15000
    """
    if per_day <= 0 or not throughput_minor or throughput_minor <= 0:
        return 0
    begins, ends = lead_days, lead_days + next_budget_days
    lasts = max(0, on_hand) / per_day
    covered = _overlap(Fraction(0), lasts, begins, ends)
    if coming > 0 and coming_in_days is not None:
        comes = max(lasts, Fraction(coming_in_days))
        covered += _overlap(comes, comes + coming / per_day, begins, ends)
    return round((ends - begins - covered) * per_day * throughput_minor)


def _overlap(first: Fraction, last: Fraction, begins: Fraction, ends: Fraction) -> Fraction:
    return max(Fraction(0), min(last, ends) - max(first, begins))


@dataclass(frozen=True, slots=True)
class Wish:
    """A draft line that wants its money."""

    line_id: int
    cost_minor: int
    """What the whole line costs, or is taken to cost."""
    lost_minor: int
    """What is lost if it waits (`lost_by_waiting`)."""
    by_person: bool = False
    """A person set it: it is paid for first, whatever is left."""
    units: int = 1
    pack: int = 1
    least: int = 1
    """Its units, and the packs and the least that its supplier takes: what is too dear is paid for in part."""

    def part(self, left_minor: int) -> int:
        """The most units in whole packs that are paid for by `left_minor`, less than all; 0 below the least.

        >>> assam = Wish(1, 73_800, 9_000, units=180, pack=12)
        >>> assam.part(60_000), assam.part(4_919)
        (144, 0)
        """
        pays_for = left_minor * self.units // self.cost_minor if left_minor > 0 and self.cost_minor else 0
        packs = min(pays_for, self.units - 1) // self.pack * self.pack
        return packs if packs >= max(1, self.least) else 0

    def cost_of(self, units: int) -> int:
        """What so many of its units cost, rounded up."""
        return -(-self.cost_minor * units // self.units)


@dataclass(frozen=True)
class Filled:
    """What a budget pays for."""

    goes: frozenset[int]
    """Lines that can be sent now."""
    waits: frozenset[int]
    """Lines that wait for the next budget."""
    parts: Mapping[int, int] = field(default_factory=dict)
    """Of lines that go, but are too dear: so many units of them."""


def fill(wishes: Collection[Wish], left_minor: int) -> Filled:
    """Fill what is left of a budget with draft lines: most throughput saved per unit of money first.

    What a person set goes in any case, and is taken off first. Of the others, what loses nothing by waiting waits; so
    does what is dearer than what is left, but for as many packs of it as that pays for.

    >>> fill([Wish(1, 1000, 900, units=10)], 750).parts
    {1: 7}
    >>> tea, pot, mug, oat = Wish(1, 400, 800), Wish(2, 300, 900), Wish(3, 500, 2000), Wish(4, 10, 0)
    >>> sorted(fill([tea, pot, mug, oat], 800).goes), sorted(fill([tea, pot, mug, oat], 800).waits)
    ([2, 3], [1, 4])
    >>> sorted(fill([tea, pot, Wish(9, 700, 0, by_person=True)], 800).goes)
    [9]
    """
    goes = {wish.line_id for wish in wishes if wish.by_person}
    left = left_minor - spent(wish for wish in wishes if wish.by_person)
    parts: dict[int, int] = {}
    for wish in sorted(wishes, key=_by_worth):
        if wish.line_id in goes or wish.lost_minor <= 0:
            continue
        if wish.cost_minor <= left:
            goes.add(wish.line_id)
            left -= wish.cost_minor
        elif units := wish.part(left):
            goes.add(wish.line_id)
            parts[wish.line_id] = units
            left -= wish.cost_of(units)
    return Filled(frozenset(goes), frozenset(wish.line_id for wish in wishes if wish.line_id not in goes), parts)


def spent(wishes: Iterable[Wish]) -> int:
    """What some lines cost together."""
    return sum(wish.cost_minor for wish in wishes)


def _by_worth(wish: Wish) -> tuple[Fraction, int]:
    return -Fraction(wish.lost_minor, max(1, wish.cost_minor)), wish.line_id
