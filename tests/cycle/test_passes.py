"""What a look at the shop makes of its facts: zones, draft orders and exceptions, by themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from quietshelf.cycle import decide_skus, run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.sites import the_site
from quietshelf.store.tables import DecisionRow, Feed, Order, OrderLine, Product
from tests.cycle.pictures import NOW, book, counted, daily, drafts, open_keys, sold, state
from tests.shops import PRODUCTS, Shop


def changes(shop: Shop) -> int:
    with reading(shop.engine) as session:
        return the_site(session).changes


def decisions(shop: Shop, sku: str) -> list[str]:
    with reading(shop.engine) as session:
        rows = select(DecisionRow.what).where(DecisionRow.product_id == shop.products[sku]).order_by(DecisionRow.id)
        return list(session.scalars(rows))


def test_a_tea_that_runs_out_turns_red_and_stands_on_a_draft_at_its_supplier(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    report = run_pass(shop.engine, shop.site_id, NOW)
    assert (report.looked, report.saved, report.opened) == (12, 12, 1)
    tea = state(shop, "TEA-0114")
    assert (tea.book, tea.on_hand, tea.sold_60, tea.velocity, tea.zone) == (5, 5, 240, 4.0, "red")
    assert drafts(shop.engine) == [("PO-2001", "Leaf & Kettle", "TEA-0114", 180)]  # 45 days of 4, in packs of 12
    assert open_keys(shop.engine) == {"red:TEA-0114"}
    assert decisions(shop, "TEA-0114") == ["red", "drafted"]


def test_a_supplier_gets_one_draft_whatever_is_on_it(shop: Shop) -> None:
    for sku in ("TEA-0114", "TEA-0120", "OAT-0010"):
        book(shop, sku, counted(245), *daily(4))
        run_pass(shop.engine, shop.site_id, NOW)
    assert [line[:3] for line in drafts(shop.engine)] == [
        ("PO-2001", "Leaf & Kettle", "TEA-0114"),
        ("PO-2001", "Leaf & Kettle", "TEA-0120"),
        ("PO-2002", "Northern Mills", "OAT-0010"),
    ]


def test_a_second_look_at_the_same_shop_changes_nothing(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    before = changes(shop)
    assert run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=1)).looked == 0
    again = run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=2), whole=True)
    assert (again.decided, again.saved) == (12, 0)
    assert changes(shop) == before
    assert decisions(shop, "TEA-0114") == ["red", "drafted"]


def test_goods_that_come_turn_it_green_and_the_draft_goes(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    book(shop, "TEA-0114", Fact(NOW, Kind.RECEIPT, 300, "receipt:1"))
    decide_skus(shop.engine, shop.site_id, [shop.products["TEA-0114"]], NOW)
    assert state(shop, "TEA-0114").zone == "green"
    assert drafts(shop.engine) == []
    assert open_keys(shop.engine) == set()
    assert decisions(shop, "TEA-0114") == ["red", "drafted", "green", "undrafted"]
    with reading(shop.engine) as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0  # no empty order is left


def test_a_sale_decides_its_own_sku_at_once_and_no_other(shop: Shop) -> None:
    run_pass(shop.engine, shop.site_id, NOW)
    book(shop, "TEA-0114", counted(10), sold(9))
    book(shop, "OAT-0010", counted(10), sold(9))
    before = changes(shop)
    decide_skus(shop.engine, shop.site_id, [shop.products["TEA-0114"]], NOW)
    assert (state(shop, "TEA-0114").on_hand, state(shop, "TEA-0114").stale) == (1, False)
    assert (state(shop, "OAT-0010").on_hand, state(shop, "OAT-0010").stale) == (0, True)
    assert changes(shop) == before + 1


@pytest.mark.parametrize("sku", ["BAG-0100", "CARD-0001"])
def test_what_nobody_is_known_to_sell_has_a_zone_and_no_order(shop: Shop, sku: str) -> None:
    book(shop, sku, counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    assert state(shop, sku).zone == "red"
    assert drafts(shop.engine) == []


def test_every_sku_has_an_outcome_though_nothing_is_known_of_it(shop: Shop) -> None:
    assert run_pass(shop.engine, shop.site_id, NOW).saved == len(PRODUCTS)
    assert {state(shop, sku).zone for sku in PRODUCTS} == {"green"}
    assert decisions(shop, "CARD-0001") == []  # that a new item is Green is no news


def test_a_line_that_a_person_set_is_left_alone(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    with writing(shop.engine) as session:
        session.execute(update(OrderLine).values(quantity=24, edited_at=NOW))
    tomorrow = NOW + timedelta(days=1)
    book(shop, "TEA-0114", Fact(tomorrow, Kind.RECEIPT, 300, "receipt:1"))
    run_pass(shop.engine, shop.site_id, tomorrow)
    assert drafts(shop.engine) == [("PO-2001", "Leaf & Kettle", "TEA-0114", 24)]


def test_a_line_nobody_set_follows_the_rule_with_the_next_day(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    book(shop, "TEA-0114", sold(40, 0, "till 2"))
    run_pass(shop.engine, shop.site_id, NOW)
    assert drafts(shop.engine)[0][3] == 180
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=1))
    assert drafts(shop.engine)[0][3] == 216  # 44 of 4, and the 40 at once
    assert decisions(shop, "TEA-0114") == ["red", "drafted", "redrafted"]


def test_a_line_moves_to_the_draft_of_its_new_supplier(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    with writing(shop.engine) as session:
        tea = session.get_one(Product, shop.products["TEA-0114"])
        tea.supplier_id, tea.pack = shop.suppliers["Northern Mills"], 50
    run_pass(shop.engine, shop.site_id, NOW + timedelta(days=1), whole=True)
    assert drafts(shop.engine) == [("PO-2002", "Northern Mills", "TEA-0114", 200)]


def test_an_order_on_its_way_is_not_ordered_again(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    with writing(shop.engine) as session:
        order = Order(
            site_id=shop.site_id,
            number="PO-1",
            supplier_id=shop.suppliers["Leaf & Kettle"],
            state="sent",
            created_at=NOW,
            sent_at=NOW,
        )
        order.lines = [
            OrderLine(site_id=shop.site_id, product_id=shop.products["TEA-0114"], is_draft=False, quantity=180)
        ]
        session.add(order)
    run_pass(shop.engine, shop.site_id, NOW)
    assert (state(shop, "TEA-0114").on_order, state(shop, "TEA-0114").zone) == (180, "red")
    assert drafts(shop.engine) == []


def test_a_pick_is_a_loss_only_when_sales_are_known_two_hours_past_it(shop: Shop) -> None:
    picked = Fact(NOW, Kind.PICK, 3, "pick:1", place="shelf-1/left")
    book(shop, "TEA-0114", counted(20), sold(1), picked)
    with writing(shop.engine) as session:
        feed = Feed(site_id=shop.site_id, name="till", known_until=NOW + timedelta(hours=1))
        session.add(feed)
    run_pass(shop.engine, shop.site_id, NOW + timedelta(hours=5))
    tea = state(shop, "TEA-0114")
    assert (tea.book, tea.on_hand, tea.waiting) == (19, 16, 3)
    assert run_pass(shop.engine, shop.site_id, NOW + timedelta(hours=5)).looked == 0
    with writing(shop.engine) as session:
        session.execute(update(Feed).values(known_until=NOW + timedelta(hours=3)))
    assert run_pass(shop.engine, shop.site_id, NOW + timedelta(hours=5)).looked == 1
    tea = state(shop, "TEA-0114")
    assert (tea.book, tea.on_hand, tea.waiting) == (16, 16, 0)
    assert "unexplained_loss:TEA-0114" in open_keys(shop.engine)


def test_the_window_of_velocity_ends_with_the_day_until_which_sales_are_known(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(900), *daily(4, 80))
    with writing(shop.engine) as session:
        session.add(Feed(site_id=shop.site_id, name="till", known_until=NOW - timedelta(days=10)))
    run_pass(shop.engine, shop.site_id, NOW)
    tea = state(shop, "TEA-0114")
    assert (tea.sold_60, tea.decided_for) == (240, (NOW - timedelta(days=10)).date())


def test_a_shop_whose_clock_was_stopped_knows_of_nothing_that_came_later(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    today = state(shop, "TEA-0114")
    run_pass(shop.engine, shop.site_id, NOW - timedelta(days=20), whole=True)
    then = state(shop, "TEA-0114")
    assert (then.sold_60, then.on_hand) == (today.sold_60 - 20 * 4, today.on_hand + 20 * 4)
    run_pass(shop.engine, shop.site_id, NOW, whole=True)
    again = state(shop, "TEA-0114")
    assert (again.sold_60, again.on_hand) == (today.sold_60, today.on_hand)
