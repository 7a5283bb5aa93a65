"""From levels at rest to whole pieces: how many lie there, how sure that is, and doubt in place of a guess.

Pure: no clock, no cell, no file. A count moves by the *difference* between two rests, so that a piece weight or a zero
that is slightly wrong never adds up; the absolute weight decides the first count, and that an empty slot is empty.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from quietshelf_edge.messages import Doubt
from quietshelf_edge.weighing import Rest

SURE = 0.95
"""The least confidence at which a number of pieces is taken rather than doubted."""
FIT_SIGMAS = 4.0
FLOOR_SHARE = 0.04
"""Of a piece: what a touch, a cell's hysteresis or a label may change without being a piece."""
SCALE_SHARE = 0.003
"""Of the weight moved: what the cell's own scale and the mean piece weight may be wrong by."""
EMPTY_SHARE = 0.05
"""Of the weight held: how far a lift of everything may miss it where the slot then weighs nothing."""
DOUBT_HOLD_S = 2.0
UNSETTLED_S = 60.0
SILENT_S = 2.0
FOLLOW = 0.02
"""Share of the way by which creep at rest is followed with each sample."""
DOUBTFUL_CONFIDENCE = 0.5


@dataclass(frozen=True)
class Scale:
    """How a slot weighs: the raw reading when empty, raw counts a gram, and what it may carry."""

    zero_raw: float
    counts_per_g: float
    capacity_g: float


@dataclass(frozen=True)
class Goods:
    """One item that a slot holds. `tolerance`: the share by which one piece may differ from the mean (three sigmas)."""

    sku: str
    piece_weight_g: float
    tolerance: float = 0.05
    start: int | None = None


