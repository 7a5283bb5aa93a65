"""A shop that brings nothing but sales: products and a starting stock assumed from them, each marked so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from quietshelf.files import DerivedProduct
from quietshelf.intake.imports.desk import Desk
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.velocity import net_days
from quietshelf.store.catalogue import Items, assume_products
from quietshelf.store.facts import add_facts

SUPPLIER = "To be named"
COST_PERCENT = 60
"""Purchase cost, of the median price."""
STOCK_DAYS = 45
"""The starting stock is what sold in so many days."""
COUNTED_DAYS_BEFORE = 10
"""The starting stock is counted so many days before the last sale."""


def assume_opening(
    desk: Desk, derived: Sequence[DerivedProduct], newest: datetime, sold: Iterable[tuple[str, Fact]]
) -> None:
    """Make products of what is unknown so far, and count a starting stock of each.

    The count is what sold in the 45 days before it (returns taken back), or what sold after it where that is more: what
    was sold was there. `newest` is the last sale's instant, `sold` the file's sales and returns, each with its SKU.
    """
    known = Items(desk.session)
    new = [product for product in derived if product.sku not in known]
    if not new:
        return
    desk.outcome.made["products"] += assume_products(desk.session, new, SUPPLIER, COST_PERCENT)
    counted_at = newest - timedelta(days=COUNTED_DAYS_BEFORE)
    skus = {product.sku for product in new}
    recent: defaultdict[str, list[Fact]] = defaultdict(list)
    for sku, fact in sold:
        if fact.happened > counted_at - timedelta(days=STOCK_DAYS) and sku in skus:
            recent[sku].append(fact)
    items = Items(desk.session)
    counts, raised = [], 0
    for product in new:
        facts = recent[product.sku]
        lot = _net(desk, (fact for fact in facts if fact.happened <= counted_at))
        since = _net(desk, (fact for fact in facts if fact.happened > counted_at))
        raised += since > lot
        count = Fact(counted_at, Kind.COUNT, max(lot, since), f"assumed-stock:{product.sku}")
        counts.append((items[product.sku], count, desk.now, True))
    add_facts(desk.session, desk.place.site_id, counts)
    local = counted_at.astimezone(desk.place.zone)
    desk.outcome.assumed += [
        f"the cost of each new product is {COST_PERCENT}% of its median price",
        f'its supplier is "{SUPPLIER}"',
        f"its stock on {local:%Y-%m-%d at %H:%M} was what sold in the {STOCK_DAYS} days before"
        + (f", or since where that is more ({raised:,} products)" if raised else ""),
    ]


def _net(desk: Desk, facts: Iterable[Fact]) -> int:
    return sum(day.units for day in net_days(facts, desk.place.zone).values())
