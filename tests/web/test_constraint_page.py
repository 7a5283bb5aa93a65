"""The one number at the top of Today: what it says of each cause, when it is small, and to whom it tells no money."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quietshelf.web.constraint_words import NAMES, reading
from quietshelf.web.wording import Voice
from tests.shops import Shop
from tests.web.conftest import STOCKED, Run, hire, serve, stock
from tests.web.losing import YESTERDAY, look, lose, order_life

INES = Voice(datetime(2026, 11, 24, 9, 41, tzinfo=UTC), ZoneInfo("Europe/London"), "GBP", True)


def test_the_constraint_has_one_number_a_sentence_and_where_it_came_from(run: Run) -> None:
    look(run.shop, "supply")
    lose(
        run.shop, "TEA-0114", "supply", date(2026, 11, 3), 7, 2100, order=order_life(run.order("Leaf & Kettle").number)
    )
    ines = run.visitor()
    ines.open("/")
    assert "What holds the shop back" in ines.words
    assert "Late suppliers supply reliability" in ines.words
    assert "81 % of order lines on time and in full Worse, was 88%" in ines.words
    assert "Late and short deliveries lost £864 of earnings in 30 days, most of it Leaf & Kettle’s." in ines.words
    assert ines.html.count("<h1") == 1


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("demand", "Sales off the pace demand prediction 47 %"),
        ("purchasing", "Orders that waited purchasing decisions 64 %"),
        ("capital", "Money tied up capital 4.2 turns of the stock a year About as before, 4.4"),
        ("counts", "Wrong counts 92.5 % of looks found what the book said About as before, 90%"),
    ],
)
def test_every_cause_is_named_in_plain_words_with_its_own_unit(run: Run, named: str, said: str) -> None:
    look(run.shop, named)
    ines = run.visitor()
    ines.open("/")
    assert said in ines.words


def test_a_number_that_falls_can_be_the_better_one() -> None:
    read = reading("demand", 0.31, 0.47, "better", YESTERDAY, INES)
    assert (read.number, read.sign, read.trend, read.arrow) == ("31", "%", "Better, was 47%", "down")


def test_where_little_was_lost_the_number_is_small_and_all_is_quiet(quiet_run: Run) -> None:
    look(quiet_run.shop, "none")
    ines = quiet_run.visitor()
    ines.open("/")
    assert "All is quiet" in ines.words
    assert "Bestsellers in stock 99.6 % of days the top 20% were in stock Better, was 98.9%" in ines.words
    assert "No sale was lost to an empty shelf in 30 days, so nothing holds the shop back." in ines.words
    assert "constraint calm" in ines.html


def test_what_is_not_known_has_no_number_but_says_what_would_settle_it(run: Run) -> None:
    look(run.shop, "unknown", stock_out_days=12, more_days_needed=8, more_deliveries_needed=3)
    ines = run.visitor()
    ines.open("/")
    assert "What holds the shop back is not known yet" in ines.words
    assert "8 more such days and 3 more deliveries would settle it." in ines.words
    assert 'class="number"' not in ines.html


def test_a_cause_that_nothing_counts_yet_shows_no_number(run: Run) -> None:
    look(run.shop, "purchasing", number=None, before=None, course="untold")
    ines = run.visitor()
    ines.open("/")
    assert "Orders that waited purchasing decisions No drafted line’s time was up in these days." in ines.words
    assert 'class="number"' not in ines.html


def test_a_cause_that_is_not_all_of_it_says_its_share(run: Run) -> None:
    look(run.shop, "supply", lost={"supply": 60_000, "demand": 30_000, "counts": 10_000})
    ines = run.visitor()
    ines.open("/")
    assert "That is 60% of all that was lost; sales off the pace lost £300." in ines.words


@pytest.mark.parametrize("named", [*NAMES, "none", "unknown"])
def test_staff_read_the_number_and_no_money(run: Run, named: str) -> None:
    look(run.shop, named)
    sam = run.visitor("sam@corner.example")
    sam.open("/")
    assert 'id="h-constraint"' in sam.html
    assert "£" not in sam.html


def test_the_number_follows_the_next_look_without_a_reload(run: Run) -> None:
    look(run.shop, "supply")
    ines = run.visitor()
    ines.open("/")
    look(run.shop, "supply", number=0.79)
    brought = ines.client.get("/changes?since=none&page=/").get_data(as_text=True)
    assert 'id="constraint" hx-swap-oob="true"' in brought
    assert "79<small>%</small>" in brought


def test_nothing_to_do_today_does_not_hide_what_holds_the_shop_back(quiet_run: Run) -> None:
    look(quiet_run.shop, "supply")
    ines = quiet_run.visitor()
    ines.open("/")
    assert "81 %" in ines.words
    assert "Nothing to do today" in ines.words


def test_who_lost_most_is_found_on_both_databases(shop: Shop, tmp_path: Path) -> None:
    stock(shop, STOCKED)
    hire(shop.engine)
    run = serve(shop, tmp_path)
    lose(shop, "TEA-0114", "supply", date(2026, 11, 3), 7, 2100, order=order_life(run.order("Leaf & Kettle").number))
    lose(shop, "MUG-0001", "counts", date(2026, 11, 3), 7, 2100, booked_units=9)
    ines = run.visitor()
    for named, through in (("supply", "most of it Leaf & Kettle’s."), ("counts", "most of it on Stoneware mug.")):
        look(shop, named)
        ines.open("/")
        assert through in ines.words


def test_an_item_says_why_it_was_out_and_leads_to_the_order(run: Run) -> None:
    order = run.order("Leaf & Kettle")
    lose(run.shop, "TEA-0114", "supply", date(2026, 11, 3), 7, 2100, order=order_life(order.number))
    ines = run.visitor()
    ines.open(f"/skus/{run.shop.products['TEA-0114']}")
    assert "Why it was out" in ines.words
    assert f"{order.number} was promised for the 2nd and came on the 9th." in ines.words
    assert f'<a class="id" href="/orders/{order.id}">{order.number}</a> was promised' in ines.html
    sam = run.visitor("sam@corner.example")
    sam.open(f"/skus/{run.shop.products['TEA-0114']}")
    assert "About 28 not sold: late suppliers." in sam.words
    assert "£" not in sam.html


def test_the_constraint_costs_today_a_fixed_number_of_queries(run: Run, queries: Callable[[], int]) -> None:
    late = order_life(run.order("Leaf & Kettle").number)
    lose(run.shop, "TEA-0114", "supply", date(2026, 11, 3), 7, 2100, order=late)
    look(run.shop, "supply")
    run.now = datetime(2026, 12, 1, 9, 41, tzinfo=UTC)  # it leads to last month's review, too
    ines = run.visitor()
    queries()
    ines.open("/")
    assert queries() <= 13
    ines.open(f"/skus/{run.shop.products['TEA-0114']}")
    assert queries() <= 16
