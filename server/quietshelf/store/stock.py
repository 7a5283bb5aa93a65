"""What is there of each item, as last derived. Reads only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from quietshelf.store.tables import Product, SkuState


def on_hand_and_sensed(session: Session, site_id: int) -> dict[str, tuple[int, int]]:
    """By SKU: units on hand, and how many of them lie on weighed shelves."""
    rows = session.execute(
        select(Product.sku, SkuState.on_hand, SkuState.sensed)
        .join(SkuState, SkuState.product_id == Product.id)
        .where(SkuState.site_id == site_id)
    )
    return {sku: (on_hand, sensed or 0) for sku, on_hand, sensed in rows}
