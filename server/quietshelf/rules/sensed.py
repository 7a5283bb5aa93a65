"""Sales of a shop that has no sales feed: the picks that its shelves sensed, with what was put back taken off."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.policy import Policy


def sales_of_shelves(facts: Iterable[Fact], now: datetime, policy: Policy) -> list[Fact]:
    """A sale for each pick that was not put back, at the pick's own instant; what may still be put back waits.

    Args:
        facts: one SKU's at one site, with any repeats.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    >>> def fact(minutes, kind, quantity):
    ...     return Fact(noon + timedelta(minutes=minutes), kind, quantity, f"{minutes}{kind}", "s/1")
    >>> facts = [fact(0, Kind.PICK, 3), fact(5, Kind.PUT, 1), fact(60, Kind.PICK, 2), fact(70, Kind.PUT, 24)]
    >>> [(sale.quantity, sale.key) for sale in sales_of_shelves(facts, noon + timedelta(hours=2), Policy())]
    [(2, 'sensed:0pick'), (2, 'sensed:60pick')]
    >>> sales_of_shelves(facts[:1], noon + timedelta(minutes=10), Policy())
    []
    """
    quick = timedelta(minutes=policy.put_back_minutes)
    in_order = sorted(
        {fact.key: fact for fact in facts if fact.kind in (Kind.PICK, Kind.PUT)}.values(),
        key=lambda fact: (fact.happened, fact.kind is Kind.PICK, fact.key),
    )
    left: dict[str, int] = {}
    picks: list[Fact] = []
    for fact in in_order:
        if fact.kind is Kind.PICK:
            picks.append(fact)
            left[fact.key] = fact.quantity
            continue
        recent = [pick for pick in picks if fact.happened - pick.happened <= quick]
        if fact.quantity > sum(left[pick.key] for pick in recent):
            continue  # a refill
        rest = fact.quantity
        for pick in recent:
            taken = min(left[pick.key], rest)
            left[pick.key] -= taken
            rest -= taken
    return [
        Fact(pick.happened, Kind.SALE, left[pick.key], f"sensed:{pick.key}")
        for pick in picks
        if left[pick.key] and pick.happened < now - quick
    ]


def with_sensed_sales(facts: Sequence[Fact], now: datetime, policy: Policy) -> list[Fact]:
    """The facts of one SKU with the sales that its shelves sensed, in order of happening."""
    return sorted([*facts, *sales_of_shelves(facts, now, policy)], key=lambda fact: fact.happened)
