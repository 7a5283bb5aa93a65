"""The people in the simulated shop: shoppers who pick, put back and pay, and staff who refill from the back.

They know of the product only what real ones do: shelves to reach into, a till, and what the page says is in the back.
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from random import Random
from threading import Event
from time import monotonic
from typing import NamedTuple

import structlog

from quietshelf.demo.hand import GOOD_AT, Hand
from quietshelf.demo.world import GOODS, PLACES, SHELF_HOLDS, Good, Part, Place

log = structlog.get_logger()

RUSH_S = 120.0
RUSH_EVERY_S, CALM_EVERY_S = 7.0, 25.0
"""Mean seconds from one shopper to the next, in the first two minutes and then."""
LEAVES = 4
"""Shoppers leave so many pieces on a shelf; only the one that runs low on purpose is taken empty."""
PUTS_BACK = 0.15
REFILL_EVERY_S = 20.0


class Stocked(NamedTuple):
    """What the product's page says of one SKU."""

    on_hand: int
    in_back: int


@dataclass(frozen=True)
class Counter:
    """The shop as its people meet it: a till, and the page that tells of stock."""

    sell: Callable[[str, int], None]
    """Pay for so many pieces of a SKU."""
    stocked: Callable[[], Mapping[str, Stocked]]
    """By SKU, what the page says is there."""


class Shoppers:
    """Everybody who moves in the shop, as one sequence of happenings in time."""

    def __init__(self, hand: Hand, counter: Counter, seed: int) -> None:
        self._hand, self._counter = hand, counter
        self._random = Random(seed)
        self._ahead: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._began = monotonic()

    def run(self, stop: Event) -> None:
        """Let them in, until `stop` is set."""
        self._began = monotonic()
        self._in(2.0, self._arrive)
        self._in(5.0, self._run_low)
        self._in(REFILL_EVERY_S, self._refill)
        while not stop.is_set():
            at, _, happen = self._ahead[0]
            if stop.wait(max(0.0, at - monotonic())):
                return
            heapq.heappop(self._ahead)
            try:
                happen()
            except Exception as error:  # a till that fails must not close the shop
                log.warning("a shopper's act failed", error=str(error))

    def _in(self, seconds: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._ahead, (monotonic() + seconds, next(self._order), happen))

    def _arrive(self) -> None:
        """One shopper comes; the next one follows, soon at first, later now and then."""
        rush = monotonic() - self._began < RUSH_S
        self._in(self._random.expovariate(1 / (RUSH_EVERY_S if rush else CALM_EVERY_S)), self._arrive)
        wanted = self._random.choices(GOODS, [good.sold_per_day for good in GOODS])[0]
        if wanted.part is not Part.PLENTY:
            return
        pieces = self._random.choice((1, 1, 1, 2))
        places = [place for place in PLACES if place.sku == wanted.sku]
        if not places:
            self._pay_from_counter(wanted, pieces)
        elif self._hand.pieces(places[0].node, places[0].slot) - pieces >= LEAVES:
            self._pick(places[0], pieces, puts_back=self._random.random() < PUTS_BACK)

    def _pay_from_counter(self, good: Good, pieces: int) -> None:
        """Buy what stands on no weighed shelf, where there is any."""
        if self._counter.stocked()[good.sku].on_hand >= pieces + LEAVES:
            self._counter.sell(good.sku, pieces)

    def _pick(self, place: Place, pieces: int, *, puts_back: bool = False) -> None:
        """Take pieces; then lay one back, or go and pay for what is in the hand."""
        piece_g = self._hand.take(place.node, place.slot, pieces) / pieces
        kept = pieces - puts_back
        if puts_back:
            self._in(self._random.uniform(3, 5), lambda: self._hand.put_back(place.node, place.slot, piece_g))
        if kept:
            self._in(self._random.uniform(5, 10), lambda: self._counter.sell(place.sku, kept))

    def _run_low(self) -> None:
        """A few shoppers in a row want the same tin: its shelf runs empty, by their hands alone."""
        (place,) = (place for place in PLACES if GOOD_AT[place.node, place.slot].part is Part.LAST_FEW)
        lying = self._hand.pieces(place.node, place.slot)
        if lying:
            self._pick(place, min(lying, 4))
            self._in(self._random.uniform(6, 9), self._run_low)

    def _refill(self) -> None:
        """Staff carry from the back what the page says is there, to the shelf that needs it most."""
        self._in(REFILL_EVERY_S, self._refill)
        stocked = self._counter.stocked()
        room = {place: SHELF_HOLDS - self._hand.pieces(place.node, place.slot) for place in PLACES}
        place = max(room, key=lambda place: room[place] * (stocked[place.sku].in_back > 0))
        pieces = min(room[place], stocked[place.sku].in_back)
        if pieces > 0 and room[place] >= SHELF_HOLDS // 3:
            self._hand.fill(place.node, place.slot, pieces)
