"""What stands on weighed shelves alone: when their count is the truth, and when it tells that something is astray."""

from dataclasses import replace
from datetime import datetime, timedelta

from quietshelf.rules.facts import SETTLED, Fact, Kind
from quietshelf.rules.ledger import Book
from quietshelf.rules.policy import Policy


def settled(book: Book, doubt: str | None, known_until: datetime, policy: Policy) -> Fact | None:
    """The count that the shelves' word makes once all is at rest (docs/policy.md, On its shelf); None: not now.

    It stands at the instant of the last word and has that word's key, so the same word settles once.

    Args:
        book: of a SKU of which all stands on weighed shelves.
        doubt: why its shelves can't be trusted now.
        known_until: T: nothing is at rest beyond it.

    >>> from datetime import UTC
    >>> from quietshelf.rules.ledger import derive
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> def fact(minutes, kind, quantity, place=None):
    ...     return Fact(noon + timedelta(minutes=minutes), kind, quantity, f"{minutes}{kind}", place)
    >>> facts = [fact(0, Kind.RECEIPT, 9), fact(1, Kind.COUNT, 9, "s/1"), fact(5, Kind.PICK, 2, "s/1")]
    >>> facts += [fact(9, Kind.SALE, 2)]
    >>> def now(hours, *more, doubt=None):
    ...     until = noon + timedelta(hours=hours)
    ...     return settled(derive([*facts, *more], until, Policy()), doubt, until, Policy())
    >>> count = now(3)
    >>> count.quantity, count.key, f"{count.happened:%H:%M}"
    (7, 'settled:5pick', '12:05')
    >>> now(2), now(3, doubt="node_silent"), now(3, count)  # it moved 1:51 ago; a silent node; settled already
    (None, None, None)
    """
    at, word = _settles_at(book, policy), book.unsettled
    if at is None or word is None or book.sensed is None or doubt is not None or at > known_until:
        return None
    return Fact(word.happened, Kind.COUNT, book.sensed, f"{SETTLED}{word.key}")


def on_its_shelf(book: Book, known_until: datetime, policy: Policy) -> Book:
    """The book of a SKU of which all stands on weighed shelves: what is in the back by it is astray.

    What came waits `receipt_window_hours` to be put there. With when the book is to be looked at again.

    >>> noon, late = datetime(2026, 11, 24, 12), datetime(2026, 11, 25, 13)
    >>> book = Book(12, 12, 9, 0, 3, moved_at=noon, came_at=noon)
    >>> on_its_shelf(book, noon, Policy()).disagreement, on_its_shelf(book, late, Policy()).disagreement
    (0, 3)
    >>> f"{on_its_shelf(book, noon, Policy()).expires_at:%d %H:%M}"
    '25 12:00'
    """
    astray = _apart(book) + book.owed
    placed = None if book.came_at is None else book.came_at + timedelta(hours=policy.receipt_window_hours)
    waits = astray > 0 and placed is not None and placed > known_until
    if astray > 0 and not waits:
        return replace(book, disagreement=max(book.disagreement, astray))
    at = placed if waits else _settles_at(book, policy)
    if at is None or at <= known_until:
        return book
    return replace(book, expires_at=at if book.expires_at is None else min(at, book.expires_at))


def _apart(book: Book) -> int:
    """Pieces that the book knows of and no shelf weighs; below 0 the shelves hold more."""
    return 0 if book.sensed is None else book.book - book.waiting - book.sensed


def _settles_at(book: Book, policy: Policy) -> datetime | None:
    """When the shelves' last word is the truth if nothing happens until then; None: something waits or is astray."""
    if book.unsettled is None or book.moved_at is None or book.sensed is None:
        return None
    if book.waiting or book.owed or book.disagreement or _apart(book):
        return None
    return book.moved_at + timedelta(hours=policy.settled_hours)