@dataclass(frozen=True)
class Memory:
    """What must outlive a power cut: what was counted, on which level, with the zero that creep has moved."""

    scale: Scale
    zero_raw: float
    base_raw: float | None
    counts: dict[str, int]
    confidence: float
    doubt: Doubt | None
    counted: bool

    def to_json(self) -> dict[str, Any]:
        """Plain values for json.dumps."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Memory":
        """The memory that `to_json` wrote."""
        doubt = values["doubt"]
        return cls(**{**values, "scale": Scale(**values["scale"]), "doubt": None if doubt is None else Doubt(doubt)})


@dataclass(frozen=True)
class Change:
    """What a slot says anew: absolute counts, what this change moved, and doubt where there is any."""

    t_s: float
    counts: dict[str, int]
    deltas: dict[str, int]
    grams: float | None
    confidence: float
    doubt: Doubt | None
    missed: bool = False
    """It moved pieces, and may have happened at any time since the slot was watched last."""


@dataclass(frozen=True)
class Explanation:
    """The likeliest reading of a change of weight: `pieces` of `sku` (none of any: nothing happened)."""

    sku: str | None
    pieces: int
    confidence: float


def _sigma_g(goods: Goods, pieces: int, delta_g: float, noise_g: float) -> float:
    """How far `pieces` pieces may be from `delta_g` (one sigma): noise of two rests, unlike pieces, scale."""
    unlike_g = goods.tolerance * goods.piece_weight_g / 3 * math.sqrt(abs(pieces))
    return math.hypot(noise_g, unlike_g, SCALE_SHARE * delta_g, FLOOR_SHARE * goods.piece_weight_g)


def explain(delta_g: float, goods: tuple[Goods, ...], counts: Mapping[str, int], noise_g: float) -> Explanation | None:
    """Whole pieces of one item that a change of `delta_g` means, with the chance that no other number does.

    None when nothing fits: the weight is no whole number of pieces, or more left than lay there.

    >>> tea = Goods("tea", 100.0)
    >>> explain(-299.0, (tea,), {"tea": 5}, noise_g=0.2)
    Explanation(sku='tea', pieces=-3, confidence=1.0)
    >>> explain(-250.0, (tea,), {"tea": 5}, noise_g=0.2) is None
    True
    """
    likely: dict[tuple[str | None, int], float] = {}
    best = math.inf
    for item in goods:
        nearest = round(delta_g / item.piece_weight_g)
        for pieces in {nearest - 1, nearest, nearest + 1, 0}:
            if pieces < -counts.get(item.sku, 0):
                continue
            sigma_g = _sigma_g(item, pieces, delta_g, noise_g)
            sigmas = abs(delta_g - pieces * item.piece_weight_g) / sigma_g
            best = min(best, sigmas)
            key = (item.sku, pieces) if pieces else (None, 0)
            likely[key] = max(likely.get(key, 0.0), math.exp(-sigmas * sigmas / 2) / sigma_g)
    if best > FIT_SIGMAS:
        return None
    (sku, pieces), weight = max(likely.items(), key=lambda entry: entry[1])
    return Explanation(sku, pieces, round(weight / sum(likely.values()), 4))


class Counter:
    """Counts one slot. `memory` is what it knew before a restart, or None for a slot that never counted."""

    def __init__(self, scale: Scale, goods: tuple[Goods, ...] = (), memory: Memory | None = None) -> None:
        self._scale = scale
        self._goods: tuple[Goods, ...] = ()
        self._memory = memory or Memory(scale, scale.zero_raw, None, {}, 1.0, None, counted=False)
        if self._memory.scale != scale:  # calibrated anew: the old levels mean nothing, the pieces still lie there
            self._memory = replace(self._memory, scale=scale, zero_raw=scale.zero_raw, base_raw=None)
        self._rest: Rest | None = None
        self._heard_s: float | None = None
        self._rested_s: float | None = None
        self._watched = memory is None or not memory.counted
        self.plan(goods)

    @property
    def memory(self) -> Memory:
        """What is to be kept over a restart."""
        return self._memory

    @property
    def watched(self) -> bool:
        """Whether nothing can have happened unseen: after a start or a silent cell, once the slot has been weighed."""
        return self._watched

    @property
    def resting(self) -> Rest | None:
        """The rest that the slot is in, or None while it moves."""
        return self._rest

    @property
    def grams(self) -> float | None:
        """What lies there at rest, in grams; None while it moves."""
        return None if self._rest is None else round(self._grams(self._rest), 1)

    @property
    def confidence(self) -> float:
        """The chance that the counts are right, as far as the weights tell."""
        known = self._memory.confidence
        return known if self._memory.doubt is None else min(known, DOUBTFUL_CONFIDENCE)

    def plan(self, goods: tuple[Goods, ...]) -> None:
        """What the slot holds from now on. The same SKUs keep their counts; others are counted anew."""
        self._goods = goods
        skus = {item.sku for item in goods}
        if skus != set(self._memory.counts):
            empty = dict.fromkeys((item.sku for item in goods), 0)
            self._memory = replace(self._memory, counts=empty, counted=False, base_raw=None, doubt=None, confidence=1.0)

    def feed(self, t_s: float, rest: Rest | None) -> Change | None:
        """Take the rest that a sample ended (None: it moves); what is to be said anew, if anything."""
        self._heard_s = t_s
        self._rest = rest
        if rest is None:
            return self._waited_too_long(t_s)
        self._rested_s = t_s
        if doubt := self._out_of_range(rest):
            return self._doubt(rest, doubt)
        if not self._goods:
            return self._say_doubt(t_s, None)
        if not self._memory.counted:
            return self._first_count(rest)
        return self._step(rest)

    def silent(self, t_s: float) -> Change | None:
        """No sound sample came at `t_s`; what is to be said once the cell has been silent for 2 s."""
        self._heard_s = t_s if self._heard_s is None else self._heard_s
        if t_s - self._heard_s < SILENT_S:
            return None
        self._rest = None
        self._watched = False
        return self._say_doubt(t_s, Doubt.CELL_FAULTY)

    def tare(self) -> Change | None:
        """The slot is empty now: its level becomes zero, its counts 0. None while it moves."""
        rest = self._rest
        if rest is None:
            return None
        counts = dict.fromkeys(self._memory.counts, 0)
        self._memory = replace(
            self._memory, zero_raw=rest.raw, base_raw=rest.raw, counts=counts, confidence=1.0, doubt=None, counted=True
        )
        self._watched = True
        return self._say(rest.t_s, {})

    def _grams(self, rest: Rest) -> float:
        return (rest.raw - self._memory.zero_raw) / self._scale.counts_per_g

    def _noise_g(self, rest: Rest) -> float:
        return math.sqrt(2 / rest.samples) * rest.noise_raw / abs(self._scale.counts_per_g)

    def _say(self, t_s: float, deltas: Mapping[str, int], *, missed: bool = False) -> Change:
        counts = self._memory.counts
        moved = {sku: deltas.get(sku, 0) for sku in counts}
        return Change(t_s, dict(counts), moved, self.grams, self.confidence, self._memory.doubt, missed)

    def _say_doubt(self, t_s: float, doubt: Doubt | None) -> Change | None:
        if self._memory.doubt is doubt:
            return None
        self._memory = replace(self._memory, doubt=doubt)
        return self._say(t_s, {})

    def _doubt(self, rest: Rest, doubt: Doubt) -> Change | None:
        """Doubt, once the slot has rested on it for 2 s: a hand that leans on it is no news."""
        return self._say_doubt(rest.t_s, doubt) if rest.t_s - rest.since_s >= DOUBT_HOLD_S else None

    def _waited_too_long(self, t_s: float) -> Change | None:
        self._rested_s = t_s if self._rested_s is None else self._rested_s
        return self._say_doubt(t_s, Doubt.UNSETTLED) if t_s - self._rested_s >= UNSETTLED_S else None

    def _out_of_range(self, rest: Rest) -> Doubt | None:
        grams = self._grams(rest)
        lightest_g = min((item.piece_weight_g for item in self._goods), default=0.0)
        if grams > self._scale.capacity_g:
            return Doubt.OVER_CAPACITY
        if grams < -max(lightest_g / 2, 4 * self._noise_g(rest), 0.005 * self._scale.capacity_g):
            return Doubt.BELOW_ZERO
        return None

    def _looks_empty(self, rest: Rest) -> bool:
        lightest_g = min(item.piece_weight_g for item in self._goods)
        return abs(self._grams(rest)) <= max(lightest_g / 4, 4 * self._noise_g(rest))

    def _first_count(self, rest: Rest) -> Change:
        """The plan's own figures where it has them all, else round(weight / piece weight), doubted where loose."""
        counts, confidence = dict(self._memory.counts), 1.0
        if all(item.start is not None for item in self._goods):
            counts = {item.sku: item.start or 0 for item in self._goods}
        elif not self._looks_empty(rest):
            grams = self._grams(rest)
            found = explain(grams, self._goods, {}, self._noise_g(rest))
            mixed = len(self._goods) > 1
            confidence = DOUBTFUL_CONFIDENCE if found is None or mixed else found.confidence
            if len(self._goods) == 1:
                only = self._goods[0]
                counts[only.sku] = found.pieces if found else max(0, round(grams / only.piece_weight_g))
        self._memory = replace(self._memory, counted=True)
        return self._accept(rest, counts, {}, confidence)

    def _step(self, rest: Rest) -> Change | None:
        memory = self._memory
        if memory.base_raw is None:
            self._memory = memory = replace(memory, base_raw=rest.raw)
        base_raw = rest.raw if memory.base_raw is None else memory.base_raw
        delta_g = (rest.raw - base_raw) / self._scale.counts_per_g
        found = explain(delta_g, self._goods, memory.counts, self._noise_g(rest))
        if self._looks_empty(rest) and self._all_gone(rest, delta_g, found):
            return self._accept(rest, dict.fromkeys(memory.counts, 0), {s: -n for s, n in memory.counts.items()}, 1.0)
        if found is None:
            return self._doubt(rest, self._misfit(delta_g))
        if found.confidence < SURE:
            return self._doubt(rest, Doubt.AMBIGUOUS)
        if found.sku is not None:
            counts = {**memory.counts, found.sku: memory.counts[found.sku] + found.pieces}
            return self._accept(rest, counts, {found.sku: found.pieces}, memory.confidence * found.confidence)
        self._follow(rest.raw - base_raw)
        self._watched = True
        return self._say_doubt(rest.t_s, self._lasting_doubt(memory.confidence))

    def _all_gone(self, rest: Rest, delta_g: float, found: Explanation | None) -> bool:
        """Whether a slot that weighs nothing is empty although its difference says otherwise.

        Many pieces lifted at once may miss by a piece; a weight that fits nothing needs 2 s of rest to be believed.
        """
        held_g = sum(item.piece_weight_g * self._memory.counts[item.sku] for item in self._goods)
        if held_g == 0:
            return False
        if abs(delta_g + held_g) <= EMPTY_SHARE * held_g:
            return True
        return found is None and rest.t_s - rest.since_s >= DOUBT_HOLD_S

    def _misfit(self, delta_g: float) -> Doubt:
        return Doubt.FOREIGN_ITEM if delta_g > 0 else Doubt.PART_PIECE

    def _accept(self, rest: Rest, counts: dict[str, int], deltas: Mapping[str, int], confidence: float) -> Change:
        """Take `counts` at this rest. An empty slot is certain, and its level is the new zero."""
        empty = not any(counts.values())
        zero_raw = rest.raw if empty and self._looks_empty(rest) else self._memory.zero_raw
        confidence = 1.0 if empty and self._looks_empty(rest) else round(confidence, 4)
        self._memory = replace(
            self._memory,
            zero_raw=zero_raw,
            base_raw=rest.raw,
            counts=counts,
            confidence=confidence,
            doubt=self._lasting_doubt(confidence),
        )
        missed, self._watched = not self._watched and any(deltas.values()), True
        return self._say(rest.t_s, deltas, missed=missed)

    def _lasting_doubt(self, confidence: float) -> Doubt | None:
        """Doubt that stays at rest: of a count that began, or became, unsure. It goes when the slot is seen empty."""
        return None if confidence >= SURE else Doubt.AMBIGUOUS

    def _follow(self, creep_raw: float) -> None:
        """Move base and zero a little after the level: creep, temperature, a crumb."""
        base_raw, zero_raw = self._memory.base_raw, self._memory.zero_raw
        if base_raw is not None:
            shift_raw = FOLLOW * creep_raw
            self._memory = replace(self._memory, base_raw=base_raw + shift_raw, zero_raw=zero_raw + shift_raw)
