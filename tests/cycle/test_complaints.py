"""What users of other systems complain of, and this one must not do: each through the real cycle and its database."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.intake.receipts import Came, came_at, receive
from quietshelf.outbound import drafting, lifecycle
from quietshelf.outbound.mailbox import Mailbox
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.supply import records
from quietshelf.store.tables import ExceptionRow, Order, Product, Scored
from tests.cycle.pictures import NOW, book, counted, daily, drafts, open_keys, sold, state
from tests.cycle.test_plans import TEA, has_gone, look, need, version
from tests.orders import People, line_ids, order, people, sent_order
from tests.outbound.conftest import mailbox, who
from tests.shops import Shop

__all__ = ["mailbox", "who"]  # fixtures

LEAF = "Leaf & Kettle"
LONDON = ZoneInfo("Europe/London")


def score(shop: Shop, supplier: str) -> Scored | None:
    """The supplier's scorecard over all its items."""
    with reading(shop.engine) as session:
        rows = select(Scored).where(Scored.supplier_id == shop.suppliers[supplier], Scored.product_id.is_(None))
        return session.scalars(rows).first()


def lead_days(shop: Shop, supplier: str) -> tuple[int, ...]:
    """Days from sent to received of each of its deliveries."""
    with reading(shop.engine) as session:
        supplier_id = shop.suppliers[supplier]
        return records(session, LONDON, [supplier_id])[supplier_id].lead_days


def goods_come(shop: Shop, who: People, order_id: int, days: int, typed_in: int | None = None, **pieces: int) -> None:
    """So many pieces of an order, so many days after it was sent; typed in on that day, or later."""
    sent = order(shop, order_id)
    now = NOW + timedelta(days=days if typed_in is None else typed_in)
    happened = came_at((NOW + timedelta(days=days)).date(), now, LONDON)
    lines = {line_ids(sent)[sku.replace("_", "-")]: Came(units) for sku, units in pieces.items()}
    receive(shop.engine, order_id, sent.version, lines, happened, now, who.staff)
    run_pass(shop.engine, shop.site_id, now, whole=True)


# orders ---------------------------------------------------------------------------------------


