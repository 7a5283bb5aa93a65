"""What a SKU sells a day: sales by day with their returns taken back, and velocity. Stock is not looked at here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy


@dataclass(frozen=True)
class DaySum:
    """What one SKU sold on one day, in units and in money (minor units), what came back taken off."""

    units: int
    revenue_minor: int


@dataclass(frozen=True)
class Velocity:
    """Units sold in some days; a day's worth is an exact fraction, so that a line is crossed where it stands."""

    units: int
    days: int

    @property
    def per_day(self) -> Fraction:
        """Units a day.

        >>> Velocity(42, 60).per_day
        Fraction(7, 10)
        """
        return Fraction(self.units, self.days)


def velocity(units_in_window: int, policy: Policy) -> Velocity:
    """The plain rule: units sold in the last 60 days / 60 (docs/policy.md, Velocity); never below 0.

    >>> velocity(258, Policy())
    Velocity(units=258, days=60)
    >>> velocity(-3, Policy()).per_day
    Fraction(0, 1)
    """
    return Velocity(max(0, units_in_window), policy.velocity_days)


class _Sale:
    """One sale with the units that no return has taken back yet."""

    __slots__ = ("fact", "left")

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self.left = fact.quantity


def net_days(facts: Iterable[Fact], zone: ZoneInfo) -> dict[date, DaySum]:
    """What sold on each of the site's days, each return taken back from the day of its own sale.

    A return's own sale is the one it names; else the newest earlier one to the same buyer, at the same price first;
    else the newest earlier one. What finds no sale is dropped: it was sold before the first fact, and velocity never
    goes below 0. A function of the set of facts: any order, any repeats, the same days.

    Args:
        facts: one SKU's facts at one site; only sales and returns are looked at.
        zone: the site's time zone, which says where a day begins.

    >>> from datetime import UTC, datetime
    >>> monday, tuesday = datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 24, 10, tzinfo=UTC)
    >>> sold = Fact(monday, Kind.SALE, 12, "s1", price_minor=500, party="ann")
    >>> more = Fact(tuesday, Kind.SALE, 3, "s2", price_minor=500)
    >>> back = Fact(tuesday, Kind.RETURN, 2, "r1", party="ann")
    >>> {day.isoformat(): sums.units for day, sums in net_days([back, more, sold], ZoneInfo("Europe/London")).items()}
    {'2026-11-23': 10, '2026-11-24': 3}
    """
    known = {fact.key: fact for fact in facts if fact.kind in (Kind.SALE, Kind.RETURN)}
    in_order = sorted(known.values(), key=lambda fact: (fact.happened, fact.key))
    sales = [_Sale(fact) for fact in in_order if fact.kind is Kind.SALE]
    returns = [fact for fact in in_order if fact.kind is Kind.RETURN]
    if returns:
        _take_back(sales, returns)
    units: defaultdict[date, int] = defaultdict(int)
    revenue: defaultdict[date, int] = defaultdict(int)
    for sale in sales:
        day = sale.fact.happened.astimezone(zone).date()
        units[day] += sale.left
        revenue[day] += sale.left * (sale.fact.price_minor or 0)
    return {day: DaySum(sold, revenue[day]) for day, sold in units.items()}


def _take_back(sales: list[_Sale], returns: list[Fact]) -> None:
    """Take each return's units off its own sale, in the order in which they came back."""
    by_key = {sale.fact.key: sale for sale in sales}
    by_party: defaultdict[str, list[_Sale]] = defaultdict(list)
    for sale in sales:
        if sale.fact.party is not None:
            by_party[sale.fact.party].append(sale)
    for back in returns:
        rest = back.quantity
        named = by_key.get(back.takes_back) if back.takes_back is not None else None
        if named is not None:
            rest = _take(rest, [named], back, any_time=True)
        if rest and back.party is not None:
            own = by_party[back.party]
            rest = _take(rest, [sale for sale in own if sale.fact.price_minor == back.price_minor], back)
            rest = _take(rest, own, back)
        _take(rest, sales, back)


def _take(rest: int, sales: list[_Sale], back: Fact, any_time: bool = False) -> int:
    """Take `rest` units from the newest of `sales` (oldest first) not after the return; what is left of `rest`."""
    for sale in reversed(sales):
        if rest == 0:
            break
        if sale.left and (any_time or sale.fact.happened <= back.happened):
            taken = min(sale.left, rest)
            sale.left -= taken
            rest -= taken
    return rest
