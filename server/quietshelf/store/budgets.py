"""A site's budget for orders: what it has spent, the draft lines that want money, and which of them wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.rules.budget import Budget
from quietshelf.store.orders import changed
from quietshelf.store.tables import Order, OrderLine, Product, Site, SkuState

DRAWN = ("approved", "sending", "sent", "confirmed", "part_received", "received", "closed_short")
"""States of an order that money was, or is to be, paid for."""


@dataclass(frozen=True)
class WaitingLine:
    """A draft line that wants money, and what is known of its SKU."""

    line_id: int
    quantity: int
    unit_cost_minor: int | None
    price_minor: int | None
    by_person: bool
    """A person set it, or added it."""
    pack: int
    minimum_order: int
    waits_until: date | None
    figures: Mapping[str, Any]
    """Of the decision about its SKU."""


def budget_of(session: Session, site_id: int) -> Budget | None:
    """The budget that a manager set; None where there is none."""
    site = session.execute(
        select(Site.budget_minor, Site.budget_days, Site.budget_from).where(Site.id == site_id)
    ).one()
    if site.budget_minor is None or site.budget_from is None:
        return None
    return Budget(site.budget_minor, site.budget_days, site.budget_from)


def drawn_since(session: Session, site_id: int, since: datetime) -> int:
    """What orders that were approved since then cost, minor units; unknown costs are not counted."""
    cost = func.coalesce(func.sum(OrderLine.quantity * OrderLine.unit_cost_minor), 0)
    drawn = (
        select(cost)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.site_id == site_id, Order.state.in_(DRAWN), Order.approved_at >= since)
    )
    return int(session.scalar(drawn) or 0)


def draft_lines(session: Session, site_id: int) -> list[WaitingLine]:
    """Every line of the site's drafts, in order of id."""
    rows = session.execute(
        select(OrderLine, Product.price_minor, SkuState.figures)
        .join(Product, Product.id == OrderLine.product_id)
        .outerjoin(SkuState, (SkuState.product_id == OrderLine.product_id) & (SkuState.site_id == OrderLine.site_id))
        .where(OrderLine.site_id == site_id, OrderLine.is_draft)
        .order_by(OrderLine.id)
    )
    return [
        WaitingLine(
            line.id,
            line.quantity,
            line.unit_cost_minor,
            price_minor,
            line.edited_at is not None or line.ruled is None,
            (line.ruled or {}).get("pack", 1),
            (line.ruled or {}).get("minimum_order", 0),
            line.waits_until,
            figures or {},
        )
        for line, price_minor, figures in rows
    ]


def waiting_products(session: Session, site_id: int) -> dict[int, date]:
    """Until when lines wait, by product."""
    rows = session.execute(
        select(OrderLine.product_id, OrderLine.waits_until).where(
            OrderLine.site_id == site_id, OrderLine.is_draft, OrderLine.waits_until.is_not(None)
        )
    )
    return {product_id: until for product_id, until in rows if until is not None}


def hold_drafts(session: Session, site_id: int) -> dict[int, Order]:
    """The site's drafts, held in the order in which everybody takes them."""
    drafts = select(Order).where(Order.site_id == site_id, Order.state == "draft").order_by(Order.id)
    held = session.scalars(drafts.with_for_update().execution_options(populate_existing=True))
    return {order.id: order for order in held}


def let_wait(
    session: Session, site_id: int, until: Mapping[int, date | None], parts: Mapping[int, int], now: datetime
) -> bool:
    """Say until when lines wait (None: they don't), by line id, and of which only so many units go.

    Returns whether that changed any. Their drafts' versions rise.

    The site's drafts are to be held.
    """
    lines = session.scalars(
        select(OrderLine)
        .where(OrderLine.site_id == site_id, OrderLine.is_draft, OrderLine.id.in_(list(until)))
        .execution_options(populate_existing=True)
    ).all()
    differ = [line for line in lines if line.waits_until != until[line.id] or line.id in parts]
    for line in differ:
        line.waits_until = until[line.id]
        line.quantity = parts.get(line.id, line.quantity)
        if line.waits_until is not None or line.id in parts:
            line.held = "budget"
    for order_id in {line.order_id for line in differ}:
        changed(session.get_one(Order, order_id), None, now)
    session.flush()
    return bool(differ)


def nothing_waits(session: Session, site_id: int, now: datetime) -> None:
    """Let every line go that waited for a budget."""
    hold_drafts(session, site_id)
    waiting = select(OrderLine.id).where(
        OrderLine.site_id == site_id, OrderLine.is_draft, OrderLine.waits_until.is_not(None)
    )
    let_wait(session, site_id, dict.fromkeys(session.scalars(waiting)), {}, now)
