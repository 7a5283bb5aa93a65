"""How a SKU's book came about, step by step, once it is known which pick met which sale (matching.py)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from quietshelf.rules.facts import Fact, Kind

NEVER = datetime.max.replace(tzinfo=UTC)
_MOVES = {Kind.RECEIPT: 1, Kind.RETURN: 1, Kind.ADJUSTMENT: 1, Kind.SALE: -1}


@dataclass(slots=True)
class Match:
    """`units` picked at `picked` that ended at `ended`: sold, put back, written off, or lost."""

    picked: datetime
    ended: datetime
    units: int


class Step(NamedTuple):
    """From `at` on, `on_hand` units could be sold, until the next step."""

    at: datetime
    on_hand: int
    """By the book, less what was in baskets; below 0 where the facts contradict each other."""
    known: bool
    """Something was counted or received by then; before that nothing tells how much was there."""
    there: bool
    """A piece was taken or sold at that instant: it was there, whatever the book said."""


def walk(
    facts: Sequence[Fact], held: Sequence[Match], lost: Sequence[Match], early: Sequence[Match]
) -> tuple[list[Step], int, int]:
    """Every step, the book at the end of them, and the units lost since the last count of the whole site.

    Args:
        facts: one SKU's, each once, in order of happening.
        held: pieces that were in somebody's hands between pick and sale; what still waits ends NEVER.
        lost: the same, of pieces for which no sale came.
        early: pieces that were sold (`ended`) before they were picked.
    """
    steps: list[Step] = []
    book = in_hands = lost_since = 0
    known = told = False
    shelves: dict[str, int] = {}
    in_baskets = [*held, *lost]
    moves = _moves(held, lost)

    def hands_move(until: datetime) -> None:
        nonlocal in_hands, lost_since
        while moves and moves[-1][0] <= until:
            at, taken, gone = moves.pop()
            in_hands += taken
            lost_since += gone
            steps.append(Step(at, book - lost_since - in_hands, told, False))

    for fact in facts:
        if moves:
            hands_move(fact.happened)
        kind = fact.kind
        if kind is not Kind.COUNT:
            book += fact.quantity * _MOVES.get(kind, 0)
            if kind is Kind.RECEIPT:
                known = told = True
        elif fact.place is None:
            lost_since = lost_since if fact.is_settled else 0  # what is lost stays said until a person has counted
            book = fact.quantity + _unseen(in_baskets, early, fact.happened) + lost_since
            known = told = True
        elif not known:
            # Nothing was ever counted or received: what the shelves hold is all that is known.
            book = fact.quantity + sum(units for place, units in shelves.items() if place != fact.place)
            told = True
        else:
            # A shelf's first count says where pieces are; a later one finds more or less than the shelf weighed.
            book += fact.quantity - shelves.get(fact.place, fact.quantity)
        if fact.place is not None:
            _follow(fact, fact.place, shelves)
        there = kind is Kind.SALE or kind is Kind.PICK
        steps.append(Step(fact.happened, book - lost_since - in_hands, told, there))
    hands_move(NEVER)
    return steps, book - lost_since, lost_since


def _moves(held: Sequence[Match], lost: Sequence[Match]) -> list[tuple[datetime, int, int]]:
    """When pieces came into hands and left them, latest first: the instant, units into hands, units lost then."""
    moves = [(match.picked, match.units, 0) for match in (*held, *lost)]
    moves += [(match.ended, -match.units, 0) for match in held if match.ended != NEVER]
    moves += [(match.ended, -match.units, match.units) for match in lost]
    return sorted(moves, reverse=True)


def _unseen(in_baskets: Sequence[Match], early: Sequence[Match], at: datetime) -> int:
    """Picked and not yet paid at `at`, less paid and not yet picked: what a count of the site can't have seen."""
    return sum(match.units for match in in_baskets if match.picked <= at < match.ended) - sum(
        match.units for match in early if match.ended <= at < match.picked
    )


def _follow(fact: Fact, place: str, shelves: dict[str, int]) -> None:
    """Keep what each shelf holds, beside the book."""
    if fact.kind is Kind.COUNT:
        shelves[place] = fact.quantity
    elif fact.kind in (Kind.PICK, Kind.MISSED):
        shelves[place] = shelves.get(place, 0) - fact.quantity
    elif fact.kind is Kind.TRANSFER:
        shelves.pop(place, None)
    elif fact.kind is Kind.PUT:
        shelves[place] = shelves.get(place, 0) + fact.quantity
