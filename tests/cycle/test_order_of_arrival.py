"""Laws: whatever comes in whatever order, however often, the same facts make the same shop; nothing is below zero."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from quietshelf.cycle import decide_skus, run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import open_engine, reading, writing
from quietshelf.store.facts import add_facts
from quietshelf.store.tables import OrderLine, SkuDay, SkuState
from tests.conftest import without_waiting_for_the_disk
from tests.cycle.pictures import NOW, books, picture
from tests.shops import Shop, open_shop

SKUS = ("TEA-0114", "OAT-0010", "CARD-0001")
Booking = tuple[str, Fact]

OF_SHELVES = (Kind.PICK, Kind.PUT, Kind.MISSED)
a_kind = st.sampled_from([Kind.SALE, Kind.SALE, Kind.SALE, Kind.RETURN, Kind.RECEIPT, Kind.COUNT, *OF_SHELVES])


@st.composite
def bookings(draw: st.DrawFn) -> list[Booking]:
    """Some weeks of a small shop: sales, returns, receipts, counts, and a shelf, which misses some of what moves."""
    made: list[Booking] = []
    for n in range(draw(st.integers(1, 14))):
        kind = draw(a_kind)
        happened = NOW - timedelta(minutes=draw(st.integers(0, 70 * 24 * 60)))
        place = "shelf-1/left" if kind in OF_SHELVES else None
        off = draw(st.integers(0, 3 * 24 * 60) | st.none()) if kind is Kind.MISSED else None
        since = None if off is None else happened - timedelta(minutes=off)
        party = draw(st.sampled_from([None, "Ann", "Bo"])) if kind in (Kind.SALE, Kind.RETURN) else None
        units = draw(st.integers(1, 40)) * (draw(st.sampled_from([1, -1])) if kind is Kind.MISSED else 1)
        fact = Fact(happened, kind, units, f"{kind}:{n}", place, since, price_minor=500, party=party)
        made.append((draw(st.sampled_from(SKUS)), fact))
    return made


@pytest.fixture(scope="module")
def new_shop(_upgraded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shop]:
    """A shop's database file with nothing booked, to be copied, and the shop in it."""
    path = tmp_path_factory.mktemp("shop") / "quietshelf.db"
    shutil.copy(_upgraded_sqlite, path)
    engine = open_engine(f"sqlite:///{path}")
    shop = open_shop(engine)
    engine.dispose()
    return path, shop


@contextmanager
def copy_of(new_shop: tuple[Path, Shop]) -> Iterator[Shop]:
    """A copy of the shop, for one example."""
    path, shop = new_shop
    with TemporaryDirectory() as folder:
        shutil.copy(path, folder)
        engine = open_engine(f"sqlite:///{folder}/quietshelf.db")
        event.listen(engine, "connect", without_waiting_for_the_disk)
        yield Shop(engine, shop.site_id, shop.products, shop.suppliers)
        engine.dispose()


def bring(shop: Shop, brought: list[Booking]) -> None:
    with writing(shop.engine) as session:
        add_facts(session, shop.site_id, [(shop.products[sku], fact, NOW, False) for sku, fact in brought])


law = settings(
    max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@law
@given(bookings(), st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_order_and_any_repeats_give_the_same_shop(
    new_shop: tuple[Path, Shop], told: list[Booking], chance: Random, parts: int
) -> None:
    with copy_of(new_shop) as shop:
        bring(shop, told)
        run_pass(shop.engine, shop.site_id, NOW)
        expected = picture(shop.engine)
    again = told + chance.choices(told, k=5)
    chance.shuffle(again)
    with copy_of(new_shop) as shop:
        for part in range(parts):
            bring(shop, again[part::parts])
        run_pass(shop.engine, shop.site_id, NOW)
        assert picture(shop.engine) == expected


@law
@given(bookings(), st.randoms(use_true_random=False))
def test_what_is_decided_on_the_way_leaves_the_same_books(
    new_shop: tuple[Path, Shop], told: list[Booking], chance: Random
) -> None:
    with copy_of(new_shop) as shop:
        bring(shop, told)
        run_pass(shop.engine, shop.site_id, NOW)
        expected = books(shop.engine)
    late = sorted(told, key=lambda booking: booking[1].happened)
    if chance.random() < 0.5:  # else in order, as a till's sales come: each is added to what is known
        chance.shuffle(late)
    with copy_of(new_shop) as shop:
        run_pass(shop.engine, shop.site_id, NOW)
        while late:
            some, late = late[:3], late[3:]
            bring(shop, some)
            decide_skus(shop.engine, shop.site_id, [shop.products[sku] for sku, _ in some], NOW)
            nothing_is_below_zero(shop)
        assert books(shop.engine) == expected


def nothing_is_below_zero(shop: Shop) -> None:
    with reading(shop.engine) as session:
        for state in session.scalars(select(SkuState)):
            assert min(state.on_hand, state.on_order, state.waiting, state.sold_60, state.velocity) >= 0
        assert all(line.quantity > 0 for line in session.scalars(select(OrderLine)))
        assert all(day.units >= 0 for day in session.scalars(select(SkuDay)))
        drafted = list(session.scalars(select(OrderLine.product_id).where(OrderLine.is_draft)))
        assert len(drafted) == len(set(drafted))
