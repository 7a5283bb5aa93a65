"""What a mode's page lists: the SKUs it changed, money that could be freed, shelves that would pay for a sensor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quietshelf.rules.modes import freed_units
from quietshelf.rules.policy import Policy
from quietshelf.store.tables import LossRow, Order, OrderLine, Product, SkuState, Slot

MOST = 50
"""So many are listed, most money first."""


@dataclass(frozen=True)
class Listed:
    """One SKU in a list, with its money."""

    product_id: int
    name: str
    minor: int
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class WaitingLine:
    """A draft line that waits for a budget."""

    product_id: int
    name: str
    order_id: int
    number: str
    quantity: int
    minor: int
    until: date | None


def changed_by_mode(session: Session, site_id: int, mode: str) -> list[Listed]:
    """The SKUs that are decided differently, those that earn most first."""
    rows = session.execute(
        select(SkuState.product_id, Product.name, SkuState.risk_minor_per_day, SkuState.figures)
        .join(Product, Product.id == SkuState.product_id)
        .where(SkuState.site_id == site_id, SkuState.figures["mode"]["mode"].as_string() == mode)
        .order_by(SkuState.risk_minor_per_day.desc(), SkuState.product_id)
        .limit(MOST)
    )
    return [Listed(product_id, name, minor, figures or {}) for product_id, name, minor, figures in rows]


def to_free(session: Session, site_id: int, policy: Policy) -> list[Listed]:
    """What is overstocked or dead, with what selling it off would free; most money first."""
    rows = session.execute(
        select(SkuState.product_id, Product.name, Product.cost_minor, Product.price_minor, SkuState.figures)
        .join(Product, Product.id == SkuState.product_id)
        .where(SkuState.site_id == site_id, SkuState.figures["mark"].as_string().in_(("overstock", "dead")))
    )
    found = []
    for product_id, name, cost, price, figures in rows:
        if figures.get("ending"):
            continue  # selling it off is what is done with it
        of_one = cost if cost is not None else round((price or 0) * policy.assumed_cost_share)
        units = freed_units(figures["mark"], figures["on_hand"], figures["per_day"], policy)
        found.append(Listed(product_id, name, units * of_one, figures | {"frees": units}))
    return sorted(found, key=lambda one: (-one.minor, one.product_id))[:MOST]


def waiting_lines(session: Session, site_id: int) -> list[WaitingLine]:
    """The draft lines that wait for a budget, dearest first."""
    cost = OrderLine.quantity * func.coalesce(OrderLine.unit_cost_minor, 0)
    rows = session.execute(
        select(
            OrderLine.product_id, Product.name, Order.id, Order.number, OrderLine.quantity, cost, OrderLine.waits_until
        )
        .join(Order, Order.id == OrderLine.order_id)
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.site_id == site_id, OrderLine.is_draft, OrderLine.waits_until.is_not(None))
        .order_by(cost.desc(), OrderLine.id)
        .limit(MOST)
    )
    return [WaitingLine(*row) for row in rows]


def sent_themselves(session: Session, site_id: int) -> list[Order]:
    """The newest orders that sent themselves."""
    sent = select(Order).where(Order.site_id == site_id, Order.sent_itself["limit_minor"].as_integer() > 0)
    return list(session.scalars(sent.order_by(Order.id.desc()).limit(MOST)))


def would_pay_for_a_sensor(session: Session, site_id: int, since: date) -> list[Listed]:
    """What wrong counts lost by SKU since then, of those that no shelf weighs; most money first."""
    lost = func.sum(LossRow.minor)
    weighed = select(Slot.product_id).where(Slot.product_id.is_not(None))
    rows = session.execute(
        select(LossRow.product_id, Product.name, lost)
        .join(Product, Product.id == LossRow.product_id)
        .where(
            LossRow.site_id == site_id,
            LossRow.cause == "counts",
            LossRow.day >= since,
            LossRow.product_id.not_in(weighed),
        )
        .group_by(LossRow.product_id, Product.name)
        .order_by(lost.desc(), LossRow.product_id)
        .limit(MOST)
    )
    return [Listed(product_id, name, int(minor), {}) for product_id, name, minor in rows]
