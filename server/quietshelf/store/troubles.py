"""What the cycle reads to tell what is wrong: shelves' words, faulty cells, orders on their way, imports held."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import (
    ON_ITS_WAY,
    HeldRow,
    Import,
    Node,
    Order,
    OrderLine,
    Product,
    SkuState,
    Slot,
    Supplier,
)


@dataclass(frozen=True)
class ShelfWord:
    """What one weighed place last said of itself, and when its node was last heard."""

    node_id: int
    node: str
    slot: str
    product_id: int | None
    heard_at: datetime | None
    health: str | None
    doubt: str | None
    disagrees: int
    """Pieces that its node's state says there are more than its events told; 0 is agreement."""


@dataclass(frozen=True)
class LateLine:
    """What has not come of one SKU on an order that is on its way, and what is at stake."""

    order_id: int
    number: str
    supplier_id: int
    supplier: str
    sent_at: datetime | None
    promised_on: date | None
    sku: str
    short: bool
    """The SKU is Red or Yellow."""
    risk_minor_per_day: int


# made once: making a statement takes longer than SQLite takes to run it
_WORDS = (
    select(Node.id, Node.name, Slot.name, Slot.product_id, Node.heard_at, Slot.health, Slot.doubt, Slot.disagrees)
    .join(Slot, Slot.node_id == Node.id)
    .where(Node.site_id == bindparam("site"), Node.adopted_at.is_not(None))
    .order_by(Node.name, Slot.name)
)
_WORDS_OF = _WORDS.where(Slot.product_id.in_(bindparam("products", expanding=True)))


def shelf_words(session: Session, site_id: int, product_ids: Collection[int] | None = None) -> list[ShelfWord]:
    """The words of the adopted nodes' slots: those that hold some SKUs, or all."""
    if product_ids is None:
        return [ShelfWord(*row) for row in session.execute(_WORDS, {"site": site_id})]
    asked = {"site": site_id, "products": product_ids}
    return [ShelfWord(*row) for row in session.connection().execute(_WORDS_OF, asked)]


def lines_on_their_way(session: Session, site_id: int) -> list[LateLine]:
    """Every line of a sent order of which something has not come, by order."""
    rows = session.execute(
        select(Order, Supplier.name, Product.sku, SkuState.zone, SkuState.risk_minor_per_day)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(Product, Product.id == OrderLine.product_id)
        .outerjoin(SkuState, (SkuState.product_id == Product.id) & (SkuState.site_id == site_id))
        .where(
            Order.site_id == site_id,
            Order.state.in_(ON_ITS_WAY),
            OrderLine.closed_at.is_(None),
            OrderLine.received < OrderLine.quantity,
        )
        .order_by(Order.id, OrderLine.id)
    )
    return [
        LateLine(
            order.id,
            order.number,
            order.supplier_id,
            supplier,
            order.sent_at,
            order.promised_on,
            sku,
            zone in ("red", "yellow"),
            risk or 0,
        )
        for order, supplier, sku, zone, risk in rows
    ]


def held_rows(session: Session, site_id: int) -> dict[str, tuple[int, int]]:
    """Rows of imports that wait for an unknown item, and of how many items, by kind of import."""
    rows = session.execute(
        select(Import.kind, func.count(), func.count(HeldRow.sku.distinct()))
        .join(HeldRow, HeldRow.import_id == Import.id)
        .where(HeldRow.site_id == site_id)
        .group_by(Import.kind)
    )
    return {kind: (held, items) for kind, held, items in rows}