def test_a_deleted_draft_line_leaves_the_need_standing_and_comes_back(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    book(shop, "TEA-0131", counted(75), *daily(1))
    assert set(look(shop)) == {TEA, "TEA-0131"}
    manager = people(shop).manager
    line = line_ids(order(shop, 1))[TEA]
    drafting.edit_lines(shop.engine, 1, version(shop, 1), {line: 0}, manager, NOW)
    assert TEA not in {sku for _, _, sku, _ in drafts(shop.engine)}
    assert f"red:{TEA}" in open_keys(shop.engine), "the need stands"
    assert look(shop, 1)[TEA] == 180


def test_a_cancelled_order_leaves_the_need_standing_unless_the_manager_says_not_this_time(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    manager = people(shop).manager
    lifecycle.cancel(shop.engine, 1, version(shop, 1), manager, NOW)
    assert look(shop) == {TEA: 180}
    lifecycle.cancel(shop.engine, 2, version(shop, 2), manager, NOW, not_this_time=True)
    assert look(shop, 1) == {}
    assert f"red:{TEA}" in open_keys(shop.engine), "only the order waits"


def test_an_order_due_far_away_does_not_hide_todays_stock_out(shop: Shop) -> None:
    book(shop, TEA, counted(240), *daily(4))
    look(shop)
    has_gone(shop)
    with writing(shop.engine) as session:
        session.execute(update(Order).values(promised_on=(NOW + timedelta(days=60)).date()))
        session.get_one(Product, shop.products[TEA]).name = "Assam"
    look(shop)
    assert (state(shop, TEA).zone, state(shop, TEA).on_order) == ("red", 180)
    assert f"red:{TEA}" in open_keys(shop.engine)


def test_a_need_is_shown_a_lead_time_before_it_bites_and_not_when_it_is_too_late(shop: Shop) -> None:
    book(shop, "SUG-0008", counted(160), *daily(1))
    need(shop, 95, date(2026, 12, 6), "SUG-0008")  # Northern Mills: 6 days when late
    assert look(shop, 5) == {}
    assert look(shop, 6) == {"SUG-0008": 95}


def test_the_reason_of_every_quantity_can_be_read_from_its_figures(shop: Shop) -> None:
    book(shop, TEA, counted(245), *daily(4))
    look(shop)
    figures: Any = state(shop, TEA).figures
    ruled = order(shop, 1).lines[0].ruled or {}
    assert (figures["sold"], figures["days"], figures["per_day"]) == (240, 60, 4.0)
    assert (ruled["lot"], ruled["lots"], ruled["needed"], ruled["pack"], ruled["quantity"]) == (180, 1, 180, 12, 180)


def test_a_minimum_never_makes_an_order_that_velocity_did_not_ask_for(shop: Shop) -> None:
    book(shop, "TEA-0120", counted(400), *daily(1))  # its supplier takes no fewer than 40
    assert look(shop) == {}
    book(shop, "TEA-0120", counted(10, 0))
    assert look(shop) == {"TEA-0120": 60}, "45 for 45 days, in packs of 20"
    assert (order(shop, 1).lines[0].ruled or {})["needed"] == 45


def test_a_regular_monthly_bulk_order_is_not_a_spike_that_triples_the_stock(shop: Shop) -> None:
    bulk = [sold(60, 29 + 30 * n, "bulk") for n in range(4)]
    book(shop, "SUG-0008", counted(600, 130), *daily(1, 130), *bulk, counted(20, 0))
    assert look(shop) == {"SUG-0008": 135}, "3 a day for 45 days, and no more"
    book(shop, "SUG-0008", sold(60, -1, "bulk"))
    assert abs(look(shop, 1)["SUG-0008"] - 135) <= 3, "the next one, on its day, changes nothing"


# suppliers ------------------------------------------------------------------------------------


def test_over_delivery_is_never_more_than_100_percent(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {TEA: 48}, mailbox, NOW)
    goods_come(shop, who, sent.id, 5, TEA_0114=52)
    card = score(shop, LEAF)
    assert card is not None
    assert card.fill == 1.0


def test_a_split_receipt_that_is_complete_in_time_is_100_percent(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent = sent_order(shop, who, {TEA: 48}, mailbox, NOW)
    goods_come(shop, who, sent.id, 4, TEA_0114=20)
    goods_come(shop, who, sent.id, 7, TEA_0114=28)
    card = score(shop, LEAF)
    assert card is not None
    assert (card.otif, card.on_time, card.fill) == (1.0, 1.0, 1.0)


def test_no_delivery_is_no_score_neither_good_nor_bad(shop: Shop, who: People, mailbox: Mailbox) -> None:
    sent_order(shop, who, {TEA: 48}, mailbox, NOW)
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=1), whole=True)
    assert score(shop, LEAF) is None
    assert score(shop, "Harbour Ceramics") is None


def test_what_counts_is_the_day_the_goods_came_not_the_day_they_were_typed_in(
    shop: Shop, who: People, mailbox: Mailbox
) -> None:
    sent = sent_order(shop, who, {TEA: 48}, mailbox, NOW)
    goods_come(shop, who, sent.id, 7, typed_in=20, TEA_0114=48)
    card = score(shop, LEAF)
    assert card is not None
    assert (card.otif, lead_days(shop, LEAF)) == (1.0, (7,))


# stock ----------------------------------------------------------------------------------------


def test_a_count_during_opening_hours_is_not_falsified_by_sales_booked_meanwhile(shop: Shop) -> None:
    noon = NOW - timedelta(hours=6)
    book(shop, TEA, Fact(noon, Kind.COUNT, 50, "count:noon"))
    book(shop, TEA, Fact(noon - timedelta(minutes=5), Kind.SALE, 3, "till:1"))  # the till's word comes after the count
    book(shop, TEA, Fact(noon + timedelta(minutes=5), Kind.SALE, 2, "till:2"))
    run_pass(shop.engine, shop.site_id, NOW, whole=True)
    assert state(shop, TEA).on_hand == 48


def test_one_alert_per_opening_and_none_is_repeated_until_delivery(shop: Shop) -> None:
    book(shop, TEA, counted(240), *daily(4))
    for day in range(4):
        look(shop, day)
        look(shop, day)
    with reading(shop.engine) as session:
        rows = list(session.scalars(select(ExceptionRow).where(ExceptionRow.key == f"red:{TEA}")))
    assert [(row.opened_at, row.closed_at) for row in rows] == [(NOW, None)]


def test_nothing_is_open_for_what_will_never_be_bought_again(shop: Shop) -> None:
    book(shop, TEA, counted(240), *daily(4))
    with writing(shop.engine) as session:
        session.get_one(Product, shop.products[TEA]).archived_at = NOW
    assert look(shop) == {}
    assert open_keys(shop.engine) == set()


@pytest.mark.parametrize("listed", [[], [counted(0)]])
def test_a_sku_before_its_first_receipt_is_new_not_out_of_stock(shop: Shop, listed: list[Fact]) -> None:
    book(shop, TEA, *listed)
    assert look(shop) == {}
    assert (state(shop, TEA).zone, open_keys(shop.engine)) == ("green", set())
    figures: Any = state(shop, TEA).figures
    assert (figures["ran_out_on"], figures["sell_again"], figures["last_piece_gone"]) == (None, False, False)
