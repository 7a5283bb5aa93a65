"""What a seed draws: customers, suppliers' bad days, people's absences, what vanishes. No shop can change any of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import exp
from random import Random

from quietshelf.rules.causes import Cause
from tests.worlds.kinds import ALWAYS, SUPPLIERS, Shape, Trouble

BEFORE = 60
"""Days of sales that the shop remembers when the world begins."""
AHEAD = 60
"""Days of customers beyond the end: what a shop that foresees demand sees of them."""


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
    largest: tuple[int, ...]
    """What the day's largest customer wants, on the same days."""
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


def draw(trouble: Trouble, seed: int) -> Luck:
    """The luck of a seed: the same customers and deliveries whatever trouble is taken away from the shop."""
    return Luck(
        tuple(_sku(trouble, seed, n) for n in range(trouble.shape.skus)),
        tuple(_supplier(trouble, seed, n) for n in range(SUPPLIERS)),
    )


def _sku(trouble: Trouble, seed: int, n: int) -> SkuLuck:
    dice, shape = Random(f"{seed} sku {n}"), trouble.shape
    mean, deviation, most = shape.sells
    rate = min(most, dice.lognormvariate(mean, deviation))
    cost = dice.randrange(400, 1600)
    hits = partial(trouble.share, supplier=n % SUPPLIERS)
    jumps_on = dice.randrange(*trouble.jump_days) if dice.random() < hits(Cause.DEMAND) else ALWAYS
    times = dice.uniform(*trouble.jump_times)
    customers = [
        _customers(dice, rate * shape.busy(day) * (times if day >= jumps_on else 1.0), shape)
        for day in range(-BEFORE, shape.days + AHEAD)
    ]
    drawn = partial(_spells, trouble, seed)
    return SkuLuck(
        sku=f"SKU-{n:03}",
        supplier=n % SUPPLIERS,
        cost_minor=cost,
        price_minor=round(cost / dice.uniform(0.5, 0.7)),
        pack=dice.choice((1, 1, 6, 12)),
        rate=rate,
        wanted=tuple(map(sum, customers)),
        largest=tuple(max(one, default=0) for one in customers),
        vanishes=_vanishing(trouble, seed, n, hits(Cause.COUNTS), rate),
        late_by=drawn(f"late {n}", Cause.SUPPLY, hits(Cause.SUPPLY), lambda d: d.randint(*trouble.late_days)),
        short=tuple(
            map(bool, drawn(f"short {n}", Cause.SUPPLY, trouble.short_share if hits(Cause.SUPPLY) else 0.0, _yes))
        ),
        cut=tuple(map(bool, drawn(f"cut {n}", Cause.PURCHASING, trouble.cut if hits(Cause.PURCHASING) else 0.0, _yes))),
        starts_with=dice.random(),
        sits=dice.random() < trouble.sitting,
    )


def _supplier(trouble: Trouble, seed: int, n: int) -> SupplierLuck:
    dice = Random(f"{seed} supplier {n}")
    quoted = dice.randrange(trouble.shape.leads[0], trouble.shape.leads[1] + 1)
    share = trouble.share(Cause.PURCHASING, n)
    return SupplierLuck(
        quoted_days=quoted,
        past=tuple(quoted - dice.randrange(3) for _ in range(12)),
        takes=tuple(quoted - dice.randrange(3) for _ in range(trouble.shape.days)),
        waits=_spells(
            trouble, seed, f"wait {n}", Cause.PURCHASING, share, lambda dice: dice.randint(*trouble.wait_days)
        ),
    )


def _vanishing(trouble: Trouble, seed: int, n: int, share: float, rate: float) -> tuple[int, ...]:
    """On this share of the days of the trouble so many units vanish; else 0."""
    dice = Random(f"{seed} vanish {n}")
    drawn = [
        (dice.random() < share, round(rate * dice.uniform(*trouble.vanish_days))) for _ in range(trouble.shape.days)
    ]
    return tuple(
        much if happens and trouble.reigns(Cause.COUNTS, day) else 0 for day, (happens, much) in enumerate(drawn)
    )


def _spells(
    trouble: Trouble, seed: int, what: str, cause: Cause, share: float, how_much: Callable[[Random], int]
) -> tuple[int, ...]:
    """In this share of the spells of the trouble something is wrong, by so much; else 0."""
    dice, days, spell = Random(f"{seed} {what}"), trouble.shape.days, trouble.shape.spell
    begins = dice.randrange(spell)
    drawn = [(dice.random() < share, how_much(dice)) for _ in range(days // spell + 2)]
    of_day = [drawn[(day + begins) // spell] for day in range(days)]
    return tuple(much if happens and trouble.reigns(cause, day) else 0 for day, (happens, much) in enumerate(of_day))


def _yes(_: Random) -> int:
    return 1


def _customers(dice: Random, units: float, shape: Shape) -> list[int]:
    """What each customer of a day takes: so many customers (Poisson) that they want so many units on the mean."""
    if units <= 0:
        return []
    mean = sum(size * weight for size, weight in shape.takes.items()) / sum(shape.takes.values())
    limit, product, customers = exp(-units / mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        customers += 1
    return dice.choices(list(shape.takes), list(shape.takes.values()), k=customers)
