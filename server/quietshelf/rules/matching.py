"""Which pick met which sale: a shelf's picks, puts and what it missed, against sales, in order of happening.

What the book makes of it is in ledger.py.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from quietshelf.rules.course import NEVER, Match
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy

_OF_SHELVES = frozenset({Kind.PICK, Kind.PUT, Kind.MISSED})


def is_weighed(facts: Iterable[Fact]) -> bool:
    """Whether a shelf has weighed the SKU: only then can a book change without a new fact."""
    return any(fact.place is not None or fact.kind in _OF_SHELVES for fact in facts)


@dataclass(slots=True)
class _Waiting:
    at: datetime
    left: int


@dataclass(slots=True)
class _Pick(_Waiting):
    missed: bool = False
    """Lost by a shelf while its node was off: it may match a sale, but is no theft."""
    counted: bool = False
    """The whole site was counted since: it is no riddle any more."""


@dataclass(slots=True)
class _Sale(_Waiting):
    packs: bool
    """Sold by a channel that packs orders: it waits for its pick for days, not minutes."""
    until: datetime
    """So long it may still meet its pick."""


class Matching:
    """One pass over a SKU's facts in order of happening, in which picks meet their sales; then what came of it."""

    def __init__(self, facts: Sequence[Fact], known_until: datetime, policy: Policy) -> None:
        self.known_until = known_until
        self.wait = timedelta(hours=policy.sale_wait_hours)
        self.quick = timedelta(minutes=policy.put_back_minutes)
        self.packing = timedelta(days=policy.packing_days)
        self.receipt_window = timedelta(hours=policy.receipt_window_hours)
        self.began = _unwatched_since(facts)
        self.spans = [(self.began[fact.key], fact.happened) for fact in facts if fact.kind is Kind.MISSED]
        self.picks: list[_Pick] = []
        self.sales: list[_Sale] = []  # sold, and not yet picked
        self.early: list[Match] = []  # sales that met a later pick: picked at the pick, ended at the sale
        self.ended: list[Match] = []
        self.put_back: list[Match] = []  # a later sale may still claim one: the put was a refill
        self.losses: list[Match] = []
        self.unexplained = 0
        self.shelves: defaultdict[str, int] = defaultdict(int)
        self.last_put: datetime | None = None
        self.received: datetime | None = None
        take = {
            Kind.PICK: self._pick,
            Kind.PUT: self._put,
            Kind.MISSED: self._missed,
            Kind.TRANSFER: self._transfer,
            Kind.SALE: self._sale,
            Kind.ADJUSTMENT: self._adjustment,
        }
        for fact in facts if is_weighed(facts) else ():  # what no shelf weighs, most of a shop, has nothing to match
            self._expire(fact.happened)
            self.sales = [sale for sale in self.sales if fact.happened <= sale.until]
            if fact.kind in take:
                take[fact.kind](fact)
            elif fact.kind is Kind.COUNT and fact.place is not None:
                self.shelves[fact.place] = fact.quantity
            elif fact.kind is Kind.COUNT:
                self._counted()
            elif fact.kind in (Kind.RECEIPT, Kind.RETURN):
                self.received = fact.happened
        self._expire(NEVER)
        owed = [sale for sale in self.sales if self.known_until <= sale.until]
        self.owed = sum(sale.left for sale in owed)
        ends = [pick.at + self.wait for pick in self.picks]
        ends += [sale.until for sale in owed if sale.left]
        self.expires_at = min(ends, default=None)

    @property
    def waits_for_receipt(self) -> bool:
        """Whether what was put on a shelf may still be a delivery whose receipt is not booked yet."""
        return self.last_put is not None and self.last_put + self.receipt_window > self.known_until

    def _expire(self, now: datetime) -> None:
        """End the picks that have waited too long by `now`, and by T: they are lost, but for what shelves missed."""
        expired = [pick for pick in self.picks if pick.at <= self.known_until - self.wait and pick.at < now - self.wait]
        for pick in expired:
            self.picks.remove(pick)
            if pick.missed:
                rest = self._packed_unseen(pick)
                self.unexplained += 0 if pick.counted else rest
            else:
                self.losses.append(Match(pick.at, pick.at + self.wait, pick.left))

    def _packed_unseen(self, pick: _Pick) -> int:
        """What a shelf missed and no sale of the time explains went into orders of before. Returns what is left."""
        orders = [sale for sale in self.sales if sale.packs and sale.at < pick.at]
        return _take(orders, pick.left, lambda sale, k: self.early.append(Match(pick.at, sale.at, k)))

    def _waits_until(self, sale: Fact) -> datetime:
        """How long a sale waits for its pick: one of a time that its shelf missed, until its node is back to tell."""
        sold, patience = sale.happened, self.packing if sale.packs else self.quick
        return max([sold + patience, *(ended for begun, ended in self.spans if begun <= sold <= ended)])

    def _pick(self, fact: Fact) -> None:
        self._shelf(fact, -fact.quantity)
        rest = _take(self.sales, fact.quantity, lambda sale, k: self.early.append(Match(fact.happened, sale.at, k)))
        if rest:
            self.picks.append(_Pick(fact.happened, rest))

    def _put(self, fact: Fact) -> None:
        """A put of no more than what was just picked cancels those picks, oldest first; any other is a refill."""
        self._shelf(fact, fact.quantity)
        just_picked = [p for p in self.picks if not p.missed and fact.happened - p.at <= self.quick]
        if fact.quantity > sum(pick.left for pick in just_picked):
            self.last_put = fact.happened
            return
        _take(just_picked, fact.quantity, lambda p, k: self.put_back.append(Match(p.at, fact.happened, k)))
        self.picks = [pick for pick in self.picks if pick.left]

    def _missed(self, fact: Fact) -> None:
        """What a shelf lost while its node was off is matched with the sales of that time, and of 2 hours after it.

        An order of that time that is more than it lost has still to be picked.
        """
        self._shelf(fact, -fact.quantity)
        since = self.began[fact.key]
        if fact.quantity < 0:
            self.last_put = fact.happened  # it was filled meanwhile; what exceeds the back waits for its receipt
        then = [sale for sale in self.sales if sale.at >= since and not sale.packs]
        packed = [sale for sale in self.sales if sale.at >= since and sale.packs]
        rest = _take(packed, max(0, fact.quantity - sum(sale.left for sale in then)), lambda sale, k: None)
        self.sales = [sale for sale in self.sales if sale.left and (sale.packs or sale.at < since)]
        if rest:
            self.picks.append(_Pick(fact.happened, rest, missed=True))

    def _counted(self) -> None:
        """A count of the whole site says what is there: what shelves missed before it is explained."""
        self.unexplained = 0
        for pick in self.picks:
            pick.counted = True

    def _transfer(self, fact: Fact) -> None:
        """What a person took off a shelf and put into the back was a pick, and is no basket and no loss."""
        if fact.place is None:
            self._claim(fact, fact.quantity)
        else:
            self.shelves.pop(fact.place, None)

    def _sale(self, fact: Fact) -> None:
        rest = self._claim(fact, fact.quantity)
        if rest:
            self.sales.append(_Sale(fact.happened, rest, fact.packs, self._waits_until(fact)))

    def _adjustment(self, fact: Fact) -> None:
        if fact.quantity < 0:
            self._claim(fact, -fact.quantity)

    def _claim(self, fact: Fact, units: int) -> int:
        """What is sold or written off takes the oldest waiting pick, else one put back since, else an earlier loss."""
        at = fact.happened
        rest = _take(self.picks, units, lambda pick, k: self.ended.append(Match(pick.at, at, k)))
        for earlier in (
            [match for match in self.put_back if match.picked >= at - self.wait],
            self.losses,
        ):
            for match in earlier:
                taken = min(match.units, rest)
                if taken:
                    match.units -= taken
                    rest -= taken
                    self.ended.append(Match(match.picked, at, taken))
        return rest

    def _shelf(self, fact: Fact, change: int) -> None:
        if fact.place is not None:
            self.shelves[fact.place] += change


def _unwatched_since(facts: Iterable[Fact]) -> dict[str, datetime]:
    """Since when nobody had watched the shelf, of each fact that was missed: as its node says, or its last word."""
    began: dict[str, datetime] = {}
    last_word: dict[str | None, datetime] = {}
    for fact in facts:
        if fact.kind is Kind.MISSED:
            words = [fact.since, last_word.get(fact.place)]
            began[fact.key] = max((at for at in words if at is not None), default=fact.happened)
        last_word[fact.place] = fact.happened
    return began


W = TypeVar("W", bound=_Waiting)


def _take(waiting: list[W], units: int, matched: Callable[[W, int], None]) -> int:
    """Take `units` from `waiting`, oldest first, telling each match; the emptied leave. Returns what is left."""
    for one in waiting:
        taken = min(one.left, units)
        if taken:
            one.left -= taken
            units -= taken
            matched(one, taken)
    waiting[:] = [one for one in waiting if one.left]
    return units
