"""How a shop begins: the top 20% is drawn, only it drafts in the first week, and what was long out sleeps."""

from datetime import date, timedelta

from sqlalchemy import select, update

from quietshelf.cycle import run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store import beginning
from quietshelf.store.engine import reading, writing
from quietshelf.store.sites import the_site
from quietshelf.store.tables import Product, Site, SkuState, User
from tests.cycle.pictures import NOW, book, counted, daily, drafts, open_keys, sold, state
from tests.shops import PRODUCTS, Shop

DAY = timedelta(days=1)
TODAY = NOW.date()


def begins(shop: Shop, on: date = TODAY, *, asks: bool = False) -> None:
    with writing(shop.engine) as session:
        session.execute(update(Site).values(began_on=on, asks_on_order=asks))


def top(shop: Shop) -> set[str]:
    with reading(shop.engine) as session:
        skus = select(Product.sku).join(SkuState, SkuState.product_id == Product.id).where(SkuState.is_top)
        return set(session.scalars(skus))


def sell_all(shop: Shop) -> None:
    """Every SKU sells, the first most, and nearly all is gone."""
    for n, sku in enumerate(PRODUCTS):
        a_day = len(PRODUCTS) - n
        book(shop, sku, counted(a_day * 60 + 1), *daily(a_day))


def test_the_top_fifth_is_drawn_at_first_and_stays_for_the_month(shop: Shop) -> None:
    assert run_pass(shop.engine, shop.site_id, NOW)
    with reading(shop.engine) as session:
        assert the_site(session).top_drawn_on is None  # nothing sells yet
    sell_all(shop)
    run_pass(shop.engine, shop.site_id, NOW)
    drawn = top(shop)
    assert len(drawn) == 3  # of 12 that sell
    book(shop, "CARD-0001", sold(900, 0, "till 2"))
    run_pass(shop.engine, shop.site_id, NOW + DAY)
    assert top(shop) == drawn


def test_on_the_first_of_a_month_it_is_drawn_anew(shop: Shop) -> None:
    sell_all(shop)
    run_pass(shop.engine, shop.site_id, NOW)
    book(shop, "MUG-0001", Fact(NOW, Kind.RECEIPT, 5000, "in"), sold(4000, 0, "till 2"))
    assert "MUG-0001" not in top(shop)
    run_pass(shop.engine, shop.site_id, NOW + 7 * DAY)  # 1 December
    assert "MUG-0001" in top(shop)


def test_in_the_first_week_only_the_top_drafts_by_itself_and_then_all_do(shop: Shop) -> None:
    sell_all(shop)
    begins(shop)
    run_pass(shop.engine, shop.site_id, NOW)
    assert {line[2] for line in drafts(shop.engine)} == top(shop)
    assert len(open_keys(shop.engine)) == len(PRODUCTS)  # what is short is shown all the same
    run_pass(shop.engine, shop.site_id, NOW + 6 * DAY)
    assert {line[2] for line in drafts(shop.engine)} == top(shop)
    run_pass(shop.engine, shop.site_id, NOW + 7 * DAY)
    assert len(drafts(shop.engine)) == 10  # all but what nobody is known to sell


def test_a_day_before_the_shop_began_is_a_replay_and_has_no_first_week(shop: Shop) -> None:
    sell_all(shop)
    begins(shop, TODAY + DAY)
    run_pass(shop.engine, shop.site_id, NOW, whole=True)
    assert len(drafts(shop.engine)) == 10


def test_the_question_whether_anything_is_on_order_holds_no_draft_up(shop: Shop) -> None:
    sell_all(shop)
    begins(shop, asks=True)
    run_pass(shop.engine, shop.site_id, NOW)
    assert {line[2] for line in drafts(shop.engine)} == top(shop)


def test_what_was_long_out_when_the_shop_began_sleeps_until_it_is_woken_or_comes_in(shop: Shop) -> None:
    old = [sold(1, n) for n in range(90, 120)]
    for sku in ("TEA-0114", "TEA-0120"):
        book(shop, sku, counted(30, 121), *old)
    book(shop, "OAT-0010", counted(245), *daily(4))
    begins(shop, TODAY - 7 * DAY)
    run_pass(shop.engine, shop.site_id, NOW)
    assert open_keys(shop.engine) == {"red:OAT-0010"}
    with reading(shop.engine) as session:
        total, rows = beginning.asleep(session, shop.site_id, 0, 50)
    assert (total, {product.sku for product, _ in rows}) == (11, set(PRODUCTS) - {"OAT-0010"})
    assert {row.zone for _, row in rows} == {"green"}
    with writing(shop.engine) as session:
        session.add(User(email="i@x.example", name="Ines", role="manager", password_hash="", created_at=NOW))
        session.flush()
        beginning.wake(session, shop.site_id, shop.products["TEA-0114"], 1, NOW)
    book(shop, "TEA-0120", Fact(NOW, Kind.RECEIPT, 2, "in"))
    run_pass(shop.engine, shop.site_id, NOW)
    assert open_keys(shop.engine) == {"red:OAT-0010", "red:TEA-0114", "red:TEA-0120"}
    tea = state(shop, "TEA-0120")
    assert tea.figures is not None
    assert tea.figures["waits"] is None
