"""What stands on a purchase order, read back from its PDF and its CSV."""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from quietshelf.outbound.letter import letter_text, paper_of
from quietshelf.outbound.order_csv import HEADER, order_csv
from quietshelf.outbound.paper import OrderPaper, PaperLine, order_pdf
from quietshelf.store.engine import reading, writing
from quietshelf.store.tables import Product, Site
from tests.orders import draft
from tests.shops import Shop

PAPER = OrderPaper(
    number="PO-2044",
    day=date(2026, 11, 24),
    shop="Larch & Ladle",
    shop_address="14 Mill Street\nBath BA1 5LR",
    reply_to="orders@larch-ladle.example",
    deliver_to="Rear entrance, 3 Mill Lane\nBath BA1 5LS",
    supplier="Northgate Tea Merchants",
    supplier_email="orders@northgate.example",
    currency="EUR",
    lines=(
        PaperLine("TEA-0114", "Assam Second Flush, 250 g", 204, 520, 2000),
        PaperLine(
            "TEA-0140", "Darjeeling First Flush, the garden’s own selection from the upper slopes", 40, 740, 2000
        ),
        PaperLine("GLS-0003", "Glass jar, 1 l", 9, 333, 500),
    ),
    expected_on=date(2026, 12, 3),
)


def _pages(pdf: bytes) -> list[str]:
    """The text of each page, its white space made single."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_the_pdf_says_the_whole_order() -> None:
    (text,) = _pages(order_pdf(PAPER))
    for said in (
        "Purchase order PO-2044 24 November 2026",
        "Larch & Ladle 14 Mill Street Bath BA1 5LR",
        "Northgate Tea Merchants orders@northgate.example",
        "Rear entrance, 3 Mill Lane Bath BA1 5LS",
        "TEA-0114 Assam Second Flush, 250 g 204 5.20 1,060.80",
        "9 3.33 29.97",
        "Without tax €1,386.77 Tax 5% €1.50 Tax 20% €271.36",
        "Total €1,659.63",
        "delivery by Thursday 3 December 2026",
    ):
        assert said in text
    assert "the garden’s own selection from the upper slopes" in text
    assert "Page" not in text


def test_a_long_order_goes_on_over_the_page_with_its_number_and_loses_no_line() -> None:
    lines = tuple(PaperLine(f"SKU-{n:04}", f"Item {n}", n, 100) for n in range(1, 91))
    pages = _pages(order_pdf(replace(PAPER, lines=lines)))
    assert [sku for page in pages for sku in re.findall(r"SKU-\d{4}", page)] == [line.sku for line in lines]
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "PO-2044" in page
    assert "SKU-0090" in pages[-1], "the sums never stand on a page without a line"


def test_a_draft_says_that_it_is_one_and_a_cost_that_nobody_knows_is_asked_for() -> None:
    unknown = replace(
        PAPER, draft=True, lines=(PaperLine("NEW-1", "New tea", 6, None), PaperLine("B", "Old tea", 2, 100))
    )
    (text,) = _pages(order_pdf(unknown))
    assert "Draft, not sent" in text
    assert "New tea 6 – –" in text
    assert "Total €2.00 1 line has no cost yet" in text


@given(name=st.text(max_size=200), quantity=st.integers(1, 1_000_000), cost=st.none() | st.integers(0, 10_000_000))
@settings(max_examples=6, deadline=None)
def test_any_name_can_stand_on_paper_and_the_same_order_is_the_same_paper(
    name: str, quantity: int, cost: int | None
) -> None:
    paper = replace(PAPER, lines=(PaperLine("SKU", name, quantity, cost, 2000),))
    assert order_pdf(paper) == order_pdf(paper)


def test_an_orders_csv_has_numbers_as_numbers_and_no_formula() -> None:
    paper = replace(PAPER, lines=(*PAPER.lines, PaperLine("=1+1", "@SUM(A1)", 3, None)))
    rows = list(csv.reader(StringIO(order_csv(paper))))
    assert tuple(rows[0]) == HEADER
    assert rows[1][3:] == ["TEA-0114", "Assam Second Flush, 250 g", "204", "5.20", "1060.80", "EUR"]
    assert rows[4][3:] == ["'=1+1", "'@SUM(A1)", "3", "", "", "EUR"]


def test_the_paper_of_an_order_takes_the_shops_facts_and_each_items_own_tax(sqlite_shop: Shop) -> None:
    now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    with writing(sqlite_shop.engine) as session:
        session.get_one(Site, sqlite_shop.site_id).tax_percent_hundredths = 2000
        session.get_one(Product, sqlite_shop.products["TEA-0114"]).tax_percent_hundredths = 0
    order_id = draft(sqlite_shop, {"TEA-0114": 12, "TEA-0120": 40}, now)
    with reading(sqlite_shop.engine) as session:
        paper = paper_of(session, order_id, now)
    assert (paper.number, paper.day, paper.expected_on) == ("PO-2001", date(2026, 11, 24), date(2026, 12, 1))
    assert (paper.shop, paper.deliver_to, paper.supplier) == (
        "The Corner Shop",
        "12 High Street, Lewes BN7 1AA",
        "Leaf & Kettle",
    )
    assert (paper.net_minor, paper.taxes, paper.total_minor) == (12 * 410 + 40 * 190, {2000: 1520}, 14040)
    assert paper.draft


def test_the_mails_text_says_the_order_for_who_can_not_open_the_pdf() -> None:
    text = letter_text(PAPER)
    assert "204 x Assam Second Flush, 250 g (TEA-0114)" in text
    assert "Total €1,659.63 with tax." in text
    assert "Deliver to:\nLarch & Ladle\nRear entrance, 3 Mill Lane\nBath BA1 5LS" in text


@pytest.mark.parametrize("name", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "LICENSE"])
def test_the_fonts_come_with_their_licence(name: str) -> None:
    assert len((files("quietshelf.outbound") / "fonts" / name).read_bytes()) > 1000
