"""Files that a shop brings: what is booked, what is known already, what waits for its item."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from quietshelf.intake.import_report import as_json, lines, table_rows
from quietshelf.store.catalogue import find_product
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Delivery, Feed, HeldRow, Import, Offer, Order, Product, SkuDay, SkuState, Supplier
from tests.intake.bringing import (
    DELIVERIES,
    NOW,
    OFFERS,
    PRODUCTS,
    SALES,
    STOCK,
    SUPPLIERS,
    accounted,
    bring,
    everything,
    facts,
    rows_of,
)
from tests.shops import Shop

A_DAY = (
    SALES,
    "TEA-0114,2026-11-20 10:00,2,8.95,t1-1",
    "TEA-0114,2026-11-20 10:05,1,8.95,t2-1",
    "MUG-0001,2026-11-20 10:05,4,14.00,t2-2",
    "TEA-0114,2026-11-20 11:30,-1,8.95,t3-1",
    "MUG-0001,2026-11-20 12:00,1,0.00,t4-1",
    "HONEY-1,2026-11-20 12:05,3,6.00,t5-1",
)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


def product(shop: Shop, sku: str) -> Product:
    with reading(shop.engine) as session:
        found = find_product(session, sku)
        assert found
        return found


def test_a_days_sales_are_booked_on_their_instants_and_every_row_is_accounted_for(shop: Shop, tmp_path: Path) -> None:
    report = bring(shop, "sales", tmp_path, *A_DAY)
    assert facts(shop) == [
        ("TEA-0114", "sale", 2, at(10)),
        ("MUG-0001", "sale", 4, at(10, 5)),
        ("TEA-0114", "sale", 1, at(10, 5)),
        ("TEA-0114", "return", 1, at(11, 30)),
    ]
    assert report.booked == {"sales": 3, "returns": 1}
    assert report.held == {"unknown item": 1}
    assert report.held_skus == ("HONEY-1",)
    assert report.skipped == {"price is 0": 1}
    assert accounted(report) == report.rows == 6


def test_sales_are_known_until_the_newest_of_them_and_an_older_file_takes_nothing_back(
    shop: Shop, tmp_path: Path
) -> None:
    bring(shop, "sales", tmp_path, *A_DAY)
    bring(shop, "sales", tmp_path, SALES, "TEA-0114,2026-11-18 10:00,2,8.95,t0-1")
    (feed,) = rows_of(shop, Feed)
    assert feed.known_until == at(12, 5)


def test_what_was_sold_is_decided_when_the_import_returns(shop: Shop, tmp_path: Path) -> None:
    bring(shop, "sales", tmp_path, *A_DAY)
    with reading(shop.engine) as session:
        state = session.get_one(SkuState, (shop.site_id, shop.products["TEA-0114"]))
        days = list(session.scalars(select(SkuDay).where(SkuDay.product_id == shop.products["TEA-0114"])))
    assert (state.sold_60, state.stale) == (2, False)
    assert [(day.day, day.units, day.revenue_minor) for day in days] == [(date(2026, 11, 20), 2, 2 * 895)]


def test_a_second_import_of_the_same_file_books_nothing_and_says_so(shop: Shop, tmp_path: Path) -> None:
    bring(shop, "sales", tmp_path, *A_DAY)
    before = facts(shop)
    again = bring(shop, "sales", tmp_path, *A_DAY)
    assert facts(shop) == before
    assert (again.booked, again.repeated, again.held) == ({"sales": 0, "returns": 0}, 5, {})
    assert "Nothing is booked by it: every row is known already, held or skipped." in lines(again)
    assert [(row.rows, row.booked, row.repeated, row.held, row.skipped) for row in rows_of(shop, Import)] == [
        (6, 4, 0, 1, {"price is 0": 1}),
        (6, 0, 5, 0, {"price is 0": 1}),
    ]


def test_a_dry_run_says_all_that_the_import_will_say_and_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    before = everything(shop)
    dry = bring(shop, "sales", tmp_path, *A_DAY, dry_run=True, create_products=True)
    assert everything(shop) == before
    real = bring(shop, "sales", tmp_path, *A_DAY, create_products=True)
    assert {**as_json(dry), "dry_run": False} == as_json(real)
    assert everything(shop) != before


def test_held_rows_are_booked_once_their_product_comes(shop: Shop, tmp_path: Path) -> None:
    bring(shop, "sales", tmp_path, *A_DAY)
    bring(shop, "stock", tmp_path, STOCK, "HONEY-1,40,2026-11-19 18:00")
    bring(shop, "offers", tmp_path, OFFERS, "Leaf & Kettle,HONEY-1,3.10,6,0,9,1")
    order = "B-7,Leaf & Kettle,HONEY-1,2026-11-10,2026-11-17,2026-11-18,24,24,23"
    bring(shop, "deliveries", tmp_path, DELIVERIES, order)
    assert len(rows_of(shop, HeldRow)) == 4

    report = bring(shop, "products", tmp_path, PRODUCTS, "HONEY-1,Heather honey,,6.00,3.10,,Leaf & Kettle,6,0")

    assert report.released == 4
    assert rows_of(shop, HeldRow) == []
    assert [(kind, units) for sku, kind, units, _ in facts(shop) if sku == "HONEY-1"] == [
        ("receipt", 23),
        ("count", 40),
        ("sale", 3),
    ]
    assert [offer.cost_minor for offer in rows_of(shop, Offer)] == [310]
    with reading(shop.engine) as session:
        state = session.get_one(SkuState, (shop.site_id, product(shop, "HONEY-1").id))
    assert (state.on_hand, state.stale) == (37, False)


def test_a_held_delivery_that_came_meanwhile_is_booked_as_it_came(shop: Shop, tmp_path: Path) -> None:
    bring(shop, "deliveries", tmp_path, DELIVERIES, "B-7,Leaf & Kettle,HONEY-1,2026-11-10,2026-11-17,,24,,")
    later = bring(
        shop, "deliveries", tmp_path, DELIVERIES, "B-7,Leaf & Kettle,HONEY-1,2026-11-10,2026-11-17,2026-11-18,24,24,24"
    )
    assert (later.held, later.repeated) == ({}, 1)
    bring(shop, "products", tmp_path, PRODUCTS, "HONEY-1,Heather honey,,6.00,3.10,,Leaf & Kettle,6,0")
    assert [(kind, units) for _, kind, units, _ in facts(shop)] == [("receipt", 24)]
    assert [order.state for order in rows_of(shop, Order)] == ["received"]


def test_a_code_in_the_other_letter_case_is_the_same_item(shop: Shop, tmp_path: Path) -> None:
    report = bring(shop, "sales", tmp_path, SALES, "tea-0114,2026-11-20 10:00,2,8.95,t1-1")
    assert report.booked["sales"] == 1


def test_rows_of_another_site_are_skipped(shop: Shop, tmp_path: Path) -> None:
    header = "sku,sold_at,quantity,unit_price,site"
    report = bring(
        shop,
        "sales",
        tmp_path,
        header,
        "TEA-0114,2026-11-20 10:00,2,8.95,Brighton",
        "TEA-0114,2026-11-20 10:01,2,8.95,the corner shop",
        "TEA-0114,2026-11-20 10:02,2,8.95,",
    )
    assert (report.booked["sales"], report.skipped) == (2, {"of another site": 1})


def test_products_are_made_and_brought_up_to_date_and_a_blank_cell_takes_nothing_away(
    shop: Shop, tmp_path: Path
) -> None:
    rows = (
        PRODUCTS,
        "TEA-0114,Assam loose leaf 250 g,5012345678900,9.25,,Tea,,,",
        'SUG-0008,"Demerara sugar, 500 g",,1.85,0.90,,Northern Mills,1,0',
        "JAM-1,Damson jam,,4.50,2.10,Spreads,Orchard Lane,6,12",
    )
    report = bring(shop, "products", tmp_path, *rows)
    assert (report.booked, report.repeated) == ({"new products": 1, "products updated": 1}, 1)
    assert report.made == {"suppliers, by name alone": 1}
    tea, jam = product(shop, "5012345678900"), product(shop, "JAM-1")
    assert (tea.sku, tea.name, tea.price_minor, tea.cost_minor, tea.pack) == (
        "TEA-0114",
        "Assam loose leaf 250 g",
        925,
        410,
        12,
    )
    assert (jam.pack, jam.minimum_order, jam.assumed) == (6, 12, False)
    again = bring(shop, "products", tmp_path, *rows)
    assert (sum(again.booked.values()), again.repeated) == (0, 3)


def test_a_supplier_that_gets_slower_has_its_items_decided_anew(shop: Shop, tmp_path: Path) -> None:
    bring(shop, "sales", tmp_path, *A_DAY)
    report = bring(shop, "suppliers", tmp_path, SUPPLIERS, "Leaf & Kettle,,30,Tuesday", "Orchard Lane,o@l.example,5,")
    assert report.booked == {"new suppliers": 1, "suppliers updated": 1}
    leaf = next(each for each in rows_of(shop, Supplier) if each.name == "Leaf & Kettle")
    assert (leaf.email, leaf.quoted_lead_days, leaf.order_day) == ("orders@leaf-kettle.example", 30, 2)
    with reading(shop.engine) as session:
        state = session.get_one(SkuState, (shop.site_id, shop.products["TEA-0114"]))
    assert not state.stale
    assert state.figures
    assert 30 in state.figures.values()


def test_an_offer_is_kept_for_each_quantity(shop: Shop, tmp_path: Path) -> None:
    offers = (OFFERS, "Leaf & Kettle,TEA-0114,4.10,12,0,7,1", "Leaf & Kettle,TEA-0114,3.80,12,0,7,120")
    assert bring(shop, "offers", tmp_path, *offers).booked == {"new offers": 2, "offers updated": 0}
    assert bring(shop, "offers", tmp_path, *offers).repeated == 2
    assert [(o.from_quantity, o.cost_minor) for o in rows_of(shop, Offer)] == [(1, 410), (120, 380)]


def test_a_count_sets_what_is_on_hand_at_its_instant(shop: Shop, tmp_path: Path) -> None:
    bring(shop, "sales", tmp_path, *A_DAY)
    bring(shop, "stock", tmp_path, STOCK, "TEA-0114,20,2026-11-20 10:02", "MUG-0001,10,2026-11-20 18:00")
    with reading(shop.engine) as session:
        tea, mug = (session.get_one(SkuState, (shop.site_id, shop.products[sku])) for sku in ("TEA-0114", "MUG-0001"))
    assert (tea.on_hand, mug.on_hand) == (20, 10), "one sold and one came back after the count of the tea"


def test_stock_that_does_not_say_when_is_counted_when_it_first_comes(shop: Shop, tmp_path: Path) -> None:
    rows = ("sku,on_hand", "TEA-0114,20", "MUG-0001,10")
    bring(shop, "stock", tmp_path, *rows)
    again = bring(shop, "stock", tmp_path, *rows, now=NOW + timedelta(days=1))
    assert (again.booked, again.repeated) == ({"counts": 0}, 2)
    assert {when for *_, when in facts(shop)} == {NOW}
    other = bring(shop, "stock", tmp_path, "sku,on_hand", "TEA-0114,20", now=NOW + timedelta(days=2))
    assert other.booked == {"counts": 1}


def test_deliveries_are_orders_in_their_states_and_accepted_pieces_are_receipts(shop: Shop, tmp_path: Path) -> None:
    rows = (
        DELIVERIES,
        "B-1,Leaf & Kettle,TEA-0114,2026-10-01,2026-10-08,2026-10-09,24,24,22",
        "B-1,Leaf & Kettle,TEA-0120,2026-10-01,2026-10-08,2026-10-09,40,40,",
        "B-2,Leaf & Kettle,TEA-0114,2026-11-01,2026-11-12,2026-11-09,24,10,10",
        "B-2,Leaf & Kettle,TEA-0114,2026-11-01,2026-11-12,,24,,",
        "B-3,Northern Mills,OAT-0010,2026-11-15,,,30,,",
        "B-4,Northern Mills,OAT-0010,2026-09-15,2026-09-20,2026-09-21,30,20,20",
    )
    report = bring(shop, "deliveries", tmp_path, *rows)
    assert report.booked == {"deliveries": 4, "lines on order": 2}
    assert report.made["orders"] == 4
    assert accounted(report) == report.rows == 6
    orders = {order.number: order for order in rows_of(shop, Order)}
    assert {number: order.state for number, order in orders.items()} == {
        "B-1": "received",
        "B-2": "part_received",
        "B-3": "sent",
        "B-4": "closed_short",
    }
    assert all(order.imported for order in orders.values())
    assert (orders["B-1"].promised_on, orders["B-3"].promised_on) == (date(2026, 10, 8), None)
    assert sorted((sku, units, when.date()) for sku, _, units, when in facts(shop)) == [
        ("OAT-0010", 20, date(2026, 9, 21)),
        ("TEA-0114", 10, date(2026, 11, 9)),
        ("TEA-0114", 22, date(2026, 10, 9)),
        ("TEA-0120", 40, date(2026, 10, 9)),
    ]
    with reading(shop.engine) as session:
        on_order = {
            sku: session.get_one(SkuState, (shop.site_id, shop.products[sku])).on_order
            for sku in ("TEA-0114", "TEA-0120", "OAT-0010")
        }
    assert on_order == {"TEA-0114": 14, "TEA-0120": 0, "OAT-0010": 30}
    again = bring(shop, "deliveries", tmp_path, *rows)
    assert (sum(again.booked.values()), again.repeated) == (0, 6)


def test_an_open_order_is_closed_by_the_file_that_says_it_came(shop: Shop, tmp_path: Path) -> None:
    bring(shop, "deliveries", tmp_path, DELIVERIES, "B-3,Northern Mills,OAT-0010,2026-11-15,2026-11-19,,30,,")
    came = (DELIVERIES, "B-3,Northern Mills,OAT-0010,2026-11-15,2026-11-19,2026-11-20,30,30,30")
    assert bring(shop, "deliveries", tmp_path, *came).booked == {"deliveries": 1, "lines on order": 0}
    assert [order.state for order in rows_of(shop, Order)] == ["received"]
    other = (DELIVERIES, "B-3,Northern Mills,OAT-0010,2026-11-15,2026-11-19,2026-11-20,30,28,28")
    report = bring(shop, "deliveries", tmp_path, *other)
    assert report.skipped == {"delivery is booked already, with other figures": 1}
    assert [delivery.received for delivery in rows_of(shop, Delivery)] == [30]


def test_two_suppliers_may_use_one_order_number(shop: Shop, tmp_path: Path) -> None:
    rows = (
        DELIVERIES,
        "1001,Leaf & Kettle,TEA-0114,2026-10-01,,2026-10-09,24,24,24",
        "1001,Northern Mills,OAT-0010,2026-10-02,,2026-10-06,30,30,30",
    )
    bring(shop, "deliveries", tmp_path, *rows)
    assert [order.number for order in rows_of(shop, Order)] == ["1001", "1001 (Northern Mills)"]
    assert bring(shop, "deliveries", tmp_path, *rows).repeated == 2


def test_goods_of_an_order_made_here_are_not_received_by_a_file(shop: Shop, tmp_path: Path) -> None:
    with writing(shop.engine) as session:
        session.add(
            Order(
                site_id=shop.site_id,
                number="PO-2001",
                supplier_id=shop.suppliers["Leaf & Kettle"],
                state="sent",
                created_at=NOW,
            )
        )
    report = bring(shop, "deliveries", tmp_path, DELIVERIES, "PO-2001,Leaf & Kettle,TEA-0114,2026-11-20,,,24,,")
    assert report.skipped == {"order is received on its own page": 1}
    assert facts(shop) == []


def test_the_report_is_a_table_that_adds_up(sqlite_shop: Shop, tmp_path: Path) -> None:
    report = bring(sqlite_shop, "sales", tmp_path, *A_DAY)
    *parts, total = table_rows(report)
    assert total == ("rows read", 6)
    assert sum(count for _, count in parts) == 6
    assert ("held: unknown item", 1) in parts


class TestProductsMadeOfSales:
    """`--create-products`, for a shop that brings nothing but its sales."""

    SOLD = (
        SALES,
        *(f"FERN,2026-{month}-15 12:00,{units},4.00,f{month}" for month, units in (("08", 7), ("10", 30), ("11", 5))),
        "FERN,2026-10-16 12:00,-2,4.00,f10-back",
        "MOSS,2026-11-20 12:00,9,1.25,m11",
        "TEA-0114,2026-10-15 12:00,3,8.95,t10",
    )

    @pytest.fixture
    def fern(self, shop: Shop, tmp_path: Path) -> Product:
        self.report = bring(shop, "sales", tmp_path, *self.SOLD, create_products=True)
        return product(shop, "FERN")

    def test_cost_and_supplier_are_assumed(self, shop: Shop, fern: Product) -> None:
        assert (fern.price_minor, fern.cost_minor, fern.assumed) == (400, 240, True)
        supplier = next(each for each in rows_of(shop, Supplier) if each.id == fern.supplier_id)
        assert (supplier.name, supplier.assumed) == ("To be named", True)
        assert self.report.made == {"products": 2}
        assert len(self.report.assumed) == 3

    def test_the_starting_stock_is_what_sold_in_45_days_or_since(self, shop: Shop, fern: Product) -> None:
        counts = {sku: (units, when) for sku, kind, units, when in facts(shop) if kind == "count"}
        ten_days_before = datetime(2026, 11, 10, 12, tzinfo=UTC)
        assert counts == {"FERN": (28, ten_days_before), "MOSS": (9, ten_days_before)}
        with reading(shop.engine) as session:
            state = session.get_one(SkuState, (shop.site_id, fern.id))
        assert state.on_hand == 28 - 5

    def test_what_was_known_stays_as_it_is_told(self, shop: Shop, fern: Product) -> None:
        assert product(shop, "TEA-0114").cost_minor == 410

    def test_what_was_held_before_is_booked_once(self, shop: Shop, tmp_path: Path) -> None:
        bring(shop, "sales", tmp_path, *self.SOLD)
        report = bring(shop, "sales", tmp_path, *self.SOLD, create_products=True)
        assert (report.booked, report.repeated, report.released) == ({"sales": 4, "returns": 1}, 1, 0)
        assert rows_of(shop, HeldRow) == []
        again = bring(shop, "sales", tmp_path, *self.SOLD, create_products=True)
        assert (sum(again.booked.values()), again.made) == (0, {})

    def test_a_products_file_makes_an_assumed_product_a_told_one(
        self, shop: Shop, fern: Product, tmp_path: Path
    ) -> None:
        bring(shop, "products", tmp_path, PRODUCTS, "FERN,Hart's tongue fern,,4.00,1.75,,Orchard Lane,,")
        told = product(shop, "FERN")
        assert (told.cost_minor, told.assumed) == (175, False)
