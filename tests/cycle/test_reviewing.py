"""Reviews of months as the cycle makes them: of what a shop brought, and of what it lived through."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from quietshelf.cycle import look_back, moment_at, run_pass
from quietshelf.cycle.reviewing import NoSuchMonthError, review_of
from quietshelf.rules.policy import Policy
from quietshelf.rules.review import Month
from quietshelf.store.engine import reading
from quietshelf.store.losses import looks_since
from quietshelf.store.tables import LookRow, ReviewRow
from tests.cycle.pictures import NOW, book, counted, sold
from tests.cycle.test_constraint import look, open_every_day, ordered
from tests.shops import Shop

OCTOBER = Month.read("2026-10")
SKUS = ("TEA-0114", "TEA-0120", "TEA-0131", "TEA-0140")


def late_in_october(shop: Shop) -> None:
    """Four items, ordered in time, whose goods came 16 days late, on 2 November."""
    open_every_day(shop, 120)
    for sku in SKUS:
        ordered(shop, f"LK-{sku}", sku, 300, 52, 38, 22)
        book(shop, sku, counted(3 * 84, 120), *(sold(3, n) for n in (*range(36, 120), *range(22))))


def looks(shop: Shop) -> list[LookRow]:
    with reading(shop.engine) as session:
        return looks_since(session, shop.site_id, date.min)


def kept(shop: Shop) -> list[date]:
    with reading(shop.engine) as session:
        return list(session.scalars(select(ReviewRow.month)))


def test_the_ends_of_months_that_a_shop_brought_are_looked_at_too(shop: Shop) -> None:
    late_in_october(shop)
    look(shop)
    found = looks(shop)
    assert [(row.day.isoformat(), row.from_history) for row in found[-3:]] == [
        ("2026-09-30", True),
        ("2026-10-31", True),
        ("2026-11-24", False),
    ]
    october = found[-2]
    assert october.lost["supply"] > october.lost["demand"]
    assert october.numbers is not None
    assert set(october.numbers) == {"supply", "capital", "purchasing", "counts", "demand", "none"}
    look(shop)
    assert [row.day for row in looks(shop)] == [row.day for row in found]


def test_a_month_that_was_brought_is_told_at_once_and_kept_a_week_later(shop: Shop) -> None:
    late_in_october(shop)
    look(shop)
    said = review_of(shop.engine, shop.site_id, OCTOBER, NOW, Policy())
    assert (said.is_over, said.made_at, kept(shop)) == (True, None, [])
    assert said.figures["lost"]["supply"]["minor"] > 0
    assert (said.figures["named"], said.figures["needed"]) == ("unknown", [0, 10])  # nothing had come by then
    later = NOW + timedelta(days=8)
    run_pass(shop.engine, shop.site_id, later)
    look_back(shop.engine, moment_at(shop.engine, shop.site_id, later))
    assert kept(shop) == [OCTOBER.first]
    again = review_of(shop.engine, shop.site_id, OCTOBER, later + timedelta(days=1), Policy())
    assert again.made_at == later


def test_nothing_is_known_of_months_before_and_to_come(shop: Shop) -> None:
    late_in_october(shop)
    look(shop)
    for month in ("2020-01", "2026-12"):
        with pytest.raises(NoSuchMonthError):
            review_of(shop.engine, shop.site_id, Month.read(month), NOW, Policy())
