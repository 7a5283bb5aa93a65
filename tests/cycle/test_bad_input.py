"""What nobody told, and what can't be: each has its decided outcome, and none is a fault."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from quietshelf.cycle import run_pass
from quietshelf.intake.receipts import Came, NotBooked, receive
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.orders import ChangedMeanwhile
from quietshelf.store.tables import Order, OrderLine, Product, SkuDay, SkuState
from tests.cycle.pictures import NOW, book, counted, daily, drafts, open_keys, sold, state
from tests.cycle.test_plans import TEA, look
from tests.orders import People, line_ids, on_sqlite, order, receipts_booked, sent_order
from tests.outbound.conftest import mailbox, who
from tests.shops import Shop

__all__ = ["mailbox", "who"]  # fixtures

SPRING, AUTUMN = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
"""The days on which London's clocks change, at 01:00 UTC."""


def of_product(shop: Shop, sku: str, **what: Any) -> None:
    with writing(shop.engine) as session:
        for name, value in what.items():
            setattr(session.get_one(Product, shop.products[sku]), name, value)


def days_of(shop: Shop, sku: str) -> dict[str, int]:
    """What it sold by day."""
    with reading(shop.engine) as session:
        rows = session.query(SkuDay).filter(SkuDay.product_id == shop.products[sku])
        return {row.day.isoformat(): row.units for row in rows}


# what is not known ----------------------------------------------------------------------------


def test_an_item_that_nobody_sells_is_red_and_on_no_draft(shop: Shop) -> None:
    book(shop, "BAG-0100", counted(60), *daily(1))
    assert look(shop) == {}
    assert open_keys(shop.engine) == {"red:BAG-0100"}
    figures: Any = state(shop, "BAG-0100").figures
    assert (figures["supplier"], figures["typical_days"]) == (None, None)


def test_an_item_without_a_cost_is_drafted_and_its_earnings_are_said_to_be_assumed(shop: Shop) -> None:
    of_product(shop, TEA, cost_minor=None)
    book(shop, TEA, counted(245), *daily(4))
    assert look(shop) == {TEA: 180}
    figures: Any = state(shop, TEA).figures
    assert (figures["throughput_minor"], figures["cost_assumed"]) == (360, True)  # 40% of the 9.00 that was paid
    assert order(shop, 1).lines[0].unit_cost_minor is None


def test_an_item_without_a_price_or_sales_earns_nothing_that_is_known_and_needs_nothing(shop: Shop) -> None:
    of_product(shop, TEA, price_minor=None)
    book(shop, TEA, counted(5))
    assert look(shop) == {}
    figures: Any = state(shop, TEA).figures
    assert (figures["throughput_minor"], figures["risk_minor_per_day"], figures["cover_days"]) == (None, 0, None)


def test_a_supplier_without_deliveries_is_counted_on_as_it_quotes_else_for_14_days(shop: Shop) -> None:
    book(shop, TEA, counted(300), *daily(4))
    book(shop, "MUG-0001", counted(90), *daily(1))
    look(shop)
    found: list[Any] = [state(shop, sku).figures for sku in (TEA, "MUG-0001")]
    assert [(f["typical_days"], f["late_days"], f["deliveries"]) for f in found] == [(7, 10.5, 0), (14, 21, 0)]


# what can't be --------------------------------------------------------------------------------


def test_more_sold_than_was_there_is_none_on_hand_and_asked_about(shop: Shop) -> None:
    book(shop, TEA, counted(10, 3), sold(14, 1))
    look(shop)
    assert state(shop, TEA).on_hand == 0
    assert {f"red:{TEA}", f"count_disagrees:{TEA}"} <= open_keys(shop.engine)


def test_an_order_received_by_two_people_is_booked_once(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {TEA: 48}, mailbox, NOW)
    came, at = {line_ids(sent)[TEA]: Came(48)}, NOW + timedelta(days=7)
    first = receive(shop.engine, sent.id, sent.version, came, at, at, who.staff)
    again = receive(shop.engine, sent.id, sent.version, came, at, at, who.manager)
    assert (first.repeated, again.repeated) == (False, True)
    with pytest.raises(ChangedMeanwhile):
        receive(shop.engine, sent.id, sent.version, {line_ids(sent)[TEA]: Came(40)}, at, at, who.manager)
    assert (receipts_booked(shop, TEA), state(shop, TEA).on_hand) == ([48], 48)


