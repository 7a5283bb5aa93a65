"""What days without stock lost and by what, and what each daily look said of it: reads for pages and reviews."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import LookRow, LossRow, Order, Product, Supplier


@dataclass(frozen=True)
class Lost:
    """What one cause lost in some days."""

    minor: int
    out_days: int
    """Days without stock, each SKU's own counted; 0 where stock was held too long."""


def latest_look(session: Session, site_id: int) -> LookRow | None:
    """The newest look; None before the first."""
    looks = select(LookRow).where(LookRow.site_id == site_id)
    return session.scalars(looks.order_by(LookRow.day.desc()).limit(1)).first()


def looks_since(session: Session, site_id: int, since: date) -> list[LookRow]:
    """The looks of the days from `since` on, oldest first."""
    looks = select(LookRow).where(LookRow.site_id == site_id, LookRow.day >= since)
    return list(session.scalars(looks.order_by(LookRow.day)))


def lost_by_cause(session: Session, site_id: int, since: date, until: date) -> dict[str, Lost]:
    """What each cause lost on the days from `since` to `until`, both included; one that lost nothing is left out."""
    rows = session.execute(
        select(LossRow.cause, func.sum(LossRow.minor), func.count().filter(LossRow.out > 0))
        .where(LossRow.site_id == site_id, LossRow.day >= since, LossRow.day <= until)
        .group_by(LossRow.cause)
    )
    return {cause: Lost(int(minor), out_days) for cause, minor, out_days in rows}


def losses_of_sku(session: Session, site_id: int, product_id: int, since: date) -> list[LossRow]:
    """What one SKU lost on the days from `since` on, oldest first. Evidence is as rules/causes.py, Evidence.figures."""
    lost = select(LossRow).where(LossRow.site_id == site_id, LossRow.product_id == product_id, LossRow.day >= since)
    return list(session.scalars(lost.order_by(LossRow.day, LossRow.cause)))


def most_lost_by(session: Session, site_id: int, cause: str, since: date, until: date, most: int = 2) -> list[str]:
    """Through whom a cause lost most: names of suppliers (of the late orders themselves), else of items.

    Only so many as it takes for half of what the cause lost, and at most `most`; none, where those are less than half.
    """
    lost = func.sum(LossRow.minor)
    where = (LossRow.site_id == site_id, LossRow.cause == cause, LossRow.day >= since, LossRow.day <= until)
    if cause == "supply":
        number = LossRow.evidence[("order", "number")].as_string()
        by_name = (
            select(Supplier.name, lost)
            .join(Order, Order.supplier_id == Supplier.id)
            .join(LossRow, Order.number == number)
            .where(*where, Order.site_id == site_id)
            .group_by(Supplier.name)
        )
    else:
        of_item = select(LossRow.product_id, lost.label("minor")).where(*where).group_by(LossRow.product_id).subquery()
        by_name = select(Product.name, of_item.c.minor).join(of_item, of_item.c.product_id == Product.id)
    rows = sorted(session.execute(by_name).all(), key=lambda row: (-row[1], row[0]))
    half = sum(minor for _, minor in rows) / 2
    names: list[str] = []
    so_far = 0
    for name, minor in rows[:most]:
        names.append(name)
        so_far += minor
        if so_far >= half:
            return names
    return []
