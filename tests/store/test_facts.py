"""A fact counts once, whoever brings it, however often; and its SKU is left to be decided anew."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import event, select

from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import reading, writing
from quietshelf.store.facts import add_facts, facts_of
from quietshelf.store.tables import SkuState
from tests.shops import Shop

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sale(n: int, units: int = 1) -> Fact:
    return Fact(NOON + timedelta(minutes=n), Kind.SALE, units, f"sale:{n}", price_minor=895, party="till 1")


def test_what_was_booked_is_read_back_in_order_of_happening(shop: Shop) -> None:
    tea = shop.products["TEA-0114"]
    told = [
        Fact(
            NOON,
            Kind.MISSED,
            2,
            "m",
            place="shelf-1/left",
            since=NOON - timedelta(hours=2),
        ),
        Fact(NOON + timedelta(minutes=1), Kind.SALE, 3, "s", packs=True, price_minor=895, party="Ann"),
        Fact(NOON + timedelta(minutes=2), Kind.RETURN, 1, "r", party="Ann", takes_back="s"),
    ]
    with writing(shop.engine) as session:
        add_facts(session, shop.site_id, [(tea, fact, NOON, False) for fact in reversed(told)])
    with reading(shop.engine) as session:
        assert facts_of(session, shop.site_id, tea) == told
        assert facts_of(session, shop.site_id, shop.products["TEA-0120"]) == []


def test_a_fact_that_comes_twice_counts_once(shop: Shop) -> None:
    tea, oats = shop.products["TEA-0114"], shop.products["OAT-0010"]
    with writing(shop.engine) as session:
        first = add_facts(session, shop.site_id, [(tea, sale(1), NOON, False), (tea, sale(1), NOON, False)])
    with writing(shop.engine) as session:
        again = add_facts(session, shop.site_id, [(tea, sale(1), NOON, False), (oats, sale(2), NOON, False)])
    assert (first.added, first.repeated, first.product_ids) == (1, 1, {tea})
    assert (again.added, again.repeated, again.product_ids) == (1, 1, {oats})


def test_only_a_new_fact_leaves_its_sku_stale_and_raises_its_version(shop: Shop) -> None:
    tea = shop.products["TEA-0114"]
    for facts in ([sale(1)], [sale(1)], [sale(1), sale(2)], []):
        with writing(shop.engine) as session:
            add_facts(session, shop.site_id, [(tea, fact, NOON, False) for fact in facts])
    with reading(shop.engine) as session:
        state = session.scalars(select(SkuState)).one()
        assert (state.product_id, state.version, state.stale) == (tea, 2, True)


def test_a_year_of_sales_takes_few_statements(shop: Shop) -> None:
    statements: list[str] = []
    event.listen(shop.engine, "before_cursor_execute", lambda c, cur, statement, *_: statements.append(statement))
    tea = shop.products["TEA-0114"]
    with writing(shop.engine) as session:
        booked = add_facts(session, shop.site_id, ((tea, sale(n), NOON, False) for n in range(3000)))
    assert booked.added == 3000
    assert len(statements) <= 10
