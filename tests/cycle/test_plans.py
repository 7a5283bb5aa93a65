"""What people said of an item, and what its lots did, as the daily look orders by it."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.outbound import lifecycle
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.said import Pin
from quietshelf.store import plans
from quietshelf.store.engine import reading, writing
from quietshelf.store.said import said_of_each
from quietshelf.store.tables import Delivery, Order, OrderLine, Product, SkuPlan
from tests.cycle.pictures import NOW, book, counted, daily, drafts, open_keys, sold, state
from tests.orders import people
from tests.shops import Shop

LONDON = ZoneInfo("Europe/London")
TEA = "TEA-0114"  # Leaf & Kettle quotes 7 days: 10.5 when late, Yellow at 17 days' sales


def say(shop: Shop, sku: str = TEA, **said: Any) -> None:
    with writing(shop.engine) as session:
        plans.say(session, shop.site_id, shop.products[sku], said, people_of(shop), NOW)


def need(shop: Shop, quantity: int, on: date, sku: str = TEA) -> None:
    with writing(shop.engine) as session:
        plans.note_need(session, shop.site_id, shop.products[sku], quantity, on, "the fair", people_of(shop), NOW)


def people_of(shop: Shop) -> int:
    with reading(shop.engine) as session:
        known = session.scalar(select(SkuPlan.changed_by).limit(1))
    return known or people(shop).manager


def look(shop: Shop, days: float = 0) -> dict[str, int]:
    """A look so many days later; the drafted quantities by SKU."""
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=days), whole=True)
    return {sku: quantity for _, _, sku, quantity in drafts(shop.engine)}


def has_gone(shop: Shop) -> None:
    """The only draft is with its supplier."""
    with writing(shop.engine) as session:
        session.execute(update(Order).where(Order.state == "draft").values(state="sent", sent_at=NOW))
        session.execute(update(OrderLine).values(is_draft=False))


# known needs ----------------------------------------------------------------------------------


def test_a_need_is_shown_a_lead_time_before_it_bites(shop: Shop) -> None:
    book(shop, TEA, counted(300), *daily(4))  # 60 left: 15 days
    book(shop, "SUG-0008", counted(160), *daily(1))  # 100 left: plenty
    need(shop, 95, date(2026, 12, 6), "SUG-0008")  # Northern Mills: 6 days when late
    assert "SUG-0008" not in look(shop, 5)
    assert look(shop, 6)["SUG-0008"] == 95  # on 30 November, six days before
    assert "yellow:SUG-0008" in open_keys(shop.engine)


def test_a_known_need_is_ordered_once_and_comes_back_when_its_order_is_cancelled(shop: Shop) -> None:
    book(shop, "SUG-0008", counted(160), *daily(1))
    need(shop, 95, date(2026, 11, 28), "SUG-0008")
    assert look(shop) == {"SUG-0008": 95}
    assert look(shop, 1) == {"SUG-0008": 95}
    has_gone(shop)
    assert look(shop, 1) == {}
    with writing(shop.engine) as session:
        session.execute(update(Order).values(state="cancelled"))
    assert look(shop, 2) == {"SUG-0008": 95}


def test_a_known_need_that_its_stock_covers_orders_nothing(shop: Shop) -> None:
    book(shop, "SUG-0008", counted(260), *daily(1))  # 200 left
    need(shop, 95, date(2026, 11, 28), "SUG-0008")
    assert look(shop) == {}


def test_the_sale_that_met_a_known_need_does_not_count_in_velocity(shop: Shop) -> None:
    book(shop, TEA, counted(900), *daily(4), sold(90, 2, "fair"))
    assert (look(shop), state(shop, TEA).sold_60) == ({}, 330)
    need(shop, 90, (NOW - timedelta(days=2)).date())
    assert (look(shop), state(shop, TEA).sold_60) == ({}, 240)


# pins and ends --------------------------------------------------------------------------------


def test_a_pinned_quantity_is_ordered_to_the_piece(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    say(shop, pinned_quantity=50)
    assert look(shop) == {TEA: 50}


def test_keep_at_least_fills_up_what_does_not_even_sell(shop: Shop) -> None:
    book(shop, TEA, counted(10))
    say(shop, keep_at_least=24)
    assert look(shop) == {TEA: 24}  # 14, in packs of 12
    assert open_keys(shop.engine) == {f"yellow:{TEA}"}


def test_what_is_ending_gives_no_alarm_and_is_never_ordered(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    assert look(shop) == {TEA: 180}
    say(shop, ending=True)
    assert look(shop) == {}
    assert (state(shop, TEA).zone, open_keys(shop.engine)) == ("red", set())


def test_before_it_ends_no_more_is_ordered_than_sells_until_then(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    say(shop, ends_on=(NOW + timedelta(days=20)).date())
    assert look(shop) == {TEA: 72}  # 80 sell by then and 5 are there: 6 packs of 12
    say(shop, ends_on=(NOW + timedelta(days=7)).date())  # an order of today comes on the day it ends
    assert look(shop, 1) == {}


# the life of a draft line ---------------------------------------------------------------------


def test_a_cancelled_draft_leaves_the_need_standing_and_its_line_comes_back(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    manager = people(shop).manager
    lifecycle.cancel(shop.engine, 1, version(shop, 1), manager, NOW)
    assert open_keys(shop.engine) == {f"red:{TEA}"}
    assert look(shop) == {TEA: 180}


def test_not_this_time_holds_until_it_was_green_once(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    lifecycle.cancel(shop.engine, 1, version(shop, 1), people(shop).manager, NOW, not_this_time=True)
    assert look(shop, 1) == {}
    assert open_keys(shop.engine) == {f"red:{TEA}"}  # the need stands
    book(shop, TEA, Fact(NOW + timedelta(days=1), Kind.RECEIPT, 300, "r"))
    assert (look(shop, 1), state(shop, TEA).zone) == ({}, "green")
    book(shop, TEA, sold(300, -2))
    assert TEA in look(shop, 2)


def test_not_this_time_ends_after_30_days(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    say(shop, not_this_time_at=NOW)
    assert look(shop, 29) == {}
    assert TEA in look(shop, 30)


def version(shop: Shop, order_id: int) -> int:
    with reading(shop.engine) as session:
        return session.get_one(Order, order_id).version


# what lots did --------------------------------------------------------------------------------


def came(shop: Shop, units: int, days_ago: int, **line: Any) -> None:
    """A line that the rule drafted for 45 days, and that came in full."""
    at, key = NOW - timedelta(days=days_ago), f"{TEA}/receipt:{days_ago}"
    ruled = {"lot": units, "lots": 1, "needed": units, "quantity": units, "pack": 1, "minimum_order": 0, "days": 45}
    with writing(shop.engine) as session:
        order = Order(
            site_id=shop.site_id,
            number=f"PO-{days_ago}",
            supplier_id=shop.suppliers["Leaf & Kettle"],
            state="received",
            created_at=at,
            sent_at=at - timedelta(days=7),
        )
        values: dict[str, Any] = {"is_draft": False, "quantity": units, "received": units, "closed_at": at}
        values |= {"ruled": ruled, "site_id": shop.site_id, "product_id": shop.products[TEA]}
        order.lines = [OrderLine(**(values | line))]
        session.add(order)
        session.flush()
        session.add(
            Delivery(
                site_id=shop.site_id,
                order_line_id=order.lines[0].id,
                key=key,
                received=units,
                happened=at,
                learnt=at,
            )
        )
    book(shop, TEA, Fact(at, Kind.RECEIPT, units, f"receipt:{days_ago}"))


def test_a_lot_that_sold_out_early_makes_the_next_a_quarter_bigger(shop: Shop) -> None:
    book(shop, TEA, counted(100), *daily(4))
    came(shop, 100, 36)  # the 100 before it were gone in 25 days; it lasted as many
    assert look(shop) == {TEA: 228}  # 180 in 45 days, and a quarter: 225, in packs of 12
    figures = state(shop, TEA).figures
    assert figures is not None
    assert (figures["proposal"]["factor"], figures["proposal"]["last_lot"]) == (1.25, "fast")


@pytest.mark.parametrize("line", [{"edited_at": NOW}, {"ruled": None}, {"quantity": 120}])
def test_a_lot_that_a_person_made_teaches_nothing(shop: Shop, line: dict[str, Any]) -> None:
    book(shop, TEA, counted(100), *daily(4))
    came(shop, 100, 36, **line)
    assert look(shop) == {TEA: 180}


def test_what_never_sold_and_is_found_gone_is_ordered_by_one_pack(shop: Shop) -> None:
    book(shop, TEA, counted(3), counted(0, 1))
    book(shop, "TEA-0131", counted(3, 200), counted(0, 1))  # it was there for 199 days, and nobody wanted it
    assert look(shop) == {TEA: 12}
    has_gone(shop)
    assert look(shop, 1) == {}


# bad input ------------------------------------------------------------------------------------


def test_plans_of_what_nobody_sells_or_prices_are_kept_and_order_nothing(shop: Shop) -> None:
    for sku in ("BAG-0100", "CARD-0001"):
        say(shop, sku, keep_at_least=5, ends_on=NOW.date())
        need(shop, 9, NOW.date(), sku)
    assert look(shop) == {}


def test_negative_stock_counts_as_none(shop: Shop) -> None:
    book(shop, TEA, *daily(4))
    say(shop, keep_at_least=24)
    assert state(shop, TEA).on_hand == 0
    assert look(shop) == {TEA: 180}


def test_what_is_ending_with_orders_open_keeps_them_and_gets_no_more(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    has_gone(shop)
    say(shop, ending=True)
    assert look(shop) == {}
    assert state(shop, TEA).on_order == 180


def test_an_order_due_far_away_does_not_hide_todays_stock_out(shop: Shop) -> None:
    book(shop, TEA, counted(240), *daily(4))
    look(shop)
    has_gone(shop)
    with writing(shop.engine) as session:
        session.execute(update(Order).values(promised_on=(NOW + timedelta(days=60)).date()))
        session.get_one(Product, shop.products[TEA]).name = "Assam"
    assert look(shop) == {}
    assert f"red:{TEA}" in open_keys(shop.engine)


def test_what_was_said_is_remembered_with_its_days_and_so_is_its_end(shop: Shop) -> None:
    product_id, user = shop.products[TEA], people_of(shop)
    later = NOW + timedelta(days=3)
    with writing(shop.engine) as session:
        plans.note_need(session, shop.site_id, product_id, 60, date(2026, 12, 6), "the fair", user, NOW)
        plans.say(session, shop.site_id, product_id, {"keep_at_least": 20, "pinned_quantity": None}, user, NOW)
        plans.say(session, shop.site_id, product_id, {"keep_at_least": 20, "pinned_quantity": 48}, user, later)
        plans.say(session, shop.site_id, product_id, {"keep_at_least": 30}, user, later)
    with writing(shop.engine) as session:
        need_id = plans.plans_of(session, shop.site_id, [product_id])[product_id].needs[0].id
        plans.forget_need(session, shop.site_id, product_id, need_id, user, later)
        assert plans.plans_of(session, shop.site_id, [product_id])[product_id].needs == ()
    with reading(shop.engine) as session:
        said = said_of_each(session, shop.site_id, [product_id], LONDON)[product_id]
    today, then = NOW.date(), later.date()
    assert said.keeps == (Pin(20, today, then), Pin(30, then))
    assert said.quantities == (Pin(48, then),)
    assert [(noted.since, noted.until) for noted in said.needs] == [(today, then)]
