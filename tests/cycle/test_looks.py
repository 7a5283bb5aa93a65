"""Looks at what is probably gone are asked for by themselves, a few a day, and end when somebody has looked."""

from datetime import timedelta

import pytest

from quietshelf.cycle import decide_skus, run_pass
from quietshelf.rules.facts import Fact, Kind
from quietshelf.store.engine import writing
from quietshelf.store.tables import ModeRow
from tests.cycle.pictures import NOW, book, counted, open_keys, sold
from tests.shops import Shop

SILENT = ("TEA-0114", "TEA-0131", "TEA-0140", "OAT-0010", "SUG-0008")


@pytest.fixture
def silent(shop: Shop) -> Shop:
    """Five items sold one a day and have been silent for ten days, while the shop went on selling flour."""
    book(shop, "FLR-0031", counted(500), *(sold(2, n) for n in range(60)))
    for sku in SILENT:
        book(shop, sku, counted(150), *(sold(1, n) for n in range(11, 60)))
    return shop


def looks(shop: Shop) -> set[str]:
    return {key.partition(":")[2] for key in open_keys(shop.engine) if key.startswith("looks_gone:")}


def look(shop: Shop, minutes: int = 0, days: int = 0) -> None:
    run_pass(shop.engine, shop.site_id, NOW + timedelta(minutes=minutes, days=days))


def test_three_looks_a_day_are_asked_for_where_most_money_is(silent: Shop) -> None:
    look(silent)
    assert looks(silent) == {"SUG-0008", "OAT-0010", "TEA-0131"}  # all sell for 9.00, and these cost least
    look(silent, minutes=1)
    assert len(looks(silent)) == 3


def test_a_look_that_finds_it_is_a_count_and_no_other_is_asked_for_that_day(silent: Shop) -> None:
    look(silent)
    book(silent, "SUG-0008", Fact(NOW, Kind.COUNT, 9, "looked"))
    decide_skus(silent.engine, silent.site_id, [silent.products["SUG-0008"]], NOW)
    assert looks(silent) == {"OAT-0010", "TEA-0131"}
    look(silent, minutes=1)
    assert looks(silent) == {"OAT-0010", "TEA-0131"}
    look(silent, days=1)
    assert len(looks(silent)) == 3
    assert "SUG-0008" not in looks(silent)


def test_a_sale_ends_the_question(silent: Shop) -> None:
    look(silent)
    book(silent, "SUG-0008", sold(1, 0))
    decide_skus(silent.engine, silent.site_id, [silent.products["SUG-0008"]], NOW)
    assert "SUG-0008" not in looks(silent)


def test_while_wrong_counts_are_worked_on_more_looks_are_asked_for(silent: Shop) -> None:
    with writing(silent.engine) as session:
        session.add(ModeRow(site_id=silent.site_id, mode="counts", on_at=NOW, figures={}))
    look(silent)
    assert looks(silent) == set(SILENT)


def test_what_a_shelf_weighs_is_not_asked_for(silent: Shop) -> None:
    book(silent, "SUG-0008", Fact(NOW - timedelta(days=50), Kind.COUNT, 9, "weighed", "shelf-1/1"))
    look(silent)
    assert looks(silent) == {"OAT-0010", "TEA-0131", "TEA-0114"}
