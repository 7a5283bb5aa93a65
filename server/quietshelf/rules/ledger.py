"""The book of one SKU at one site, and its course, from its facts: on hand, what waits for its sale, what is lost.

A pure function of the set of facts and of T, until when sales are known: any order of arrival and any number of
repeats give the same book. Which pick met which sale is found in matching.py. Nothing here is a fact; velocity and
zones are derived elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from quietshelf.rules.course import NEVER, Match, Step, walk
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.matching import Matching
from quietshelf.rules.policy import Policy

_RANK = {kind: rank for rank, kind in enumerate(Kind)} | {Kind.MISSED: list(Kind).index(Kind.PICK)}


@dataclass(frozen=True)
class Loss:
    """Pieces picked at `picked` for which no sale came."""

    picked: datetime
    units: int


@dataclass(frozen=True)
class Book:
    """What the facts say of one SKU at one site, in stock units."""

    book: int
    """Counted, plus what came, minus what was sold and lost since. Below 0 where the facts contradict each other."""
    on_hand: int
    """Units that can be sold now: the book less what waits for its sale, never below 0."""
    sensed: int | None
    """On weighed shelves; None where no shelf has weighed it."""
    waiting: int
    """Picked, and not yet known to be sold or lost."""
    back: int
    """On hand and not on a weighed shelf; below 0 where the shelf holds more than the book knows."""
    losses: tuple[Loss, ...] = ()
    lost_since_count: int = 0
    """Units of the losses that no count of the whole site has seen yet."""
    disagreement: int = 0
    """Units by which shelf and book differ with no explanation left."""
    expires_at: datetime | None = None
    """When the oldest waiting pick becomes a loss, if no sale comes, or the oldest order is waited for no longer: then
    the book changes without a new fact."""
    owed: int = 0
    """Sold, and still waiting for their pick."""
    moved_at: datetime | None = None
    """When anything last happened, where a shelf weighs it..."""
    came_at: datetime | None = None
    """...when something last came into the shop, or onto the shelf from the back or out of a box..."""
    unsettled: Fact | None = None
    """...and what a shelf said last, where no count of the whole site is later."""


def plain_book(units: int) -> Book:
    """The book of a SKU that no shelf weighs and of which nothing is lost.

    >>> plain_book(-2).on_hand, plain_book(-2).disagreement
    (0, 2)
    """
    return Book(units, max(0, units), None, 0, units, disagreement=max(0, -units))


@dataclass(frozen=True)
class Course:
    """The book, and each step that led to it, in order of happening."""

    book: Book
    steps: tuple[Step, ...]


def derive(facts: Iterable[Fact], known_until: datetime | None, policy: Policy) -> Book:
    """The book (docs/policy.md, Reconciling shelves with sales).

    Args:
        facts: one SKU's facts at one site, in any order, with any repeats.
        known_until: T, the sales feeds' last word; None is "everything is known". No pick is lost beyond it.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> def fact(minutes, kind, quantity, place=None):
    ...     return Fact(noon + timedelta(minutes=minutes), kind, quantity, f"{minutes}{kind}", place)
    >>> counted, picked = fact(0, Kind.COUNT, 20), fact(5, Kind.PICK, 2, "s/1")
    >>> book = derive([picked, counted], noon + timedelta(minutes=10), Policy())
    >>> book.book, book.on_hand, book.waiting  # in a basket: neither sold nor lost, but nobody else can buy it
    (20, 18, 2)
    >>> book = derive([fact(9, Kind.SALE, 2), picked, counted], noon + timedelta(minutes=10), Policy())
    >>> book.book, book.on_hand, book.waiting
    (18, 18, 0)
    >>> derive([picked, counted], noon + timedelta(hours=3), Policy()).losses[0].units
    2
    """
    return course(facts, known_until, policy).book


def course(facts: Iterable[Fact], known_until: datetime | None, policy: Policy) -> Course:
    """The book, as `derive` gives it, and how it came about."""
    in_order = sorted({fact.key: fact for fact in facts}.values(), key=lambda f: (f.happened, _RANK[f.kind], f.key))
    return _course(in_order, Matching(in_order, NEVER if known_until is None else known_until, policy))


def _course(facts: Sequence[Fact], met: Matching) -> Course:
    """The book of facts in order of happening, once it is known what met what."""
    lost = [loss for loss in met.losses if loss.units]
    held = met.ended + met.put_back + [Match(pick.at, NEVER, pick.left) for pick in met.picks]
    steps, book, lost_since = walk(facts, held, lost, met.early)
    waiting = sum(pick.left for pick in met.picks)
    sensed = sum(met.shelves.values()) if met.shelves else None
    on_hand, disagreement = book - waiting, met.unexplained
    weighed = sensed or 0
    weighed -= min(met.owed, max(0, weighed - on_hand))  # sold, and still on its shelf until it is packed
    if sensed is not None and weighed > on_hand:  # the shelf holds what the book does not know of
        if met.waits_for_receipt:
            on_hand = weighed
        else:
            disagreement += weighed - on_hand
    derived = Book(
        book=book,
        on_hand=max(0, on_hand),
        sensed=sensed,
        waiting=waiting,
        back=on_hand - weighed,
        losses=tuple(Loss(loss.picked, loss.units) for loss in lost),
        lost_since_count=lost_since,
        disagreement=disagreement + max(0, -on_hand),
        expires_at=met.expires_at,
        owed=met.owed,
        moved_at=facts[-1].happened if sensed is not None else None,
        came_at=max(filter(None, (met.last_put, met.received)), default=None),
        unsettled=_unsettled(facts),
    )
    return Course(derived, tuple(steps))


def _unsettled(facts: Sequence[Fact]) -> Fact | None:
    for fact in reversed(facts):
        if fact.place is not None:
            return fact
        if fact.kind is Kind.COUNT:
            return None
    return None
