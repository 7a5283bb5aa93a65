"""What an order's page tells beside its lines: its supplier's price breaks, what falls due there next. Reads only."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from quietshelf.rules.conditions import Break
from quietshelf.rules.ordering import Terms, rounded
from quietshelf.rules.policy import Policy
from quietshelf.store.tables import Offer, Order, OrderLine, Product, SkuState

MOST_NEXT = 3
"""So many items that fall due next are offered."""


@dataclass(frozen=True)
class FallsDue:
    """A Green item of a supplier that is to be ordered soon, and by how much."""

    product_id: int
    name: str
    days: int
    """Until it is Yellow."""
    quantity: int
    """One lot, in whole packs."""
    cost_minor: int | None
    """Of one unit."""


def breaks_of(session: Session, supplier_id: int, product_ids: Collection[int]) -> dict[int, list[Break]]:
    """The supplier's lower prices for more, by product."""
    found: defaultdict[int, list[Break]] = defaultdict(list)
    offers = select(Offer.product_id, Offer.from_quantity, Offer.cost_minor).where(
        Offer.supplier_id == supplier_id, Offer.product_id.in_(product_ids), Offer.from_quantity > 1
    )
    for product_id, from_quantity, cost_minor in session.execute(offers):
        found[product_id].append(Break(from_quantity, cost_minor))
    return found


def falls_due(session: Session, order: Order, policy: Policy) -> list[FallsDue]:
    """What the order's supplier sells that turns Yellow next, soonest first; what stands on a draft is left out."""
    yellow_at = SkuState.figures["yellow_at"].as_integer()
    days = (SkuState.on_hand + SkuState.on_order - yellow_at) / SkuState.velocity
    drafted = select(OrderLine.product_id).where(OrderLine.site_id == order.site_id, OrderLine.is_draft)
    rows = session.execute(
        select(Product, SkuState.velocity, days)
        .join(SkuState, SkuState.product_id == Product.id)
        .where(
            SkuState.site_id == order.site_id,
            Product.supplier_id == order.supplier_id,
            SkuState.zone == "green",
            SkuState.velocity > 0,
            SkuState.figures["is_over"].as_boolean().is_(False),
            Product.id.not_in(drafted),
        )
        .order_by(days, Product.id)
        .limit(MOST_NEXT)
    )
    return [
        FallsDue(
            item.id,
            item.name,
            max(0, int(in_days)),
            rounded(ceil(Fraction(velocity) * policy.lot_days), Terms(item.pack, item.minimum_order)),
            item.cost_minor,
        )
        for item, velocity, in_days in rows
    ]
