"""What a seed draws: customers, suppliers' bad days, people's absences, what vanishes. No shop can change any of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import exp
from random import Random

from quietshelf.rules.causes import Cause
from tests.worlds.kinds import Trouble

BEFORE = 60
"""Days of sales that the shop remembers when the world begins."""
DAYS = 120
AHEAD = 60
"""Days of customers beyond the end: what a shop that foresees demand sees of them."""
SCORED = 30
"""The last days, on which money is compared: those that the constraint is named for."""
QUIET_DAYS = 60
"""The last days, on which a calm shop must be quiet."""
TROUBLE_FROM = 35
SUPPLIERS = 5
SPELL = 12
"""Days for which a supplier or a person stays the same: an order sent a day later meets the same luck."""
SKUS = 150


@dataclass(frozen=True)
class SkuLuck:
    """One SKU: what it is, and what the world does to it on each day."""

    sku: str
    supplier: int
    cost_minor: int
    price_minor: int
    pack: int
    rate: float
    """What customers want of it on a usual day, units."""
    wanted: tuple[int, ...]
    """Units that customers want on each day, from BEFORE days before the first."""
    vanishes: tuple[int, ...]
    """Units that vanish on each day, if they are there."""
    late_by: tuple[int, ...]
    """Days by which what is ordered on each day will miss its promise."""
    short: tuple[bool, ...]
    """Whether half of what is ordered on each day will be missing."""
    cut: tuple[bool, ...]
    """Whether a person who decides on each day halves it."""
    starts_with: float
    """Where in its lot it stands on the first day, 0 to 1."""
    sits: bool


@dataclass(frozen=True)
class SupplierLuck:
    """One supplier: what it quotes, and how many days it takes, when nothing is wrong, for an order of each day."""

    quoted_days: int
    past: tuple[int, ...]
    """What the deliveries before the first day took."""
    takes: tuple[int, ...]
    waits: tuple[int, ...]
    """Days for which a draft begun on each day waits for a person."""


@dataclass(frozen=True)
class Luck:
    """All that a seed draws of one kind of world."""

    skus: tuple[SkuLuck, ...]
    suppliers: tuple[SupplierLuck, ...]


def is_open(day: int) -> bool:
    """The shop is closed on Sundays; day 0 is a Monday."""
    return day % 7 != 6


def draw(trouble: Trouble, seed: int) -> Luck:
    """The luck of a seed: the same customers and deliveries whatever trouble is taken away from the shop."""
    return Luck(
        tuple(_sku(trouble, seed, n) for n in range(SKUS)), tuple(_supplier(trouble, seed, n) for n in range(SUPPLIERS))
    )


def _sku(trouble: Trouble, seed: int, n: int) -> SkuLuck:
    dice = Random(f"{seed} sku {n}")
    rate = min(9.0, dice.lognormvariate(0.7, 0.45))
    cost = dice.randrange(400, 1600)
    hits = partial(trouble.share, supplier=n % SUPPLIERS)
    jumps_on = dice.randrange(TROUBLE_FROM + 15, DAYS - 15) if dice.random() < hits(Cause.DEMAND) else DAYS + AHEAD
    times = dice.uniform(*trouble.jump_times)
    wanted = tuple(
        _customers(dice, rate * (times if day >= jumps_on else 1.0)) if is_open(day) else 0
        for day in range(-BEFORE, DAYS + AHEAD)
    )
    return SkuLuck(
        sku=f"SKU-{n:03}",
        supplier=n % SUPPLIERS,
        cost_minor=cost,
        price_minor=round(cost / dice.uniform(0.5, 0.7)),
        pack=dice.choice((1, 1, 6, 12)),
        rate=rate,
        wanted=wanted,
        vanishes=_daily(
            seed, f"vanish {n}", hits(Cause.COUNTS), lambda d: round(rate * d.uniform(*trouble.vanish_days))
        ),
        late_by=_spells(seed, f"late {n}", hits(Cause.SUPPLY), lambda d: d.randint(*trouble.late_days)),
        short=tuple(map(bool, _spells(seed, f"short {n}", trouble.short_share if hits(Cause.SUPPLY) else 0.0, _yes))),
        cut=tuple(map(bool, _spells(seed, f"cut {n}", trouble.cut if hits(Cause.PURCHASING) else 0.0, _yes))),
        starts_with=dice.random(),
        sits=dice.random() < trouble.sitting,
    )


def _supplier(trouble: Trouble, seed: int, n: int) -> SupplierLuck:
    dice = Random(f"{seed} supplier {n}")
    quoted = dice.randrange(9, 19)
    return SupplierLuck(
        quoted_days=quoted,
        past=tuple(quoted - dice.randrange(3) for _ in range(12)),
        takes=tuple(quoted - dice.randrange(3) for _ in range(DAYS)),
        waits=_spells(seed, f"wait {n}", trouble.share(Cause.PURCHASING, n), lambda d: d.randint(*trouble.wait_days)),
    )


def _daily(seed: int, what: str, share: float, how_much: Callable[[Random], int]) -> tuple[int, ...]:
    """On this share of the days since the trouble began something happens, by so much; else 0."""
    dice = Random(f"{seed} {what}")
    drawn = [(dice.random() < share, how_much(dice)) for _ in range(DAYS)]
    return tuple(much if happens and day >= TROUBLE_FROM else 0 for day, (happens, much) in enumerate(drawn))


def _spells(seed: int, what: str, share: float, how_much: Callable[[Random], int]) -> tuple[int, ...]:
    """In this share of the spells since the trouble began something is wrong, by so much; else 0."""
    dice = Random(f"{seed} {what}")
    begins = dice.randrange(SPELL)
    drawn = [(dice.random() < share, how_much(dice)) for _ in range(DAYS // SPELL + 2)]
    spell = [drawn[(day + begins) // SPELL] for day in range(DAYS)]
    return tuple(much if happens and day >= TROUBLE_FROM else 0 for day, (happens, much) in enumerate(spell))


def _yes(_: Random) -> int:
    return 1


def _customers(dice: Random, rate: float) -> int:
    """Units wanted on one open day: so many customers (Poisson), of whom each takes one to three."""
    limit, product, customers = exp(-rate * 7 / 6 / 1.4), dice.random(), 0
    while product > limit:
        product *= dice.random()
        customers += 1
    return sum(dice.choices((1, 2, 3), (70, 20, 10), k=customers))
