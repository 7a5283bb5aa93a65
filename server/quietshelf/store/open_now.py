"""What is open now, as pages show it: who has seen it, until when it is put off, whether it is a slow mover's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, true
from sqlalchemy.orm import Session

from quietshelf.rules.exceptions import ExceptionKind, stays_when_put_off
from quietshelf.store.tables import ExceptionRow, Order, Product, Site, SkuState, User


@dataclass(frozen=True)
class OpenException:
    """An exception that is open now, and what it is about."""

    id: int
    kind: str
    key: str
    opened_at: datetime
    risk_minor_per_day: int
    figures: Mapping[str, Any]
    product_id: int | None
    product: str | None
    order_id: int | None
    node_id: int | None
    is_slow: bool = False
    """Its SKU is a slow mover: it makes no row of its own."""
    is_top: bool = False
    """Its SKU is among the top 20%."""
    seen_at: datetime | None = None
    seen_by: str | None = None
    """Who has acknowledged it."""
    put_off_until: datetime | None = None
    put_off_by: str | None = None
    expedited_at: datetime | None = None
    """When the supplier of the order that it is about was last asked to hurry."""

    def is_put_off(self, now: datetime) -> bool:
        """Whether it is off the page until its day."""
        off = self.put_off_until is not None and self.put_off_until > now
        return off and not stays_when_put_off(ExceptionKind(self.kind))


def open_exceptions(session: Session, site_id: int, product_id: int | None = None) -> list[OpenException]:
    """What is open, also what is put off; most money first, and what somebody has seen last.

    Of one item, where `product_id` is given.
    """
    of_item = true() if product_id is None else ExceptionRow.product_id == product_id
    by = func.coalesce(ExceptionRow.acknowledged_by, ExceptionRow.snoozed_by)
    rows = session.execute(
        select(ExceptionRow, Product.name, SkuState.is_top, Site.top_drawn_on, User.name, Order.expedited_at)
        .join(Site, Site.id == ExceptionRow.site_id)
        .outerjoin(Product, Product.id == ExceptionRow.product_id)
        .outerjoin(
            SkuState,
            and_(SkuState.site_id == ExceptionRow.site_id, SkuState.product_id == ExceptionRow.product_id),
        )
        .outerjoin(User, User.id == by)
        .outerjoin(Order, Order.id == ExceptionRow.order_id)
        .where(ExceptionRow.site_id == site_id, of_item, ExceptionRow.closed_at.is_(None))
        .order_by(
            ExceptionRow.acknowledged_at.is_not(None),
            ExceptionRow.risk_minor_per_day.desc(),
            ExceptionRow.opened_at,
            ExceptionRow.id,
        )
    )
    return [
        OpenException(
            e.id,
            e.kind,
            e.key,
            e.opened_at,
            e.risk_minor_per_day,
            e.figures,
            e.product_id,
            name,
            e.order_id,
            e.node_id,
            is_slow=drawn_on is not None and is_top is False,
            is_top=drawn_on is not None and is_top is True,
            seen_at=e.acknowledged_at,
            seen_by=person if e.acknowledged_at else None,
            put_off_until=e.snoozed_until,
            put_off_by=person if e.snoozed_until else None,
            expedited_at=expedited_at,
        )
        for e, name, is_top, drawn_on, person, expedited_at in rows
    ]
