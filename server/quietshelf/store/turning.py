"""How often stock turned in a month, and what lies longest: what a target for turns is held against. Reads only."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import LookRow, Product, SkuState


def look_of_month(session: Session, site_id: int, first: date, after: date) -> float | None:
    """Inventory turns, as the last look from `first` on and before `after` counted them; None where nobody looked."""
    looks = (
        select(LookRow.numbers)
        .where(LookRow.site_id == site_id, LookRow.day >= first, LookRow.day < after)
        .order_by(LookRow.day.desc())
        .limit(1)
    )
    numbers = session.scalar(looks)
    turns = numbers.get("capital") if numbers else None
    return float(turns) if turns is not None else None


def most_tied_up(session: Session, site_id: int, cover_days: int, most: int) -> list[str]:
    """SKUs with the most money in stock beyond so many days of cover, at cost; the most first."""
    beyond = (SkuState.on_hand - SkuState.velocity * cover_days) * func.coalesce(Product.cost_minor, 0)
    rows = (
        select(Product.sku)
        .join(SkuState, SkuState.product_id == Product.id)
        .where(SkuState.site_id == site_id, beyond > 0)
        .order_by(beyond.desc(), Product.sku)
        .limit(most)
    )
    return list(session.scalars(rows))
