"""Looks that are asked for at items that are probably gone: which are open, and what could be asked for next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from quietshelf.rules.exceptions import ExceptionKind
from quietshelf.store.tables import ExceptionRow, ModeRow, Product, SkuState


@dataclass(frozen=True)
class Asked:
    """Looks that wait, looks of today that are done, and whether wrong counts are what the shop works on."""

    open_now: int
    done_today: int
    counts_mode: bool


def asked(session: Session, site_id: int, day_began: datetime) -> Asked:
    """What was asked for so far, on the day that began at `day_began`."""
    is_open = ExceptionRow.closed_at.is_(None)
    of_site = (ExceptionRow.site_id == site_id, ExceptionRow.kind == ExceptionKind.LOOKS_GONE.value)
    mode = (
        select(ModeRow.id)
        .where(ModeRow.site_id == site_id, ModeRow.off_at.is_(None), ModeRow.mode == "counts")
        .exists()
    )
    open_now, done_today, counts_mode = session.execute(
        select(
            func.coalesce(func.sum(case((is_open, 1), else_=0)), 0),
            func.coalesce(func.sum(case((is_open, 0), else_=1)), 0),
            select(mode).scalar_subquery(),
        ).where(*of_site, is_open | (ExceptionRow.opened_at >= day_began))
    ).one()
    return Asked(open_now, done_today, bool(counts_mode))


def to_ask(session: Session, site_id: int, most: int) -> list[tuple[SkuState, str]]:
    """The states and SKUs of those that are probably gone and not asked for yet: most money first."""
    waiting = select(ExceptionRow.product_id).where(  # read once: no index finds a SKU's own
        ExceptionRow.site_id == site_id,
        ExceptionRow.kind == ExceptionKind.LOOKS_GONE.value,
        ExceptionRow.product_id.is_not(None),
        ExceptionRow.closed_at.is_(None),
    )
    rows = session.execute(
        select(SkuState, Product.sku)
        .join(Product, Product.id == SkuState.product_id)
        .where(SkuState.site_id == site_id, SkuState.looks_gone, SkuState.product_id.not_in(waiting))
        .order_by(SkuState.risk_minor_per_day.desc(), SkuState.product_id)
        .limit(most)
    )
    return [(state, sku) for state, sku in rows]
