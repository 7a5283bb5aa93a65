"""Sentences about counting: what a count changed, what it must be asked, what was taken off. Pure functions."""

from collections.abc import Iterable
from datetime import datetime

from quietshelf.rules.counted import Found
from quietshelf.rules.facts import SETTLED, Fact, Kind
from quietshelf.web.amounts import plain_day
from quietshelf.web.wording import Figures, Voice


def changed(found: Found) -> str:
    """What a count changed.

    >>> changed(Found(6, 9)), changed(Found(9, 6))
    ('The book said 9, you found 6: 3 lost.', 'The book said 6, you found 9: 3 more.')
    >>> changed(Found(9, 9)), changed(Found(6, None))[:38]
    ('You found 9, as the book said.', 'You found 6. It was not counted before')
    """
    if found.book is None:
        return f"You found {found.found:,}. It was not counted before, so that is what the book says now."
    if not found.more:
        return f"You found {found.found:,}, as the book said."
    what = f"{found.more:,} more" if found.more > 0 else f"{-found.more:,} lost"
    return f"The book said {found.book:,}, you found {found.found:,}: {what}."


def on_hand_now(on_hand: int, count: Fact, facts: Iterable[Fact]) -> str:
    """What is there now, where something happened after the count; else nothing more is to be said."""
    if on_hand == count.quantity or not any(fact.happened > count.happened for fact in facts):
        return ""
    return f"With what happened since, {on_hand:,} {'is' if on_hand == 1 else 'are'} on hand now."


_HAPPENED = {Kind.SALE: "sold", Kind.RETURN: "brought back", Kind.RECEIPT: "received"}


def asks_when(kind: Kind, units: int, counted_at: datetime, voice: Voice) -> str:
    """The question about what is dated by its day alone."""
    on = plain_day(counted_at.astimezone(voice.zone).date(), voice.today)
    were = "was" if units == 1 else "were"
    if kind is Kind.RECEIPT:
        these = "Was it" if units == 1 else f"Were these {units:,}"
        return f"{units:,} {were} received on {on}, and nobody said at what time. {these} in the count?"
    return f"{units:,} {were} {_HAPPENED[kind]} on {on}, and nobody said at what time. Was that before you counted?"


def asks_in_count(name: str, units: int) -> str:
    """What is asked as goods are booked in of an item that was counted on the day they came.

    >>> asks_in_count("Tea", 24), asks_in_count("Tea", 1)
    ('Tea was counted on that day. Were these 24 in the count?', 'Tea was counted on that day. Was it in the count?')
    """
    these = "Was it" if units == 1 else f"Were these {units:,}"
    return f"{name} was counted on that day. {these} in the count?"


_OFF = {"broken": "broken", "sample": "a sample", "own_use": "used in the shop", "to_back": "put in the back"}


def taken_off(reason: str, units: int, on_hand: int) -> str:
    """What was taken off the book.

    >>> taken_off("broken", 1, 8)
    '1 taken off as broken: 8 are on hand.'
    """
    return f"{units:,} taken off as {_OFF[reason]}: {on_hand:,} {'is' if on_hand == 1 else 'are'} on hand."


def decided(what: str, figures: Figures) -> str:
    """What a person said of an item's stock, among its decisions.

    >>> decided("sample", {"units": 2}), decided("before_count", {"units": 4})
    ('2 were taken off as a sample.', '4 that were dated by their day alone happened before the count.')
    """
    units = int(figures["units"])
    were = "was" if units == 1 else "were"
    if what in _OFF:
        return f"{units:,} {were} taken off as {_OFF[what]}."
    side = "before" if what == "before_count" else "after"
    return f"{units:,} that {were} dated by their day alone happened {side} the count."


FIRST = {
    "node_silent": "its shelf is silent",
    "cell_faulty": "its cell is faulty",
    "count_doubtful": "its shelf is not sure",
    "count_disagrees": "shelf and book differ",
}
"""Why a count is not trusted, by the figures' `doubt`."""


def check_first(figures: Figures) -> str:
    """What a draft line says where its item's count is not trusted; empty where it is.

    >>> check_first({"doubt": "node_silent", "disagreement": 0}), check_first({"doubt": None, "disagreement": 2})
    (' Check the count first: its shelf is silent.', ' Check the count first: what happened contradicts the book.')
    >>> check_first({"doubt": None, "disagreement": 0}), check_first({})
    ('', '')
    """
    why = FIRST.get(figures.get("doubt") or "")
    if why is None and figures.get("disagreement"):
        why = "what happened contradicts the book"
    return f" Check the count first: {why}." if why else ""


WHATS = (*_OFF, "before_count", "after_count")
"""What `decided` has words for."""


def refers(fact_key: str) -> str:
    """Why pieces were taken off, or who counted, as the key of the fact says it; empty where it doesn't.

    >>> refers("broken:7:00ff"), refers("adjust:9"), refers("settled:node:front-1:9:4:TEA")
    ('broken', '', 'by its shelf')
    """
    if fact_key.startswith(SETTLED):
        return "by its shelf"
    return _OFF.get(fact_key.partition(":")[0], "")
