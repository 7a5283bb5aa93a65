"""A shop that brings nothing but sales: products and a starting stock assumed from them, each marked so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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


@dataclass(frozen=True, slots=True)
class Opening:
    """A product as its sales show it, and its starting stock: sold before the count, or since where that is more."""

    product: DerivedProduct
    counted_at: datetime
    sold_before: int
    sold_since: int


def openings(
    products: Sequence[DerivedProduct], sold: Iterable[tuple[str, Fact]], newest: datetime, zone: ZoneInfo
) -> list[Opening]:
    """The opening of each product.

    What sold in the 45 days before the count is its stock, returns taken back; what sold after it was there too, so the
    stock is no less. `sold` is all sales and returns since `opening_begins`, each with its SKU; `newest` is the last.
    """
    counted_at = newest - timedelta(days=COUNTED_DAYS_BEFORE)
    before: defaultdict[str, list[Fact]] = defaultdict(list)
    since: defaultdict[str, list[Fact]] = defaultdict(list)
    for sku, fact in sold:
        (before if fact.happened <= counted_at else since)[sku].append(fact)
    return [Opening(each, counted_at, _net(before[each.sku], zone), _net(since[each.sku], zone)) for each in products]


def opening_begins(newest: datetime) -> datetime:
    """From when on sales tell the starting stock, where `newest` is the last of them."""
    return newest - timedelta(days=COUNTED_DAYS_BEFORE + STOCK_DAYS)


def assume_opening(desk: Desk, all_openings: Sequence[Opening]) -> None:
    """Make products of what is unknown so far, and count the starting stock of each."""
    known = Items(desk.session)
    new = [opening for opening in all_openings if opening.product.sku not in known]
    if not new:
        return
    desk.outcome.made["products"] += assume_products(
        desk.session, [opening.product for opening in new], SUPPLIER, COST_PERCENT
    )
    items = Items(desk.session)
    counts = (
        (
            items[opening.product.sku],
            Fact(
                opening.counted_at,
                Kind.COUNT,
                max(opening.sold_before, opening.sold_since),
                f"assumed-stock:{opening.product.sku}",
            ),
            desk.now,
            True,
        )
        for opening in new
    )
    add_facts(desk.session, desk.place.site_id, counts)
    raised = sum(opening.sold_since > opening.sold_before for opening in new)
    local = new[0].counted_at.astimezone(desk.place.zone)
    desk.outcome.assumed += [
        f"the cost of each new product is {COST_PERCENT}% of its median price",
        f'its supplier is "{SUPPLIER}"',
        f"its stock on {local:%Y-%m-%d at %H:%M} was what sold in the {STOCK_DAYS} days before"
        + (f", or since where that is more ({raised:,} products)" if raised else ""),
    ]


def _net(facts: Sequence[Fact], zone: ZoneInfo) -> int:
    return sum(day.units for day in net_days(facts, zone).values())
