"""The silence alarm: what the book says is there and has not sold for too long is probably gone, and worth a look.

It is for stock that no shelf weighs. Which looks are asked for on a day, and in which order, is said here too.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY, Stock

_SHOWN_BY = frozenset({Kind.RECEIPT, Kind.RETURN, Kind.COUNT})

_MOST_DOUBLINGS = 10


@dataclass(frozen=True)
class Shown:
    """What else than a sale has shown that pieces of a SKU were there."""

    on: date | None = None
    """The last day on which some came, came back, or were counted."""
    looks: int = 0
    """On so many days since the last sale a count of the whole site found some."""


@dataclass(frozen=True)
class Silence:
    """How long a SKU has not sold, and how long it may before somebody looks."""

    last_sale: date
    unsold_days: int
    """Open days since the last sale, the day of T left out: it isn't over."""
    expected: Fraction
    """Days with a sale that were to be expected since a piece of it was last seen: sold, counted or received."""
    chance: Fraction
    """The share of its days in stock on which it sells."""
    looks: int
    """Looks that have found it since its last sale: each doubles the wait."""
    allowed: int
    """It is probably gone once this many days with a sale were to be expected."""

    @property
    def share(self) -> float:
        """What was to be expected over what is allowed: from 1 on it is probably gone."""
        return float(self.expected / self.allowed)

    @property
    def is_alarming(self) -> bool:
        """Whether it is probably gone."""
        return self.expected >= self.allowed

    @property
    def days_to_go(self) -> int | None:
        """Days after which, at the earliest, it is alarming if still none sells; None: never by itself.

        >>> tea = Silence(date(2026, 11, 10), 4, Fraction(2), Fraction(1, 2), 0, 4)
        >>> tea.days_to_go
        4
        """
        if self.is_alarming:
            return 0
        return ceil((self.allowed - self.expected) / self.chance) if self.chance else None

    def figures(self) -> dict[str, Any]:
        """What a sentence about it is made of, ready for JSON."""
        return {
            "last_sale": self.last_sale.isoformat(),
            "unsold_days": self.unsold_days,
            "expected": round(float(self.expected), 2),
            "looks": self.looks,
            "allowed": self.allowed,
        }


def shown(facts: Iterable[Fact], last_sale: date | None, zone: ZoneInfo) -> Shown:
    """What else than sales has shown of one SKU's pieces. A count that finds none shows nothing."""
    seen = [fact for fact in facts if fact.kind in _SHOWN_BY and fact.quantity > 0 and fact.place is None]
    days = sorted(fact.happened.astimezone(zone).date() for fact in seen)
    counts = [fact for fact in seen if fact.kind is Kind.COUNT and not fact.is_settled]
    counted = {fact.happened.astimezone(zone).date() for fact in counts}
    return Shown(days[-1] if days else None, sum(last_sale is None or day > last_sale for day in counted))


def silence(sold_on: Set[date], seen: Shown, stock: Stock, policy: Policy) -> Silence | None:
    """How silent a SKU is (docs/policy.md, Looks); None where it has never sold.

    What was to be expected is the days in stock since a piece was last seen, times the chance that a day has a sale:
    days with a sale / days in stock, over the `velocity_days` before and over the silence itself. So a sale of ten
    pieces is one sale day; what sells on Saturdays alone is expected on one day of seven; and a chance that is known
    from few sales has to be silent for longer, where a chance of its best days alone would send people to look for
    nothing.

    Args:
        sold_on: the days on which it sold, returns taken back.
        seen: what else has shown its pieces.
        stock: when it was in stock, by the book.

    >>> from datetime import UTC, datetime
    >>> from quietshelf.rules.ledger import course
    >>> from quietshelf.rules.stock import Calendar, stock_of
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> counted = Fact(noon - 70 * DAY, Kind.COUNT, 60, "count")
    >>> sold = [Fact(noon - n * DAY, Kind.SALE, 1, f"{n}") for n in range(9, 69)]  # one a day, but for the last 8 days
    >>> here = Calendar(ZoneInfo("UTC"), noon, date(2026, 9, 1))
    >>> def silent(*more, policy=Policy()):
    ...     facts = [counted, *sold, *more]
    ...     stock = stock_of(facts, course(facts, noon, policy).steps, here)
    ...     seen = shown(facts, sold[0].happened.date(), here.zone)
    ...     return silence({fact.happened.date() for fact in sold}, seen, stock, policy)
    >>> said = silent(Fact(noon - 65 * DAY, Kind.RECEIPT, 9, "came"))
    >>> said.unsold_days, round(float(said.expected), 1), said.is_alarming
    (8, 7.1, True)
    >>> found = silent(Fact(noon - 3 * DAY, Kind.COUNT, 9, "found"))  # a look found it: twice as long the next time
    >>> found.unsold_days, found.looks, found.allowed, found.is_alarming
    (8, 1, 8, False)
    """
    until = stock.calendar.last - DAY
    last_sale = max((day for day in sold_on if day <= until + DAY), default=None)
    if last_sale is None:
        return None
    since = max(last_sale, min(seen.on, until + DAY)) if seen.on is not None else last_sale
    first = since - DAY * (policy.velocity_days - 1)
    silent = stock.in_stock(since + DAY, until) if since < until else 0
    days = stock.in_stock(first, since) + silent
    sale_days = sum(first <= day <= since for day in sold_on)
    chance = Fraction(min(sale_days, days), days) if days else Fraction(0)
    return Silence(
        last_sale,
        stock.calendar.count(last_sale + DAY, until),
        silent * chance,
        chance,
        seen.looks,
        policy.look_sale_days * 2 ** min(seen.looks, _MOST_DOUBLINGS),
    )


def looks_left(open_now: int, asked_today: int, policy: Policy, *, counts_mode: bool) -> int:
    """How many more looks may be asked for today, where some are open and some were asked for and are done.

    >>> looks_left(0, 0, Policy(), counts_mode=False), looks_left(1, 1, Policy(), counts_mode=False)
    (3, 1)
    >>> looks_left(3, 0, Policy(), counts_mode=False), looks_left(3, 0, Policy(), counts_mode=True)
    (0, 7)
    """
    most = policy.looks_a_day_in_mode if counts_mode else policy.looks_a_day
    return max(0, most - open_now - asked_today)


def asks(silent: Silence | None, on_hand: int, sensed: int | None) -> bool:
    """Whether somebody should look: the book says it is there, no shelf weighs it, and it is silent for too long."""
    return silent is not None and silent.is_alarming and on_hand > 0 and sensed is None
