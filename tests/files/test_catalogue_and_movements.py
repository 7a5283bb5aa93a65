"""Products, suppliers, offers, stock and deliveries: what a row becomes, and what is refused or skipped."""

from datetime import UTC, date, datetime

import pytest

from quietshelf.files import (
    DeliveryRow,
    OfferRow,
    ProductRow,
    Reason,
    Refused,
    StockRow,
    SupplierRow,
    read_deliveries,
    read_offers,
    read_products,
    read_stock,
    read_suppliers,
)
from tests.files.bring import SHOP, csv, stream, taken

DELIVERIES = "order,supplier,sku,sent,promised,received,ordered,received_qty,accepted_qty"


def test_a_product_with_every_column() -> None:
    header = "sku,name,barcode,price,cost,category,supplier,pack,minimum_order,piece_weight_g,tax_percent"
    row = "TEA-0114,Green tea,4006381333931,2.50,1.20,Tea,Leaf & Co,12,24,103.5,17.5%"
    assert taken(read_products(stream(csv(header, [row])), **SHOP)) == [
        ProductRow(2, "TEA-0114", "Green tea", "4006381333931", 250, 120, "Tea", "Leaf & Co", 12, 24, 103.5, 1750)
    ]


def test_what_a_product_leaves_blank_is_unknown() -> None:
    (row,) = taken(read_products(stream(csv("sku,name,price,cost", ["TEA,,,"])), **SHOP))
    assert row == ProductRow(2, "TEA", "TEA", None, None, None, None, None, None, None, None, None)


def test_a_product_that_stands_twice_keeps_its_first_row() -> None:
    file = read_products(stream(csv("sku,name,price,cost", ["TEA,Green,1,1", "TEA,Black,2,1", ",No code,1,1"])), **SHOP)
    assert [row.name for row in taken(file)] == ["Green"]
    assert file.report.skipped == {Reason.DUPLICATE: 1, Reason.NO_CODE: 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("TEA,Green,-1,1,5,20", "line 2: price: -1 is below 0"),
        ("TEA,Green,1,1,-5,20", "line 2: piece_weight_g: -5 is below 0"),
        ("TEA,Green,1,1,5,200", "line 2: tax_percent: 200 is no share from 0 to 100"),
    ],
)
def test_a_product_that_cannot_be_is_refused(row: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        taken(read_products(stream(csv("sku,name,price,cost,piece_weight_g,tax_percent", [row])), **SHOP))


def test_a_supplier_with_every_column() -> None:
    header = "supplier,email,quoted_lead_days,payment_days,currency,order_day,minimum_value,closed_from,closed_to"
    row = "Leaf & Co,orders@leaf.example,14,30,gbp,Tuesday,150,24/12/2011,02/01/2012"
    assert taken(read_suppliers(stream(csv(header, [row])), **SHOP)) == [
        SupplierRow(
            line=2,
            supplier="Leaf & Co",
            email="orders@leaf.example",
            quoted_lead_days=14,
            payment_days=30,
            currency="GBP",
            order_day=2,
            minimum_value_minor=15000,
            closed_from=date(2011, 12, 24),
            closed_to=date(2012, 1, 2),
        )
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",a@leaf.example,Mon,,", "supplier: is empty"),
        ("Leaf,leaf.example,Mon,,", 'email: "leaf.example" is no e-mail address'),
        ('Leaf,"a@leaf.example\nBcc: b@c.example",Mon,,', "is no e-mail address"),
        ("Leaf,a@leaf.example,someday,,", 'order_day: "someday" is no weekday'),
        ("Leaf,a@leaf.example,8,,", 'order_day: "8" is no weekday'),
        ("Leaf,a@leaf.example,Mon,2011-12-24,", "one of them is blank"),
        ("Leaf,a@leaf.example,Mon,2011-12-24,2011-12-20", "closed_to is before closed_from"),
    ],
)
def test_a_supplier_that_cannot_be_is_refused(row: str, reason: str) -> None:
    with pytest.raises(Refused, match=f"line 2: .*{reason}"):
        taken(read_suppliers(stream(csv("supplier,email,order_day,closed_from,closed_to", [row])), **SHOP))


