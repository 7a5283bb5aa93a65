"""The kinds of shop whose constraint is known: which trouble each has, how much of it, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from quietshelf.rules.causes import Cause

ALWAYS = 10_000


@dataclass(frozen=True)
class Shape:
    """What a shop is like when nothing is wrong."""

    skus: int = 150
    days: int = 120
    scored: int = 30
    """The last days, on which money is compared: those that the constraint is named for."""
    week: tuple[float, ...] = (1, 1, 1, 1, 1, 1, 0)
    """How busy each day of the week is, from Monday; 0 is closed."""
    sells: tuple[float, float, float] = (0.7, 0.45, 9.0)
    """What a SKU sells a day: lognormal, with this mean and deviation, at most so much."""
    takes: Mapping[int, int] = field(default_factory=lambda: {1: 70, 2: 20, 3: 10})
    """How many of 100 customers take so many units at once."""
    leads: tuple[int, int] = (9, 18)
    """Days that a supplier quotes."""
    spell: int = 12
    """Days for which a supplier or a person stays the same: an order sent a day later meets the same luck."""

    def is_open(self, day: int) -> bool:
        """Whether the shop is open; day 0 is a Monday."""
        return self.week[day % 7] > 0

    def busy(self, day: int) -> float:
        """How much busier a day is than a mean day."""
        return self.week[day % 7] * 7 / sum(self.week)


@dataclass(frozen=True)
class Trouble:
    """How much of each trouble a shop has; the defaults are none."""

    late_share: float = 0.0
    """Of the deliveries, so many are late..."""
    late_days: tuple[int, int] = (10, 30)
    """...by so many days."""
    short_share: float = 0.0
    """Of the order lines, so many come with half of it missing."""
    jumping: float = 0.0
    """Of the SKUs, so many sell suddenly more once..."""
    jump_times: tuple[float, float] = (2.5, 4.0)
    """...so many times as much, until the end..."""
    jump_days: tuple[int, int] = (50, 105)
    """...from one of these days on."""
    budget: float | None = None
    """A week's money for orders, as a share of what a week's sales cost; None: what is wanted."""
    sitting: float = 0.0
    """Of the SKUs, so many lie there for most of a year."""
    waiting: float = 0.0
    """Of the draft orders, so many wait for a person..."""
    wait_days: tuple[int, int] = (8, 22)
    cut: float = 0.0
    """Of the order lines of those, so many are halved by that person."""
    vanishing: float = 0.0
    """Of the SKUs' days, on so many units vanish that nobody sees go..."""
    vanish_days: tuple[int, int] = (2, 15)
    """...so many days' worth of sales."""

    where: Mapping[Cause, tuple[int, ...]] = field(default_factory=dict)
    """The suppliers (0 to 4) to whose items a trouble is confined; a cause that is not named here is everywhere."""
    begins: Mapping[Cause, int] = field(default_factory=dict)
    """The day on which a trouble begins, where that is not the usual one."""
    ends: int = ALWAYS
    """The day from which on there is none of it any more."""
    shape: Shape = Shape()

    def share(self, cause: Cause, supplier: int) -> float:
        """How often a trouble that can be confined happens among the items of a supplier."""
        if supplier not in self.where.get(cause, (supplier,)):
            return 0.0
        return {
            Cause.SUPPLY: self.late_share,
            Cause.PURCHASING: self.waiting,
            Cause.COUNTS: self.vanishing,
            Cause.DEMAND: self.jumping,
        }[cause]

    def reigns(self, cause: Cause, day: int) -> bool:
        """Whether a day is one of those on which a trouble happens."""
        return self.begins.get(cause, TROUBLE_FROM) <= day < self.ends

    def has(self, cause: Cause) -> bool:
        """Whether the shop has this trouble at all."""
        if cause is Cause.CAPITAL:
            return self.budget is not None
        return any(self.share(cause, supplier) > 0 for supplier in range(SUPPLIERS))

    def without(self, cause: Cause) -> "Trouble":
        """The same shop with one cause taken away; demand is taken away by foreseeing it (tests/worlds/shop.py)."""
        return {
            Cause.SUPPLY: replace(self, late_share=0.0),
            Cause.CAPITAL: replace(self, budget=None, sitting=0.0),
            Cause.PURCHASING: replace(self, waiting=0.0),
            Cause.COUNTS: self,
            Cause.DEMAND: self,
        }[cause]


SUPPLIERS = 5
TROUBLE_FROM = 35
_SOME, _OTHERS = (0, 1), (2, 3, 4)

