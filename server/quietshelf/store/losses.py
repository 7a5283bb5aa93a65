"""What days without stock lost and by what, and what each daily look said of it: reads for pages and reviews."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.store.tables import LookRow, LossRow


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
