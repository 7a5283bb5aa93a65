"""A shop's derived side as plain values, so that two can be compared; and facts to begin with. No test lives here."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import ExceptionRow, Order, OrderLine, Product, SkuDay, SkuState, Supplier
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


def book(shop: Shop, sku: str, *facts: Fact) -> None:
    """Book facts of one SKU, learnt now; two SKUs' are never the same."""
    own = [replace(fact, key=f"{sku}/{fact.key}") for fact in facts]
    with writing(shop.engine) as session:
        add_facts(session, shop.site_id, [(shop.products[sku], fact, NOW, False) for fact in own])


def counted(units: int, days_ago: int = 70) -> Fact:
    """A count of the whole site."""
    return Fact(NOW - timedelta(days=days_ago), Kind.COUNT, units, f"count:{units}:{days_ago}")


def sold(units: int, days_ago: int = 1, till: str = "till") -> Fact:
    """A sale, told apart by its day and till."""
    return Fact(NOW - timedelta(days=days_ago), Kind.SALE, units, f"sale:{till}:{days_ago}", price_minor=900)


def daily(units: int, days: int = 60) -> list[Fact]:
    """The same sale on each of the last days."""
    return [sold(units, n) for n in range(days)]


def state(shop: Shop, sku: str) -> SkuState:
    """The SKU's state."""
    with reading(shop.engine) as session:
        return session.get_one(SkuState, (shop.site_id, shop.products[sku]))


def drafts(engine: Engine) -> list[tuple[str, str, str, int]]:
    """Every draft line: order, supplier, SKU, quantity."""
    with reading(engine) as session:
        rows = session.execute(
            select(Order.number, Supplier.name, Product.sku, OrderLine.quantity)
            .join(OrderLine, OrderLine.order_id == Order.id)
            .join(Supplier, Supplier.id == Order.supplier_id)
            .join(Product, Product.id == OrderLine.product_id)
            .where(Order.state == "draft", OrderLine.is_draft)
            .order_by(Order.number, Product.sku)
        )
        return [(number, supplier, sku, quantity) for number, supplier, sku, quantity in rows]


def open_keys(engine: Engine) -> set[str]:
    """The keys of what is open."""
    with reading(engine) as session:
        return set(session.scalars(select(ExceptionRow.key).where(ExceptionRow.closed_at.is_(None))))


def books(engine: Engine) -> dict[str, Any]:
    """What follows from the facts alone, whenever they came: books and daily sums."""
    with reading(engine) as session:
        states = session.execute(select(Product.sku, SkuState).join(Product, Product.id == SkuState.product_id))
        days = session.execute(select(SkuDay.product_id, SkuDay.day, SkuDay.units, SkuDay.revenue_minor))
        return {
            "states": {sku: (s.book, s.on_hand, s.sensed, s.waiting, s.sold_60, s.velocity) for sku, s in states},
            "days": {tuple(day) for day in days},
        }


def picture(engine: Engine) -> dict[str, Any]:
    """Everything derived: books, zones, drafts, exceptions."""
    with reading(engine) as session:
        zones = session.execute(
            select(Product.sku, SkuState.zone, SkuState.figures).join(Product, Product.id == SkuState.product_id)
        )
        decided = {sku: (zone, figures) for sku, zone, figures in zones}
    return books(engine) | {"zones": decided, "drafts": drafts(engine), "open": open_keys(engine)}