PURE: Mapping[Cause, Trouble] = {
    Cause.SUPPLY: Trouble(late_share=0.45, late_days=(12, 28), short_share=0.15, where={Cause.SUPPLY: (0, 1, 2)}),
    Cause.DEMAND: Trouble(jumping=0.15),
    Cause.CAPITAL: Trouble(budget=0.7, sitting=0.1),
    Cause.PURCHASING: Trouble(waiting=0.3, cut=0.1),
    Cause.COUNTS: Trouble(vanishing=0.022),
}
CALM = Trouble()
APART: Mapping[str, Trouble] = {
    "late and short suppliers, others' orders wait": Trouble(
        late_share=0.5,
        late_days=(12, 28),
        short_share=0.15,
        waiting=0.3,
        where={Cause.SUPPLY: _SOME, Cause.PURCHASING: _OTHERS},
    ),
    "late suppliers, demand for others' goods jumps": Trouble(
        late_share=0.6, late_days=(12, 28), jumping=0.15, where={Cause.SUPPLY: _SOME, Cause.DEMAND: _OTHERS}
    ),
    "late suppliers, others' goods vanish": Trouble(
        late_share=0.5, late_days=(12, 28), vanishing=0.025, where={Cause.SUPPLY: _SOME, Cause.COUNTS: _OTHERS}
    ),
    "some suppliers' orders wait, others' goods vanish": Trouble(
        waiting=0.5, vanishing=0.02, where={Cause.PURCHASING: _SOME, Cause.COUNTS: _OTHERS}
    ),
}
"""Two causes at once, each among the goods of other suppliers."""
TANGLED: Mapping[str, Trouble] = {
    "supply and purchasing": Trouble(late_share=0.45, late_days=(12, 28), short_share=0.1, waiting=0.2),
    "demand and supply": Trouble(jumping=0.12, late_share=0.3, late_days=(10, 24)),
    "counts and supply": Trouble(vanishing=0.022, late_share=0.3, late_days=(10, 24)),
    "purchasing and counts": Trouble(waiting=0.25, vanishing=0.02),
}
"""Two causes at once, on the same goods: then taking one away changes what the other does."""

ENDS = 100
"""The day on which the trouble of the shops that get better ends."""
ENDING: Mapping[Cause, Trouble] = {
    cause: replace(trouble, ends=ENDS, jump_days=(50, 90), shape=Shape(days=185)) for cause, trouble in PURE.items()
}
"""Shops with one cause, whose trouble ends so long before the last 30 days that what was then on its way has come."""

_MARKET = Shape(
    skus=60,
    days=200,
    week=(0.7, 0.8, 0.9, 1.0, 1.4, 1.8, 0.4),
    sells=(1.2, 0.7, 14.0),
    takes={1: 45, 2: 25, 4: 15, 6: 10, 12: 5},
    spell=8,
)
"""Fewer goods, a week with a rhythm, customers who take many at once, people and suppliers that change more often."""
OTHERS: Mapping[str, Trouble] = {
    "late and short": Trouble(late_share=0.4, late_days=(8, 24), short_share=0.2, shape=_MARKET),
    "jumps": Trouble(jumping=0.25, jump_times=(2.0, 4.0), jump_days=(120, 185), shape=_MARKET),
    "a budget": Trouble(budget=0.75, sitting=0.1, begins={Cause.CAPITAL: 80}, shape=_MARKET),
    "waits": Trouble(waiting=0.35, wait_days=(6, 20), cut=0.15, shape=_MARKET),
    "vanishes": Trouble(vanishing=0.02, vanish_days=(3, 12), begins={Cause.COUNTS: 60}, shape=_MARKET),
    "late, and waits": Trouble(
        late_share=0.35, late_days=(8, 24), waiting=0.3, wait_days=(6, 20), begins={Cause.PURCHASING: 90}, shape=_MARKET
    ),
    "jumps, and waits": Trouble(
        jumping=0.15, jump_times=(2.0, 4.0), jump_days=(120, 185), waiting=0.25, wait_days=(6, 20), shape=_MARKET
    ),
    "late, waits, vanishes": Trouble(
        late_share=0.25,
        late_days=(8, 24),
        waiting=0.25,
        wait_days=(6, 20),
        vanishing=0.012,
        begins={Cause.PURCHASING: 70, Cause.COUNTS: 100},
        shape=_MARKET,
    ),
}
"""Shops of another kind, on which nothing was tuned: one to three causes, from different days on, on all goods."""
