"""An order that does not come: it is hurried first, and bought again only where it is far too late and the item Red."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Offer, Order, OrderLine, Sourcing
from tests.cycle.pictures import NOW, book, counted, daily, drafts, state
from tests.cycle.test_plans import TEA, has_gone, look
from tests.shops import Shop


def is_late(shop: Shop, promised_on: date) -> None:
    """The only draft is with its supplier, and was promised for a day."""
    has_gone(shop)
    with writing(shop.engine) as session:
        session.execute(update(Order).values(promised_on=promised_on, sent_at=NOW - timedelta(days=40)))


def offers(shop: Shop, supplier: str, cost_minor: int = 400, **terms: Any) -> None:
    with writing(shop.engine) as session:
        session.add(
            Offer(supplier_id=shop.suppliers[supplier], product_id=shop.products[TEA], cost_minor=cost_minor, **terms)
        )


def lines(shop: Shop) -> list[tuple[str, int]]:
    """Draft lines: supplier and quantity."""
    return [(supplier, quantity) for _, supplier, _, quantity in drafts(shop.engine)]


def instead_of(shop: Shop) -> str | None:
    with reading(shop.engine) as session:
        line = session.query(OrderLine).filter(OrderLine.is_draft).one()
        return (line.ruled or {}).get("instead_of")


def test_red_with_an_order_on_its_way_is_not_bought_twice(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    is_late(shop, NOW.date() - timedelta(days=15))
    assert (look(shop), state(shop, TEA).zone) == ({}, "red")


def test_red_with_an_order_over_15_days_late_is_bought_again_where_it_comes_soonest(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    offers(shop, "Harbour Ceramics", 300)  # 14 days
    offers(shop, "Northern Mills", pack=10)  # in 4 days
    is_late(shop, NOW.date() - timedelta(days=16))
    look(shop)
    assert lines(shop) == [("Northern Mills", 180)]
    assert instead_of(shop) == "PO-2001"
    look(shop)
    look(shop, 1)
    assert lines(shop) == [("Northern Mills", 180)], "it stays where it is"
    has_gone(shop)
    assert look(shop, 1) == {}, "and is bought once"


def test_what_comes_after_all_takes_the_second_line_off(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    offers(shop, "Northern Mills")
    is_late(shop, NOW.date() - timedelta(days=16))
    look(shop)
    book(shop, TEA, counted(185, 0))
    with writing(shop.engine) as session:
        session.execute(update(OrderLine).where(~OrderLine.is_draft).values(received=180, closed_at=NOW))
    assert look(shop) == {}


def test_where_nobody_else_sells_it_or_a_person_pinned_who_does_it_is_bought_again_from_them(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    offers(shop, "Northern Mills")
    with writing(shop.engine) as session:
        session.add(
            Sourcing(
                site_id=shop.site_id,
                product_id=shop.products[TEA],
                supplier_id=shop.suppliers["Leaf & Kettle"],
                pinned=True,
            )
        )
    is_late(shop, NOW.date() - timedelta(days=16))
    look(shop)
    assert lines(shop) == [("Leaf & Kettle", 180)]
    assert instead_of(shop) == "PO-2001"


def test_who_is_sooner_and_dearer_waits_for_a_managers_yes(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    offers(shop, "Northern Mills", 500)
    is_late(shop, NOW.date() - timedelta(days=16))
    look(shop)
    assert lines(shop) == [("Leaf & Kettle", 180)]
