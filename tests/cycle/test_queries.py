"""A look makes as many queries for a thousand SKUs as for ten: the pages must not wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

from quietshelf.cycle import decide_skus, run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import Product
from tests.cycle.pictures import NOW, book, counted, daily, drafts, sold
from tests.shops import Shop


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    seen: list[str] = []

    def see(connection: object, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", see)
    yield seen
    event.remove(engine, "before_cursor_execute", see)


def fill(shop: Shop, skus: int) -> None:
    """Many more SKUs, each about to run out."""
    with writing(shop.engine) as session:
        products = [
            Product(sku=f"X-{n}", name=f"X {n}", supplier_id=n % 3 + 1, price_minor=500, cost_minor=200)
            for n in range(skus)
        ]
        session.add_all(products)
        session.flush()
        facts = [
            (product.id, Fact(fact.happened, fact.kind, fact.quantity, f"{product.sku}/{fact.key}"), NOW, False)
            for product in products
            for fact in (counted(25), *daily(4, 6))
        ]
        add_facts(session, shop.site_id, facts)


def test_a_pass_makes_no_more_queries_for_hundreds_of_skus_than_for_a_dozen(shop: Shop) -> None:
    run_pass(shop.engine, shop.site_id, NOW)  # a shop's very first also says what all is decided by
    for sku in ("TEA-0114", "OAT-0010", "MUG-0001"):
        book(shop, sku, counted(245), *daily(4))
    with statements(shop.engine) as few:
        run_pass(shop.engine, shop.site_id, NOW)
    fill(shop, 400)
    with statements(shop.engine) as many:
        report = run_pass(shop.engine, shop.site_id, NOW)
    assert (report.saved, len(drafts(shop.engine))) == (400, 403)
    assert len(many) <= len(few) <= 80  # the first look draws the top 20%, too


def test_a_pass_with_nothing_to_do_only_asks(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    with statements(shop.engine) as idle:
        run_pass(shop.engine, shop.site_id, NOW)
    writes = [statement for statement in idle if not statement.startswith(("SELECT", "BEGIN"))]
    assert len(idle) <= 27
    assert [statement.split(" SET ")[0] for statement in writes] == ["UPDATE sites"]  # when it looked


def test_one_sale_is_decided_in_few_queries(shop: Shop) -> None:
    book(shop, "TEA-0114", counted(245), *daily(4))
    run_pass(shop.engine, shop.site_id, NOW)
    book(shop, "TEA-0114", sold(1, 0, "till 2"))
    with statements(shop.engine) as seen:
        decide_skus(shop.engine, shop.site_id, [shop.products["TEA-0114"]], NOW)
    assert len(seen) <= 22  # it happened with another: so its facts are read, and its gist is written


def test_a_receipt_of_everything_is_one_booking(shop: Shop) -> None:
    everything = [
        (product_id, Fact(NOW, Kind.RECEIPT, 5, f"receipt:{product_id}"), NOW, False)
        for product_id in shop.products.values()
    ]
    with statements(shop.engine) as seen, writing(shop.engine) as session:
        add_facts(session, shop.site_id, everything)
    assert len(seen) <= 4
