"""A till's sale is booked at once, counts once, and decides its own SKU."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from quietshelf.intake.sales import SaleLine, UnknownItemError, book_sale
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts, facts_of
from quietshelf.store.pages import known_until
from quietshelf.store.tables import SkuState
from tests.shops import Shop

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEA = "TEA-0114"


def state(shop: Shop) -> SkuState:
    with reading(shop.engine) as session:
        return session.scalars(select(SkuState).where(SkuState.product_id == shop.products[TEA])).one()


def counted(shop: Shop, pieces: int) -> None:
    count = Fact(NOW - timedelta(days=1), Kind.COUNT, pieces, "count")
    with writing(shop.engine) as session:
        add_facts(session, shop.site_id, [(shop.products[TEA], count, NOW, False)])


def test_a_sale_is_on_the_book_and_decided_when_the_till_has_its_answer(shop: Shop) -> None:
    counted(shop, 2)
    assert book_sale(shop.engine, shop.site_id, [SaleLine("1", TEA, 2, 895)], NOW, NOW) == 1
    assert (state(shop).on_hand, state(shop).zone, state(shop).stale) == (0, "red", False)
    with reading(shop.engine) as session:
        assert known_until(session, shop.site_id) == NOW


def test_the_same_line_twice_is_one_sale(shop: Shop) -> None:
    counted(shop, 10)
    lines = [SaleLine("1", TEA, 2, 895), SaleLine("2", TEA, 1, 895)]
    assert book_sale(shop.engine, shop.site_id, lines, NOW, NOW) == 2
    assert book_sale(shop.engine, shop.site_id, lines, NOW, NOW) == 0
    assert state(shop).on_hand == 7


def test_a_return_comes_back(shop: Shop) -> None:
    counted(shop, 10)
    book_sale(shop.engine, shop.site_id, [SaleLine("1", TEA, 2, 895)], NOW - timedelta(hours=1), NOW)
    book_sale(shop.engine, shop.site_id, [SaleLine("2", TEA, -2, 895)], NOW, NOW)
    assert state(shop).on_hand == 10
    assert state(shop).sold_60 == 0


def test_a_sale_with_an_unknown_item_is_refused_whole(shop: Shop) -> None:
    with pytest.raises(UnknownItemError, match="NEW-1"):
        book_sale(shop.engine, shop.site_id, [SaleLine("1", TEA, 1, 895), SaleLine("2", "NEW-1", 1, 100)], NOW, NOW)
    with reading(shop.engine) as session:
        assert facts_of(session, shop.site_id, shop.products[TEA]) == []


@pytest.mark.parametrize(
    ("line", "sold_at"),
    [
        (SaleLine("1", TEA, 0, 895), NOW),
        (SaleLine("1", TEA, 1, -1), NOW),
        (SaleLine("1", TEA, 1, 895), NOW + timedelta(seconds=1)),
    ],
)
def test_what_is_no_sale_is_refused(shop: Shop, line: SaleLine, sold_at: datetime) -> None:
    with pytest.raises(ValueError, match=r"no sale|future"):
        book_sale(shop.engine, shop.site_id, [line], sold_at, NOW)
