"""What the pages of Set up read and change: nodes with their slots, suppliers, the items a slot can hold."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import Node, Product, Slot, Supplier

MOST_LISTED = 500
"""More items than this are not offered in a list: their SKU is typed."""


@dataclass(frozen=True)
class PlannedSlot:
    """A slot of a node, what it holds, and its last settled word."""

    name: str
    sku: str | None
    product: str | None
    piece_weight_g: float | None
    count: int | None
    grams: float | None
    health: str | None


@dataclass(frozen=True)
class HungNode:
    """A node as Set up shows it."""

    id: int
    name: str
    online: bool
    agent: str | None
    heard_at: datetime | None
    waits: bool
    """It speaks, and nobody has adopted it yet."""
    slots: tuple[PlannedSlot, ...]


def hung_nodes(session: Session, site_id: int) -> list[HungNode]:
    """The nodes of a site, those that wait first, with their slots."""
    slots: dict[int, list[PlannedSlot]] = {}
    rows = session.execute(
        select(Slot, Product.sku, Product.name, Product.piece_weight_g)
        .join(Node, Node.id == Slot.node_id)
        .outerjoin(Product, Product.id == Slot.product_id)
        .where(Node.site_id == site_id)
        .order_by(Slot.node_id, Slot.name)
    )
    for slot, sku, product, weight_g in rows:
        planned = PlannedSlot(slot.name, sku, product, weight_g, slot.count, slot.grams, slot.health)
        slots.setdefault(slot.node_id, []).append(planned)
    nodes = session.scalars(
        select(Node).where(Node.site_id == site_id).order_by(Node.adopted_at.is_not(None), Node.name)
    )
    return [
        HungNode(
            node.id,
            node.name,
            node.online,
            node.agent,
            node.heard_at,
            node.heard_at is not None and (node.adopted_at is None or node.twice),
            tuple(slots.get(node.id, [])),
        )
        for node in nodes
    ]


def listed_items(session: Session) -> list[tuple[str, str]]:
    """SKU and name of every item, or of none where they are too many to choose from a list."""
    if (session.scalar(select(func.count()).select_from(Product)) or 0) > MOST_LISTED:
        return []
    return list(
        session.execute(
            select(Product.sku, Product.name).where(Product.archived_at.is_(None)).order_by(Product.name)
        ).all()
    )


def suppliers(session: Session) -> list[Supplier]:
    """Suppliers by name, those that nobody has named yet first."""
    return list(
        session.scalars(
            select(Supplier).order_by(Supplier.assumed.desc(), func.lower(Supplier.name)).limit(MOST_LISTED)
        )
    )


def name_supplier(session: Session, supplier_id: int, name: str, email: str, quoted_lead_days: int | None) -> bool:
    """Say who a supplier is and where its orders go. False where there is no such supplier.

    Raises ValueError, with a sentence, where another has the name.
    """
    supplier = session.get(Supplier, supplier_id)
    if supplier is None:
        return False
    if session.scalar(select(Supplier.id).where(Supplier.name == name, Supplier.id != supplier_id)):
        raise ValueError(f"There is another supplier called {name}.")
    supplier.name, supplier.email, supplier.quoted_lead_days, supplier.assumed = name, email, quoted_lead_days, False
    return True
