"""What a SKU sells a day: sales by day with returns taken back, velocity, one-offs. Stock is derived in stock.py."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import NamedTuple
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy


class DaySum(NamedTuple):
    """What one SKU sold on one day, in units and in money (minor units), what came back taken off."""

    units: int
    revenue_minor: int


@dataclass(frozen=True)
class InStock:
    """What sold while it was in stock, in the days that velocity is read over (stock.window_of)."""

    sold: int
    """Units, returns taken back."""
    days: int | Fraction
    """For how long it was in stock, parts of days included."""
    since_sale: int | Fraction
    """For how many days it has been in stock since the day of its last sale, or since its first day."""
    ran_out_on: date | None = None
    """The day on which it ran out, where it has been out for all of velocity's days."""


@dataclass(frozen=True)
class Velocity:
    """Units sold in some days; a day's worth is an exact fraction, so that a line is crossed where it stands."""

    units: int
    days: int | Fraction
    in_stock: int | Fraction | None = None
    """For how long it was in stock, where that divides: `days`, but where those are the fewest that count."""

    @cached_property
    def per_day(self) -> Fraction:
        """Units a day.

        >>> Velocity(42, 60).per_day
        Fraction(7, 10)
        """
        return Fraction(self.units, self.days)


def velocity(units_in_window: int, policy: Policy, in_stock: InStock | None = None) -> Velocity:
    """Units sold a day (docs/policy.md, Velocity); never below 0.

    With the policy's `in_stock_days`, and where it is known how long it was in stock, it is divided by those days, at
    least 30. Else by the plain rule: units sold in the last 60 days / 60.

    >>> velocity(258, Policy())
    Velocity(units=258, days=60, in_stock=None)
    >>> velocity(238, Policy(), InStock(238, Fraction(55), Fraction(0)))
    Velocity(units=238, days=Fraction(55, 1), in_stock=Fraction(55, 1))
    >>> velocity(9, Policy(), InStock(9, Fraction(25, 2), Fraction(0))).per_day  # new: at least 30 days
    Fraction(3, 10)
    >>> velocity(-3, Policy()).per_day
    Fraction(0, 1)
    """
    if in_stock is None or not policy.in_stock_days:
        return Velocity(max(0, units_in_window), policy.velocity_days)
    days = max(in_stock.days, policy.in_stock_at_least_days)
    return Velocity(max(0, in_stock.sold), days, in_stock.days)


@dataclass(frozen=True)
class OneOff:
    """A single sale that velocity should perhaps not count, or (a person said so) does not."""

    key: str
    """Of the sale's fact."""
    sold_on: date
    units: int
    """Returns taken back."""


def largest(facts: Sequence[Fact], first: date, last: date, zone: ZoneInfo) -> tuple[OneOff, ...]:
    """Of the sales on some days, less what came back, those of which no two later ones are as large; oldest first.

    So the two largest of the last days are among them, however few days that are. One-offs are left out.
    """
    sales = [(_day(sale.fact, zone), sale) for sale in _net_sales(facts) if sale.left and not sale.fact.one_off]
    return no_two_larger([OneOff(sale.fact.key, day, sale.left) for day, sale in sales if first <= day <= last])


def no_two_larger(sales: Sequence[OneOff]) -> tuple[OneOff, ...]:
    """Of some sales, oldest first, those of which no two later ones are as large.

    >>> day = date(2026, 11, 24)
    >>> [sale.units for sale in no_two_larger([OneOff("", day, units) for units in (9, 2, 3, 7, 1, 4)])]
    [9, 7, 1, 4]
    """
    kept: list[OneOff] = []
    first = second = 0
    for sale in reversed(sales):
        if sale.units > second:
            kept.append(sale)
            first, second = max(first, sale.units), max(second, min(first, sale.units))
    return tuple(reversed(kept))


def perhaps_one_off(sales: Sequence[OneOff], first: date, last: date, speed: Velocity, policy: Policy) -> OneOff | None:
    """The largest sale, if of more than 15 days' worth and no other is half as large (docs/policy.md, Velocity).

    A regular monthly bulk order is demand, and the only sale there was is all that is known. Offered, never decided.

    Args:
        sales: the two largest of the days that velocity is read over, at least (`largest`).
        first: the first of these days, `last` the last.

    >>> from datetime import UTC, datetime
    >>> def sale(day, quantity):
    ...     return Fact(datetime(2026, 11, day, 10, tzinfo=UTC), Kind.SALE, quantity, f"s{day}")
    >>> small, here = [sale(day, 2) for day in range(1, 20)], ZoneInfo("Europe/London")
    >>> window = date(2026, 9, 26), date(2026, 11, 24)
    >>> perhaps_one_off(largest([*small, sale(20, 40)], *window, here), *window, Velocity(78, 60), Policy())
    OneOff(key='s20', sold_on=datetime.date(2026, 11, 20), units=40)
    >>> two = [*small, sale(20, 40), sale(21, 40)]
    >>> perhaps_one_off(largest(two, *window, here), *window, Velocity(118, 60), Policy()) is None
    True
    """
    by_size = sorted((sale for sale in sales if first <= sale.sold_on <= last), key=lambda sale: sale.units)
    if len(by_size) < 2:
        return None
    worth = floor(speed.per_day * policy.one_off_days)
    is_one = by_size[-1].units > worth and 2 * by_size[-2].units < by_size[-1].units
    return by_size[-1] if is_one else None


def one_offs(facts: Iterable[Fact], first: date, last: date, zone: ZoneInfo) -> tuple[OneOff, ...]:
    """The sales of some days that a person said were one-offs, oldest first."""
    said = {fact.key: fact for fact in facts if fact.one_off}
    in_order = sorted(said.values(), key=lambda fact: (fact.happened, fact.key))
    days = ((fact, _day(fact, zone)) for fact in in_order)
    return tuple(OneOff(fact.key, day, fact.quantity) for fact, day in days if first <= day <= last)


def names_what_is_unknown(facts: Iterable[Fact]) -> bool:
    """Whether a return names a sale that is not among the facts: it takes that one back if it comes."""
    facts = list(facts)
    named = {fact.takes_back for fact in facts if fact.takes_back is not None}
    return bool(named) and not named <= {fact.key for fact in facts if fact.kind is Kind.SALE}


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
    goes below 0. A sale that a person called a one-off is left out. A function of the set of facts: any order, any
    repeats, the same days.

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
    units: defaultdict[date, int] = defaultdict(int)
    revenue: defaultdict[date, int] = defaultdict(int)
    for sale in _net_sales(facts):
        if sale.fact.one_off:
            continue
        day = _day(sale.fact, zone)
        units[day] += sale.left
        revenue[day] += sale.left * (sale.fact.price_minor or 0)
    return {day: DaySum(sold, revenue[day]) for day, sold in units.items()}


def _net_sales(facts: Iterable[Fact]) -> list[_Sale]:
    """Every sale with what is left of it, once each return has taken its units back."""
    known = {fact.key: fact for fact in facts if fact.kind in (Kind.SALE, Kind.RETURN)}
    in_order = sorted(known.values(), key=lambda fact: (fact.happened, fact.key))
    sales = [_Sale(fact) for fact in in_order if fact.kind is Kind.SALE]
    returns = [fact for fact in in_order if fact.kind is Kind.RETURN]
    if returns:
        _take_back(sales, returns)
    return sales


def _day(fact: Fact, zone: ZoneInfo) -> date:
    return fact.happened.astimezone(zone).date()


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
