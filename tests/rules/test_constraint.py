"""What is named as the constraint, for how long, and whether its number got better."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.causes import Cause, Evidence, Loss
from quietshelf.rules.constraint import Calm, Look, Standing, follow, look, more_is_better, one_number
from quietshelf.rules.lives import Day, SkuLife
from quietshelf.rules.numbers import Course, Ratio, Share, compared
from quietshelf.rules.policy import Policy

POLICY = Policy()
TODAY = date(2026, 11, 30)


def lost(cause: Cause, days: int, minor: int = 1000) -> list[Loss]:
    """So many days without stock, the last of them today."""
    return [Loss("TEA", TODAY - timedelta(days=n), cause, minor, Evidence(2.0, 500, 1.0)) for n in range(days)]


def said(day: date, **minor: int) -> Look:
    """A look at which the cause with most money is named."""
    every = {cause: minor.get(cause, 0) for cause in Cause}
    return Look(day, max(Cause, key=lambda cause: every[cause]), every, 100_000, 30, 30)


def test_the_cause_that_lost_most_is_named() -> None:
    found = [*lost(Cause.SUPPLY, 12), *lost(Cause.PURCHASING, 14)]
    assert look(found, TODAY, 500_000, 30, POLICY).says is Cause.PURCHASING


def test_what_was_lost_longer_ago_than_30_days_names_nothing() -> None:
    old = [Loss("TEA", TODAY - timedelta(days=30 + n), Cause.SUPPLY, 9000, Evidence(2.0, 500, 1.0)) for n in range(25)]
    assert look(old, TODAY, 500_000, 30, POLICY).says is Calm.NONE


def test_under_1_percent_lost_is_none_however_few_the_days() -> None:
    assert look(lost(Cause.SUPPLY, 3), TODAY, 500_000, 0, POLICY).says is Calm.NONE


def test_few_days_without_stock_are_unknown_and_it_is_said_what_would_settle_it() -> None:
    told = look(lost(Cause.DEMAND, 15), TODAY, 500_000, 30, POLICY)
    assert told.says is Calm.UNKNOWN
    assert told.more_days_needed == 5


def test_supply_is_unknown_under_10_deliveries_and_another_cause_is_not() -> None:
    few = 7
    assert look(lost(Cause.SUPPLY, 25), TODAY, 500_000, few, POLICY).more_deliveries_needed == 3
    assert look(lost(Cause.COUNTS, 25), TODAY, 500_000, few, POLICY).says is Cause.COUNTS


def test_stock_held_too_long_is_capital_even_where_nothing_was_out() -> None:
    held = [Loss("POT", TODAY, Cause.CAPITAL, 30_000, Evidence(0.1, 500, held_units=900))]
    assert look([*held, *lost(Cause.DEMAND, 20)], TODAY, 500_000, 30, POLICY).says is Cause.CAPITAL


def test_it_is_named_anew_on_the_1st_by_whatever_lost_more() -> None:
    standing = Standing(Cause.SUPPLY, date(2026, 11, 1))
    assert follow(standing, said(date(2026, 12, 1), supply=100, demand=101), POLICY).named is Cause.DEMAND


def test_a_month_whose_1st_nobody_saw_is_named_by_its_first_look() -> None:
    standing = Standing(Cause.SUPPLY, date(2026, 11, 20))
    assert follow(standing, said(date(2026, 12, 3), supply=100, demand=101), POLICY) == Standing(
        Cause.DEMAND, date(2026, 12, 3)
    )


def test_six_looks_and_a_gap_do_not_change_it_within_the_month() -> None:
    standing = Standing(Cause.SUPPLY, date(2026, 11, 1))
    for n in range(2, 16):
        demand = 100 if n == 8 else 200
        standing = follow(standing, said(date(2026, 11, n), supply=100, demand=demand), POLICY)
        assert standing.named is Cause.DEMAND if n == 15 else standing.named is Cause.SUPPLY


def test_a_calm_month_is_not_named_within_it_by_a_day() -> None:
    standing = Standing(Calm.NONE, date(2026, 11, 1))
    for n in range(2, 9):
        standing = follow(standing, said(date(2026, 11, n), counts=900), POLICY)
        assert standing.named is (Cause.COUNTS if n == 8 else Calm.NONE)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_same_shares_are_about_as_before_and_swapped_ones_are_the_opposite(hits: int, more: int) -> None:
    one, other = Share(hits, hits + 20), Share(hits + more, hits + more + 20)
    opposite = {Course.BETTER: Course.WORSE, Course.WORSE: Course.BETTER, Course.AS_BEFORE: Course.AS_BEFORE}
    assert compared(one, one, True, POLICY).course is Course.AS_BEFORE
    assert compared(one, other, True, POLICY).course is opposite[compared(other, one, True, POLICY).course]
    assert compared(one, other, True, POLICY).course is opposite[compared(one, other, False, POLICY).course]


def test_a_number_with_nothing_to_count_before_it_is_untold() -> None:
    assert compared(Share(9, 10), Share(0, 0), True, POLICY).course is Course.UNTOLD


def test_turns_that_rise_on_every_sku_are_better_and_on_one_alone_are_as_before() -> None:
    before = Ratio({f"SKU-{n}": (100.0, 20.0) for n in range(20)})
    all_of_them = Ratio({sku: (130.0 + n, 20.0) for n, sku in enumerate(before.parts)})
    one = Ratio({**before.parts, "SKU-0": (400.0, 20.0)})
    assert compared(all_of_them, before, True, POLICY).course is Course.BETTER
    assert compared(one, before, True, POLICY).course is Course.AS_BEFORE


def test_every_constraint_has_its_one_number_beside_the_30_days_before() -> None:
    days = tuple(Day(TODAY - timedelta(days=59 - n), 40, 40, 2 if n < 30 else 3, 2.0, 20.0) for n in range(60))
    shop = [SkuLife(sku, 500, 300, days) for sku in ("TEA", "POT")]
    demand = one_number(Cause.DEMAND, shop, {"TEA", "POT"}, TODAY, POLICY)
    assert demand.before == 0.0
    assert demand.now == 1 / 3
    turns = one_number(Cause.CAPITAL, shop, {"TEA"}, TODAY, POLICY)
    assert turns.now is not None
    assert turns.before is not None
    assert round(turns.now / turns.before, 6) == 1.5
    assert one_number(Calm.NONE, shop, {"TEA"}, TODAY, POLICY).now == 1.0
    assert one_number(Cause.SUPPLY, shop, set(), TODAY, POLICY).course is Course.UNTOLD
    assert [cause for cause in Cause if not more_is_better(cause)] == [Cause.DEMAND]
