"""The review of a month: what it names, the one thing it proposes, whether the last one helped. Pure.

What was lost and by what is causes.py's; the constraint and its number are constraint.py's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quietshelf.rules.causes import Cause
from quietshelf.rules.constraint import Calm, Named
from quietshelf.rules.policy import Policy


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month of a site."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month that a day lies in."""
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str) -> "Month":
        """A month as addresses write it. Raises ValueError for what is none.

        >>> Month.read("2026-02").last
        datetime.date(2026, 2, 28)
        """
        year, dash, month = text.partition("-")
        if not (dash and text.isascii() and len(year) == 4 and len(month) == 2 and (year + month).isdecimal()):
            raise ValueError(f"{text!r} is no month: write it as 2026-11")
        return cls(date(int(year), int(month), 1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.next.first - self.first).days

    @property
    def next(self) -> "Month":
        """The one after it.

        >>> str(Month.read("2026-12").next), str(Month.read("2026-01").before)
        ('2027-01', '2025-12')
        """
        return Month.of(self.first + timedelta(days=31))

    @property
    def before(self) -> "Month":
        """The one before it."""
        return Month.of(self.first - timedelta(days=1))


def named_in(
    stood: Sequence[Named], lost: Mapping[Cause, int], out_days: int, earned_minor: int | None, policy: Policy
) -> Named:
    """What a month names: what stood after its last look; where nobody looked, what its losses alone say.

    Args:
        stood: what stood after each look of the month, oldest first.
        lost: money lost in the month by each cause, minor units.
        out_days: days without stock, each SKU's own counted.
        earned_minor: what its sales earned; None where that is not known.

    >>> lost = {Cause.SUPPLY: 90_000, Cause.DEMAND: 30_000}
    >>> str(named_in([Cause.DEMAND], lost, 40, None, Policy())), str(named_in([], lost, 40, None, Policy()))
    ('demand', 'supply')
    >>> str(named_in([], lost, 19, None, Policy())), str(named_in([], lost, 40, 13_000_000, Policy()))
    ('unknown', 'none')
    """
    if stood:
        return stood[-1]
    total = sum(lost.values())
    most = max(Cause, key=lambda cause: lost.get(cause, 0))
    if total == 0 or lost.get(most, 0) < total * policy.main_cause_share:
        return Calm.NONE
    if earned_minor is not None and total <= earned_minor * policy.quiet_loss_share:
        return Calm.NONE
    return most if out_days >= policy.told_from_days else Calm.UNKNOWN


class Do(StrEnum):
    """The one thing that a review proposes."""

    NOTHING = "nothing"
    """Nothing holds the shop back."""
    WAIT = "wait"
    """Too little is known to say what does."""
    SHIFT = "shift"
    """Order one SKU, the one that lost most, from another supplier."""
    SELL_OFF = "sell_off"
    """Go through what is overstocked or dead."""
    MODE = "mode"
    """Turn the constraint's mode on (and the one that is on off)."""
    KEEP = "keep"
    """Leave the mode on that is on for it."""
    END = "end"
    """Turn a mode off that has done its work."""


def propose(named: Named, on: Cause | None, end_is_due: bool, can_shift: bool, held_minor: int, lost_minor: int) -> Do:
    """The one thing to do (docs/policy.md, The monthly review).

    Args:
        on: the mode that is on.
        end_is_due: it has done its work.
        can_shift: some SKU that lost to late suppliers could be ordered from a better one.
        held_minor: what holding too much stock cost in the month.
        lost_minor: what the constraint lost in the month, holding included.

    >>> def say(named, **of): return str(propose(named, **({"on": None, "end_is_due": False, "can_shift": False,
    ...     "held_minor": 0, "lost_minor": 900} | of)))
    >>> say(Cause.SUPPLY), say(Cause.SUPPLY, can_shift=True), say(Cause.SUPPLY, on=Cause.SUPPLY), say(Calm.NONE)
    ('mode', 'shift', 'keep', 'nothing')
    >>> say(Cause.CAPITAL, held_minor=600), say(Cause.CAPITAL, held_minor=200), say(Calm.UNKNOWN)
    ('sell_off', 'mode', 'wait')
    >>> say(Calm.NONE, on=Cause.SUPPLY, end_is_due=True), say(Cause.DEMAND, on=Cause.SUPPLY)
    ('end', 'mode')
    """
    if on is not None and end_is_due:
        return Do.END
    if not isinstance(named, Cause):
        return Do.NOTHING if named is Calm.NONE else Do.WAIT
    if named is Cause.SUPPLY and can_shift:
        return Do.SHIFT
    if named is Cause.CAPITAL and held_minor * 2 > lost_minor:
        return Do.SELL_OFF
    return Do.KEEP if on is named else Do.MODE


class Helped(StrEnum):
    """Whether an action helped."""

    YES = "yes"
    NO = "no"
    UNTOLD = "untold"
    """What it was for had lost nothing before, so nothing can be compared."""


@dataclass(frozen=True)
class BeforeAndAfter:
    """What SKUs lost, in money a day: those that an action touched, beside all the rest."""

    touched: int
    """How many SKUs it touched."""
    touched_before: float
    touched_after: float
    rest_before: float
    rest_after: float

    @property
    def expected(self) -> float:
        """What the touched would have lost, had they gone the way of the rest; as before, where the rest lost nothing.

        >>> BeforeAndAfter(4, 20.0, 6.0, 10.0, 8.0).expected
        16.0
        """
        return self.touched_before * (self.rest_after / self.rest_before if self.rest_before else 1.0)

    def helped(self, policy: Policy) -> Helped:
        """Whether it lost less than the rest's way would have had it lose, by a tenth or more.

        >>> [str(BeforeAndAfter(4, 20.0, after, 10.0, 8.0).helped(Policy())) for after in (6.0, 15.0)]
        ['yes', 'no']
        >>> str(BeforeAndAfter(0, 0.0, 6.0, 10.0, 8.0).helped(Policy()))
        'untold'
        """
        if not self.touched_before:
            return Helped.UNTOLD
        enough = self.touched_after <= self.expected * (1 - policy.helped_share)
        return Helped.YES if enough and self.touched_after < self.touched_before else Helped.NO
