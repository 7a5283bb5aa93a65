"""What a person says of an item's stock: counted, broken, given as a sample, used in the shop; and before or after."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Engine

from quietshelf.cycle import decide_skus
from quietshelf.rules.counted import beside
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import writing
from quietshelf.store.facts import add_facts, last_count_within, redate
from quietshelf.store.sites import touch
from quietshelf.store.states import say

REASONS = ("broken", "sample", "own_use", "to_back")
"""Why pieces are taken off a shelf by hand; into the back they stay in the book."""
AN_INSTANT = timedelta(seconds=1)
TICK = timedelta(microseconds=1)


def count_item(
    engine: Engine, site_id: int, product_id: int, found: int, counted_at: datetime, now: datetime, press: str
) -> str:
    """Book a count of the whole site; the key of its fact.

    Args:
        counted_at: the count's own instant: sales before it are in it, whenever they are learnt.
        press: tells one press from another, so that the same one twice is one count.

    Raises:
        ValueError: the count is in the future, or below 0.
    """
    if counted_at > now or found < 0:
        raise ValueError("a count is of now or earlier, and of 0 or more")
    key = f"counted:{product_id}:{press}"
    with writing(engine) as session:
        # of two counts of one instant the one that was typed last is meant: it corrects the other
        before = last_count_within(session, site_id, product_id, counted_at, counted_at + AN_INSTANT)
        fact = Fact(max(counted_at, before + TICK) if before else counted_at, Kind.COUNT, found, key)
        add_facts(session, site_id, [(product_id, fact, now, False)])
        touch(session, site_id)
    decide_skus(engine, site_id, [product_id], now)
    return key


def take_off(engine: Engine, site_id: int, product_id: int, units: int, reason: str, now: datetime, press: str) -> bool:
    """Take pieces off for one of REASONS; False where this very press has done it already."""
    if reason not in REASONS or units <= 0:
        raise ValueError("what is taken off is 1 piece or more, with a reason")
    kind, quantity = (Kind.TRANSFER, units) if reason == "to_back" else (Kind.ADJUSTMENT, -units)
    fact = Fact(now, kind, quantity, f"{reason}:{product_id}:{press}")
    with writing(engine) as session:
        added = add_facts(session, site_id, [(product_id, fact, now, False)]).added
        if added:
            say(session, site_id, product_id, now, reason, {"units": units})
            touch(session, site_id)
    decide_skus(engine, site_id, [product_id], now)
    return bool(added)


def say_when(
    engine: Engine, site_id: int, product_id: int, count: Fact, keys: Collection[str], now: datetime, *, before: bool
) -> None:
    """Say of facts that are dated by their day alone whether they were before a count of that day or after it."""
    with writing(engine) as session:
        units = redate(session, site_id, product_id, keys, beside(count, before=before))
        if units:
            what = "before_count" if before else "after_count"
            say(session, site_id, product_id, now, what, {"units": units})
            touch(session, site_id)
    decide_skus(engine, site_id, [product_id], now)
