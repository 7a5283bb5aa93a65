"""Invented customers at one slot, sample by sample, with the truth beside it: to try counting without a shelf."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from quietshelf_edge.cell import SimulatedCell, sound

SPS = 10


@dataclass(frozen=True)
class Moment:
    """One sample and what was true at it."""

    t_s: float
    raw: int
    pieces: int


def shop_trace(
    seed: int,
    *,
    minutes: float = 30.0,
    piece_weight_g: float = 250.0,
    spread: float = 0.01,
    start: int = 20,
    counts_per_g: float = 400.0,
    zero_raw: float = 84_000.0,
) -> Iterator[Moment]:
    """Customers who take 1 to 12 pieces in handfuls, put some back, and staff who refill; the same for the same seed.

    A piece weighs `piece_weight_g` within `spread` (one sigma, a share). A movement lasts 0.3 to 1.2 s.
    """
    chance = random.Random(seed)
    pieces_g = [chance.gauss(piece_weight_g, spread * piece_weight_g) for _ in range(start)]
    load_g = sum(pieces_g)
    cell = SimulatedCell(lambda: load_g, counts_per_g, zero_raw, seed)
    next_hand = 50
    hand_until = 0
    for sample in range(round(minutes * 60 * SPS)):
        if sample == next_hand:
            _move(chance, pieces_g, piece_weight_g, spread)
            hand_until = sample + chance.randint(3, 12)
            next_hand = hand_until + round(chance.expovariate(1 / 12) * SPS) + SPS
        if sample < hand_until:
            load_g = max(0.0, sum(pieces_g) + chance.uniform(-1, 1) * 3 * piece_weight_g)
        elif sample == hand_until:
            load_g = sum(pieces_g)
        if (raw := sound(cell.read())) is not None:
            yield Moment(sample / SPS, raw, len(pieces_g))


def _move(chance: random.Random, pieces_g: list[float], piece_weight_g: float, spread: float) -> None:
    """One hand's work: mostly a pick, sometimes a put-back of one or two, a refill when little is left."""
    if len(pieces_g) < 4:
        added = chance.randint(6, 24)
    elif chance.random() < 0.15:
        added = chance.randint(1, 2)
    else:
        added = -min(len(pieces_g), chance.choice([1, 1, 1, 1, 2, 2, 3, chance.randint(1, 12)]))
    if added > 0:
        pieces_g.extend(chance.gauss(piece_weight_g, spread * piece_weight_g) for _ in range(added))
    else:
        chance.shuffle(pieces_g)
        del pieces_g[added:]