@on_sqlite
def test_more_than_was_ordered_is_taken_up_to_a_tenth_and_else_refused_in_a_sentence(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    sent = sent_order(shop, who, {TEA: 48}, mailbox, NOW)
    line, at = line_ids(sent)[TEA], NOW + timedelta(days=7)
    with pytest.raises(NotBooked, match=r"48 are open, and up to 4 more are allowed\. Type 52 or less"):
        receive(shop.engine, sent.id, sent.version, {line: Came(53)}, at, at, who.staff)
    receive(shop.engine, sent.id, sent.version, {line: Came(52)}, at, at, who.staff)
    assert (state(shop, TEA).on_hand, state(shop, TEA).on_order) == (52, 0)


def test_a_sale_that_comes_100_days_late_is_booked_on_its_day_and_leaves_velocity_as_it_is(shop: Shop) -> None:
    book(shop, TEA, counted(700, 130), *daily(4))
    look(shop)
    before = state(shop, TEA)
    book(shop, TEA, sold(30, 100, "late"))
    look(shop)
    after = state(shop, TEA)
    assert days_of(shop, TEA)[(NOW - timedelta(days=100)).date().isoformat()] == 30
    assert (after.sold_60, after.velocity) == (before.sold_60, before.velocity)
    assert after.on_hand == before.on_hand - 30


def test_a_sale_that_comes_100_days_late_takes_the_loss_of_its_day_back(shop: Shop) -> None:
    day = NOW - timedelta(days=100)
    picked = Fact(day, Kind.PICK, 5, "pick:1", place="front-1/a")
    book(shop, TEA, counted(100, 120), counted(95, 30), picked)
    look(shop)
    figures: Any = state(shop, TEA).figures
    on_hand = state(shop, TEA).on_hand
    book(shop, TEA, Fact(day + timedelta(minutes=5), Kind.SALE, 5, "sale:late", price_minor=900))
    look(shop)
    later: Any = state(shop, TEA).figures
    assert (figures["lost"], later["lost"]) == (0, 0), "a count since has settled both"
    assert state(shop, TEA).on_hand == on_hand == 95


# the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
@on_sqlite
def test_the_day_on_which_the_clock_changes_is_one_day_of_sales_and_of_stock(shop: Shop, change: datetime) -> None:
    noon = change + timedelta(hours=12)
    facts = [Fact(noon - timedelta(days=70), Kind.COUNT, 400, "count")]
    facts += [Fact(noon - timedelta(days=n), Kind.SALE, 3, f"sale:{n}", price_minor=900) for n in range(-3, 60)]
    last = Fact(noon + timedelta(days=3), Kind.SALE, 3, "sale:last", price_minor=900)
    with writing(shop.engine) as session:
        rows = [replace(fact, key=f"tea/{fact.key}") for fact in [*facts, last]]
        add_facts(session, shop.site_id, [(shop.products[TEA], fact, noon, False) for fact in rows])
    for days in (-1, 0, 1, 2):
        at = noon + timedelta(days=days)
        run_pass(shop.engine, shop.site_id, at, whole=True)
        with reading(shop.engine) as session:
            row = session.get_one(SkuState, (shop.site_id, shop.products[TEA]))
            figures: Any = row.figures
        assert (row.sold_60, row.velocity) == (180 - 3 * max(0, -days), 3.0) or days < 0
        assert figures["in_stock_days"] <= 60
    assert set(days_of(shop, TEA).values()) <= {3, 6}


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (SPRING - timedelta(minutes=30), "2026-03-28"),  # 23:30 on the evening before
        (SPRING + timedelta(minutes=90), "2026-03-29"),  # 01:30 UTC is 02:30: the hour before it was left out
        (AUTUMN - timedelta(minutes=30), "2026-10-25"),  # 00:30 in summer time, on the new day
        (AUTUMN + timedelta(minutes=30), "2026-10-25"),  # 01:30, the first time
        (AUTUMN + timedelta(minutes=90), "2026-10-25"),  # 01:30, the second time
        (AUTUMN + timedelta(hours=23, minutes=30), "2026-10-25"),  # 23:30: the day has 25 hours
    ],
)
@on_sqlite
def test_a_sale_about_the_clocks_change_is_booked_on_the_day_that_the_shop_had(
    shop: Shop, at: datetime, day: str
) -> None:
    with writing(shop.engine) as session:
        sale = Fact(at, Kind.SALE, 2, "tea/sale", price_minor=900)
        add_facts(session, shop.site_id, [(shop.products[TEA], sale, at, False)])
    run_pass(shop.engine, shop.site_id, at + timedelta(hours=1))
    assert days_of(shop, TEA) == {day: 2}


@pytest.mark.parametrize("change", [SPRING, AUTUMN])
@on_sqlite
def test_an_order_sent_at_half_past_one_of_the_clocks_change_goes_once_and_is_promised_by_days(
    shop: Shop, who: People, mailbox: Mailbox, change: datetime
) -> None:
    at = change + timedelta(minutes=30)
    sent = sent_order(shop, who, {TEA: 48}, mailbox, at)
    assert (sent.state, len(mailbox.messages())) == ("sent", 1)
    assert sent.promised_on == (change + timedelta(days=7)).date()


# an item that is deleted ----------------------------------------------------------------------


def test_an_item_deleted_with_an_order_open_keeps_the_order_and_its_past(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    book(shop, TEA, counted(245), *daily(4))
    sent = sent_order(shop, who, {TEA: 48}, mailbox, NOW)
    of_product(shop, TEA, archived_at=NOW)
    run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=1), whole=True)
    assert (drafts(shop.engine), state(shop, TEA).on_order, state(shop, TEA).sold_60) == ([], 48, 240)
    at = NOW + timedelta(days=7)
    receive(shop.engine, sent.id, sent.version, {line_ids(sent)[TEA]: Came(48)}, at, at, who.staff)
    with reading(shop.engine) as session:
        assert session.get_one(Order, sent.id).state == "received"
        assert session.query(OrderLine).filter(OrderLine.is_draft).count() == 0
    assert state(shop, TEA).on_hand == 53
