"""What an item's own page reads: the item, what is decided and what moved, and who sells it. Reads only."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from quietshelf.store.tables import (
    DecisionRow,
    FactRow,
    Offer,
    Order,
    OrderLine,
    Product,
    SkuState,
    Supplier,
)


@dataclass(frozen=True)
class WaitingLine:
    """The item's line on an order that has not left the shop."""

    order_id: int
    number: str
    state: str
    version: int
    quantity: int


@dataclass(frozen=True)
class Seller:
    """Who sells the item, and how."""

    supplier: Supplier
    cost_minor: int | None
    pack: int
    minimum_order: int
    from_quantity: int
    is_chosen: bool
    """The product's own supplier, from whom it is ordered where nothing else was chosen."""
    lead_days: int | None = None
    """What it quotes for this item, where that differs from what it quotes for all."""


def product(session: Session, product_id: int) -> Product | None:
    """The item with its supplier."""
    return session.scalar(select(Product).options(joinedload(Product.supplier)).where(Product.id == product_id))


def state(session: Session, site_id: int, product_id: int) -> SkuState | None:
    """The item as it was last decided."""
    return session.get(SkuState, (site_id, product_id))


def decisions(session: Session, site_id: int, product_id: int, most: int) -> list[DecisionRow]:
    """The last decisions about the item, newest first."""
    rows = (
        select(DecisionRow)
        .where(DecisionRow.site_id == site_id, DecisionRow.product_id == product_id)
        .order_by(DecisionRow.at.desc(), DecisionRow.id.desc())
        .limit(most)
    )
    return list(session.scalars(rows))


def movements(session: Session, site_id: int, product_id: int, most: int) -> list[FactRow]:
    """The last facts of the item's ledger, newest first."""
    rows = (
        select(FactRow)
        .where(FactRow.site_id == site_id, FactRow.product_id == product_id)
        .order_by(FactRow.happened.desc(), FactRow.id.desc())
        .limit(most)
    )
    return list(session.scalars(rows))


def waiting_line(session: Session, site_id: int, product_id: int) -> WaitingLine | None:
    """The item's line on an order that has not left the shop, if there is one."""
    row = session.execute(
        select(Order.id, Order.number, Order.state, Order.version, OrderLine.quantity)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            OrderLine.site_id == site_id,
            OrderLine.product_id == product_id,
            Order.state.in_(("draft", "approved", "sending")),
        )
        .order_by(Order.id)
        .limit(1)
    ).first()
    return WaitingLine(*row) if row else None


def sellers(session: Session, item: Product) -> list[Seller]:
    """Who sells the item: first its own supplier, then by cost."""
    found = []
    if item.supplier:
        found.append(Seller(item.supplier, item.cost_minor, item.pack, item.minimum_order, 1, True))
    rows = session.execute(
        select(Offer, Supplier)
        .join(Supplier, Supplier.id == Offer.supplier_id)
        .where(Offer.product_id == item.id)
        .order_by(Offer.cost_minor, Supplier.name)
    )
    for offer, supplier in rows:
        if not (offer.supplier_id == item.supplier_id and offer.from_quantity == 1):
            found.append(
                Seller(
                    supplier,
                    offer.cost_minor,
                    offer.pack,
                    offer.minimum_order,
                    offer.from_quantity,
                    False,
                    offer.lead_days,
                )
            )
    return found