def test_an_offer_and_its_price_break() -> None:
    header = "supplier,sku,cost,pack,minimum_order,lead_days,from_quantity"
    rows = ["Leaf,TEA,1.20,12,24,9,", "Leaf,TEA,1.05,12,24,9,144", "Leaf,TEA,0.99,12,24,9,144"]
    file = read_offers(stream(csv(header, rows)), **SHOP)
    assert taken(file) == [
        OfferRow(2, "Leaf", "TEA", 120, 12, 24, 9, from_quantity=1),
        OfferRow(3, "Leaf", "TEA", 105, 12, 24, 9, from_quantity=144),
    ]
    assert file.report.skipped == {Reason.DUPLICATE: 1}


def test_stock_as_counted_at_a_moment_or_now() -> None:
    rows = ["TEA,12,,2011-12-01 18:00", "MUG,0,,", "JAR,-3,,", "MUG,5,,"]
    file = read_stock(stream(csv("sku,on_hand,site,counted_at", rows)), **SHOP)
    assert taken(file) == [
        StockRow(2, "TEA", 12, None, datetime(2011, 12, 1, 18, tzinfo=UTC)),
        StockRow(3, "MUG", 0, None, None),
    ]
    assert file.report.skipped == {Reason.STOCK_BELOW_ZERO: 1, Reason.DUPLICATE: 1}


def test_a_count_in_the_future_is_refused() -> None:
    with pytest.raises(Refused, match="counted_at: 2012-01-01 is in the future"):
        taken(read_stock(stream(csv("sku,on_hand,counted_at", ["TEA,1,2012-01-01"])), **SHOP))


def test_a_delivery_received_and_one_still_open() -> None:
    rows = ["PO-1,Leaf,TEA,2011-11-01,2011-11-15,2011-11-17,24,20,18", "PO-2,Leaf,TEA,2011-12-01,2012-01-05,,24,,"]
    received, still_open = taken(read_deliveries(stream(csv(DELIVERIES, rows)), **SHOP))
    assert received == DeliveryRow(
        line=2,
        key="delivery:PO-1:Leaf:TEA:1",
        order="PO-1",
        supplier="Leaf",
        sku="TEA",
        sent=date(2011, 11, 1),
        promised=date(2011, 11, 15),
        received=date(2011, 11, 17),
        ordered=24,
        received_quantity=20,
        accepted_quantity=18,
    )
    assert (still_open.received, still_open.received_quantity, still_open.accepted_quantity) == (None, 0, 0)


def test_an_open_line_keeps_its_key_when_a_later_file_says_it_came() -> None:
    (before,) = taken(read_deliveries(stream(csv(DELIVERIES, ["PO-2,Leaf,TEA,2011-11-01,,,24,,"])), **SHOP))
    (after,) = taken(read_deliveries(stream(csv(DELIVERIES, ["PO-2,Leaf,TEA,2011-11-01,,2011-11-20,24,24,"])), **SHOP))
    assert (before.key, before.received) == (after.key, None)
    assert after.accepted_quantity == 24


def test_one_order_line_that_came_in_two_parts_is_two_rows_with_two_keys() -> None:
    rows = ["PO-1,Leaf,TEA,2011-11-01,,2011-11-17,24,20,20", "PO-1,Leaf,TEA,2011-11-01,,2011-11-19,24,4,4"]
    first, second = taken(read_deliveries(stream(csv(DELIVERIES, rows)), **SHOP))
    assert first.key != second.key


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("PO-1,Leaf,TEA,2011-11-01,,2011-11-17,24,,", "received_qty: is blank, though a day of receipt is given"),
        ("PO-1,Leaf,TEA,2011-11-20,,2011-11-17,24,24,", "received: 2011-11-17 is before 2011-11-20"),
        ("PO-1,Leaf,TEA,2011-11-01,,2011-11-17,24,20,21", "accepted_qty: 21 is more than the 20 received"),
        ("PO-1,Leaf,TEA,2011-11-01,,2011-12-17,24,20,20", "received: 2011-12-17 is in the future"),
        (",Leaf,TEA,2011-11-01,,,24,,", "order: is empty"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(row: str, reason: str) -> None:
    with pytest.raises(Refused, match=f"line 2: {reason}"):
        taken(read_deliveries(stream(csv(DELIVERIES, [row])), **SHOP))
