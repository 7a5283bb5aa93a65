"""The silence alarm: it finds what is gone, and seldom sends anybody to look at what is there."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.course import Step
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.ledger import course
from quietshelf.rules.looks import Shown, Silence, asks, shown, silence
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY, Calendar, Stock, stock_of

POLICY = Policy()
LONDON = ZoneInfo("Europe/London")
OPENED = date(2026, 3, 2)


def instant(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, 2, hour, tzinfo=UTC) + timedelta(days=day)


def always_there(day: int, closed: tuple[date, ...] = ()) -> Stock:
    """A SKU that the book has had on hand since the shop opened, on the morning of a day."""
    calendar = Calendar(LONDON, instant(day, 9), OPENED, closed)
    return Stock(calendar, OPENED, (), [Step(instant(0, 8), 500, True, False)])


def sold_on(sold: Iterable[int]) -> set[date]:
    return {OPENED + DAY * n for n in sold}


def on(day: int, sold: list[int], counted: tuple[int, ...] = ()) -> Silence:
    """How silent it is on the morning of a day, by the days on which it sold and was counted."""
    counts, sales = [n for n in counted if n < day], [n for n in sold if n < day]
    looks = sum(n > max(sales) for n in counts)
    said = silence(
        sold_on(sales), Shown(OPENED + DAY * max(counts) if counts else None, looks), always_there(day), POLICY
    )
    assert said is not None
    return said


@pytest.mark.parametrize("sales_a_day", [0.05, 0.15, 0.3, 0.5, 0.8, 1.5, 4.0])
def test_a_calm_shop_looks_at_most_one_and_a_half_times_a_week_at_a_hundred_items(sales_a_day: float) -> None:
    luck, looks, skus, warm, length = Random(7), 0, 300, 100, 60
    for _ in range(skus):
        customers = [day for day in range(warm + length) if luck.random() < 1 - exp(-sales_a_day)]
        counted: list[int] = []
        for day in range(warm, warm + length):
            sold = [n for n in customers if n < day]
            if sold and on(day, sold, tuple(counted)).is_alarming:
                looks += 1
                counted.append(day)  # it is there: the look finds it
    assert looks / skus * 100 / (length / 7) <= 1.5


@pytest.mark.parametrize(("every", "alarm_after"), [(1, 5), (2, 10), (3, 15), (7, 48)])
def test_the_slower_it_sells_the_longer_it_may_be_silent(every: int, alarm_after: int) -> None:
    sold = list(range(0, 91, every))
    silent = next(day for day in range(91, 400) if on(day, sold).is_alarming)
    assert on(silent, sold).unsold_days == silent - 1 - sold[-1] == alarm_after


def test_what_sells_on_saturdays_alone_is_not_missed_on_a_wednesday() -> None:
    saturdays = [n for n in range(120) if (OPENED + DAY * n).isoweekday() == 6]
    assert not on(saturdays[-1] + 11, saturdays).is_alarming


def test_what_sold_on_four_days_only_is_never_missed() -> None:
    assert not any(on(day, [3, 40, 41, 60]).is_alarming for day in range(61, 300))


def test_each_look_that_finds_it_doubles_the_wait_until_it_sells_again() -> None:
    daily = list(range(90))
    assert [on(110, daily, counted).allowed for counted in ((), (96,), (96, 106))] == [4, 8, 16]
    assert on(110, [*daily, 107], (96, 106)).allowed == 4


def test_a_day_without_stock_and_a_closed_day_say_nothing() -> None:
    sold = sold_on(range(60))
    shut = tuple(sorted(sold_on(range(61, 66))))
    open_all_week = silence(sold, Shown(), always_there(66), POLICY)
    closed = silence(sold, Shown(), always_there(66, shut), POLICY)
    out = always_there(66)
    out = Stock(out.calendar, out.since, ((instant(60, 0), instant(66, 9)),), out.steps)
    assert open_all_week is not None
    assert open_all_week.is_alarming
    assert closed is not None
    assert not closed.is_alarming
    assert closed.unsold_days == 1
    without = silence(sold, Shown(), out, POLICY)
    assert without is not None
    assert without.expected < 1


def test_beyond_t_nothing_is_silence() -> None:
    sold = sold_on(range(60))
    until_yesterday = always_there(61)  # it is day 80 by now, and the feed has stopped
    said = silence(sold, Shown(), until_yesterday, POLICY)
    assert said is not None
    assert said.unsold_days == 1


def test_what_a_shelf_weighs_and_what_the_book_has_not_asks_for_no_look() -> None:
    gone = on(100, list(range(90)))
    assert asks(gone, 9, None)
    assert not asks(gone, 9, 9)
    assert not asks(gone, 0, None)
    assert not asks(None, 9, None)


def test_goods_that_came_and_counts_that_found_some_show_it_and_a_count_of_none_does_not() -> None:
    def fact(day: int, kind: Kind, quantity: int) -> Fact:
        return Fact(instant(day), kind, quantity, f"{day}{kind}")

    facts = [fact(3, Kind.COUNT, 0), fact(5, Kind.RECEIPT, 6), fact(7, Kind.COUNT, 4), fact(8, Kind.ADJUSTMENT, -1)]
    assert shown(facts, OPENED + DAY * 2, LONDON) == Shown(OPENED + DAY * 7, 1)
    assert shown(facts, OPENED + DAY * 7, LONDON) == Shown(OPENED + DAY * 7, 0)
    assert shown(facts[:1], None, LONDON) == Shown()


SALE_DAYS = st.lists(st.integers(0, 100), min_size=1, max_size=60)


@given(SALE_DAYS, st.integers(102, 200), st.integers(0, 60))
def test_the_longer_it_is_silent_the_more_was_to_be_expected(sold: list[int], day: int, later: int) -> None:
    assert on(day, sold).expected <= on(day + later, sold).expected
    assert on(day, sold).expected <= on(day, sold).unsold_days


@given(SALE_DAYS, st.integers(102, 200), st.integers(0, 60))
def test_it_is_never_alarming_before_its_days_to_go_are_over(sold: list[int], day: int, later: int) -> None:
    to_go = on(day, sold).days_to_go
    if to_go is None or later < to_go:
        assert not on(day + later, sold).is_alarming


@given(SALE_DAYS, st.integers(102, 200), st.lists(st.integers(0, 199), max_size=5))
def test_after_a_look_that_finds_it_nobody_is_sent_again_the_next_morning(
    sold: list[int], day: int, counted: list[int]
) -> None:
    before = tuple(sorted({n for n in counted if n < day}))
    assert not on(day + 1, sold, (*before, day)).is_alarming
    assert on(day + 1, sold, (*before, day)).allowed >= on(day, sold, before).allowed


@given(SALE_DAYS, st.integers(102, 160))
def test_by_the_facts_alone_it_is_the_same(sold: list[int], day: int) -> None:
    facts = [Fact(instant(0, 7), Kind.COUNT, 500, "count")]
    facts += [Fact(instant(n), Kind.SALE, 1, f"sale:{n}:{i}") for i, n in enumerate(sold)]
    calendar = Calendar(LONDON, instant(day, 9), OPENED)
    stock = stock_of(facts, course(facts, instant(day, 9), POLICY).steps, calendar)
    said = silence(
        {fact.happened.date() for fact in facts[1:]}, shown(facts, OPENED + DAY * max(sold), LONDON), stock, POLICY
    )
    assert said == on(day, sold, (0,))
