"""Stock day by day, and velocity that an empty shelf does not lower: laws over any history of a shop."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.decide import decide
from quietshelf.rules.decision import Decision
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.item import Item, Supply
from quietshelf.rules.leadtimes import LeadTime
from quietshelf.rules.ledger import course
from quietshelf.rules.ordering import Terms
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import DAY, Calendar, Stock, closed_days, stock_of, window_of
from quietshelf.rules.velocity import InStock, OneOff, Velocity, largest, net_days, perhaps_one_off, velocity
from quietshelf.rules.zones import Mark, Zone

POLICY = Policy()
LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()
OPENED = TODAY - timedelta(days=400)
NORTHGATE = Supply("Northgate", Terms(), LeadTime(Fraction(9), Fraction(10), 20))


def fact(days_ago: float, kind: Kind, quantity: int, key: str = "", one_off: bool = False) -> Fact:
    """Something that happened so many days before noon of today."""
    happened = NOON - timedelta(days=days_ago)
    return Fact(happened, kind, quantity, f"{kind}:{days_ago}:{key}", price_minor=900, one_off=one_off)


def a_day(units: int, first: int, last: int = 0) -> list[Fact]:
    """The same sale on each day from `first` to `last` days ago."""
    return [fact(n, Kind.SALE, units) for n in range(last, first + 1)]


def stock(facts: list[Fact], closed: tuple[date, ...] = ()) -> Stock:
    return stock_of(facts, course(facts, NOON, POLICY).steps, Calendar(LONDON, NOON, OPENED, closed))


def decided(facts: list[Fact], closed: tuple[date, ...] = ()) -> Decision:
    """What is decided about a SKU of which these facts are known."""
    kept, sold = stock(facts, closed), net_days(facts, LONDON)
    read = window_of(kept, POLICY)

    def units(first: date, last: date) -> int:
        return sum(sums.units for day, sums in sold.items() if first <= day <= last)

    last_sale = max((day for day, sums in sold.items() if sums.units), default=date.min)
    in_stock = InStock(
        units(read.first, read.last), read.in_stock, kept.in_stock(last_sale + DAY, TODAY), read.ran_out_on
    )
    sold_60, sold_45 = units(TODAY - DAY * 59, TODAY), units(TODAY - DAY * 44, TODAY)
    book = course(facts, NOON, POLICY).book
    item = Item("TEA", TODAY, book, sold_60, sold_60 * 900, sold_45, 900, 500, NORTHGATE, in_stock=in_stock)
    return decide(item, POLICY)


def asked_about(facts: list[Fact]) -> OneOff | None:
    read = window_of(stock(facts), POLICY)
    sales = largest(facts, read.first, read.last, LONDON)
    return perhaps_one_off(sales, read.first, read.last, decided(facts).velocity, POLICY)


def empty_for(units: int, ran_out: int, came: int) -> list[Fact]:
    """Steady sales but for the days on which the shelf was empty; at the end it is nearly empty again."""
    sales = [*a_day(units, 200, ran_out), *(a_day(units, came) if came >= 0 else [])]
    bought = units * (201 - ran_out)
    facts = [fact(201, Kind.COUNT, bought), *sales]
    return [*facts, fact(came + 0.1, Kind.RECEIPT, units * (came + 1) + 1)] if came >= 0 else facts


@given(st.integers(1, 20), st.integers(0, 90), st.integers(0, 90))
def test_a_shelf_that_was_empty_does_not_lower_the_order(units: int, ran_out: int, days: int) -> None:
    without, lacking = decided(empty_for(units, 0, -1)), decided(empty_for(units, ran_out, ran_out - days))
    assert without.line.proposal is not None
    assert without.line.proposal.lot >= 45 * units
    assert lacking.velocity.per_day >= units
    assert lacking.zone is Zone.RED
    assert lacking.line.proposal is not None
    assert lacking.line.proposal.lot >= 45 * units


def test_without_in_stock_days_the_empty_shelf_did_lower_it() -> None:
    assert velocity(4 * 20, POLICY).per_day < 4  # the plain rule, after 40 days out


@given(st.integers(-5, 500), st.fractions(0, 60), st.fractions(0, 60))
def test_more_days_out_of_stock_never_lower_velocity_and_it_is_never_below_nothing(
    sold: int, days: Fraction, fewer: Fraction
) -> None:
    speed = velocity(sold, POLICY, InStock(sold, days, Fraction(0))).per_day
    assert velocity(sold, POLICY, InStock(sold, min(days, fewer), Fraction(0))).per_day >= speed >= 0


def test_a_sku_before_its_first_receipt_is_new_not_out_of_stock() -> None:
    listed = fact(58, Kind.COUNT, 0)  # on the list of stock, and none ever came
    came = [listed, fact(12, Kind.RECEIPT, 100), *a_day(3, 11)]
    kept = stock(came)
    assert min(kept.days(TODAY - DAY * 59, TODAY)) == TODAY - DAY * 12
    assert kept.out == ()
    assert decided(came).velocity == Velocity(36, Fraction(30), Fraction(13))  # its age, and at least 30
    never = decided([listed])
    assert never.zone is Zone.GREEN
    assert never.ran_out_on is None


def test_a_sku_that_was_out_for_all_of_60_days_keeps_its_velocity_and_is_one_question() -> None:
    facts = [fact(200, Kind.COUNT, 400), *a_day(4, 169, 70)]
    said = decided(facts)
    assert (said.zone, said.ran_out_on) == (Zone.RED, TODAY - DAY * 70)
    assert float(said.velocity.per_day) == pytest.approx(4, abs=0.1)
    assert said.figures()["sell_again"] is True
    assert decided([*facts, fact(0.1, Kind.RECEIPT, 500)]).figures()["sell_again"] is False


def test_a_sku_that_nobody_wanted_when_it_went_is_no_question() -> None:
    said = decided([fact(200, Kind.COUNT, 1), fact(70, Kind.ADJUSTMENT, -1)])
    assert (said.zone, said.figures()["sell_again"]) == (Zone.GREEN, False)


def test_what_was_never_counted_or_received_counts_as_in_stock() -> None:
    assert decided(a_day(4, 200)).velocity == Velocity(240, Fraction(60), Fraction(60))


def test_what_sells_though_the_book_says_none_was_there_until_then() -> None:
    facts = [fact(100, Kind.COUNT, 10), *a_day(1, 99, 20)]  # ten counted, and eighty sold
    assert stock(facts).out == ((NOON - DAY * 20, NOON),)


def test_overstock_and_dead_stock_are_marked_and_stay_quiet() -> None:
    assert decided([fact(99, Kind.COUNT, 600), *a_day(2, 90)]).figures()["mark"] == "overstock"
    dead = decided([fact(120, Kind.COUNT, 12), fact(100, Kind.SALE, 2)])
    assert (dead.figures()["mark"], dead.openings) == ("dead", ())
    assert decided([fact(80, Kind.COUNT, 12)]).mark is None  # not here for 90 days yet


def test_days_out_of_stock_do_not_make_stock_dead() -> None:
    back = [fact(120, Kind.COUNT, 2), fact(100, Kind.SALE, 2), fact(20, Kind.RECEIPT, 12)]
    assert decided(back).mark is not Mark.DEAD


def test_a_regular_monthly_bulk_order_is_not_a_spike_that_triples_the_stock() -> None:
    for since_the_last in range(30):
        bulk = [fact(since_the_last + 30 * n, Kind.SALE, 60, "bulk") for n in range(6)]
        facts = [fact(201, Kind.COUNT, 600), *a_day(1, 200), *bulk]
        lot = decided(facts).line.proposal
        assert lot is not None
        assert lot.lot == 45 * 3
        assert asked_about(facts) is None


def test_a_bulk_order_in_the_first_week_is_divided_by_30_days() -> None:
    assert decided([fact(5, Kind.RECEIPT, 90), fact(2, Kind.SALE, 60)]).velocity.per_day == 2


def test_one_sale_of_weeks_is_asked_about_and_left_out_only_when_a_person_says_so() -> None:
    facts = [fact(201, Kind.COUNT, 900), *a_day(2, 200)]
    assert asked_about(facts) is None
    large = fact(10, Kind.SALE, 80, "fair")
    found = asked_about([*facts, large])
    assert found is not None
    assert (found.key, found.units) == (large.key, 80)
    assert decided([*facts, large]).velocity.units == 200
    left_out = [*facts, fact(10, Kind.SALE, 80, "fair", one_off=True)]
    assert decided(left_out).velocity.units == 120
    assert decided(left_out).on_hand == decided([*facts, large]).on_hand  # the pieces are gone in any case


def test_a_large_order_that_was_cancelled_is_asked_about_by_nobody() -> None:
    facts = [fact(201, Kind.COUNT, 900), *a_day(2, 200), fact(10, Kind.SALE, 80, "x")]
    assert asked_about([*facts, fact(9.9, Kind.RETURN, 80)]) is None


def test_a_holiday_counts_nowhere_and_a_sunday_does() -> None:
    holiday = tuple(TODAY - DAY * n for n in range(24, 10, -1))
    open_on = {TODAY - DAY * n for n in range(100)} - set(holiday)
    sundays = {day for day in open_on if day.isoweekday() == 7}
    assert closed_days(open_on - sundays, TODAY, POLICY)[-14:] == holiday
    facts = [fact(99, Kind.COUNT, 900), *[sale for sale in a_day(4, 98) if sale.happened.date() not in holiday]]
    assert decided(facts, holiday).velocity == Velocity(4 * 46, Fraction(46), Fraction(46))
    assert all(day not in stock(facts, holiday).days(TODAY - DAY * 59, TODAY) for day in holiday)


def test_a_day_of_the_clock_s_change_is_one_day() -> None:
    facts = [fact(60, Kind.COUNT, 1), fact(40, Kind.SALE, 1)]
    days = stock(facts).days(date(2026, 10, 24), date(2026, 10, 26))  # 25 hours on the 25th
    assert [day.in_stock for day in days.values()] == [0, 0, 0]
    sold_at_noon = [fact(60, Kind.COUNT, 1), fact(30, Kind.SALE, 1)]  # of 25 October, 13 hours after its midnight
    assert stock(sold_at_noon).in_stock(date(2026, 10, 25), date(2026, 10, 25)) == Fraction(13, 25)


KINDS = st.sampled_from([Kind.SALE, Kind.SALE, Kind.RECEIPT, Kind.COUNT, Kind.RETURN, Kind.PICK, Kind.ADJUSTMENT])
HISTORIES = st.lists(st.tuples(KINDS, st.integers(1, 9), st.integers(0, 100 * 24)), max_size=12).map(
    lambda happened: [fact(hours / 24, kind, units, str(n)) for n, (kind, units, hours) in enumerate(happened)]
)


@given(HISTORIES, st.integers())
def test_any_order_of_arrival_gives_the_same_stock_on_every_day(facts: list[Fact], seed: int) -> None:
    again = [*facts, *facts[:3]]
    Random(seed).shuffle(again)
    first = TODAY - DAY * 110
    assert stock(again).days(first, TODAY) == stock(facts).days(first, TODAY)


@given(HISTORIES, st.integers(0, 110), st.integers(0, 110))
def test_days_in_stock_add_up(facts: list[Fact], one: int, other: int) -> None:
    first, last = TODAY - DAY * max(one, other), TODAY - DAY * min(one, other)
    kept = stock(facts)
    days = kept.days(first, last)
    assert all(0 <= day.in_stock <= 1 and (day.on_hand is None or day.on_hand >= 0) for day in days.values())
    assert kept.in_stock(first, last) == sum((day.in_stock for day in days.values()), Fraction(0))


@given(HISTORIES)
def test_the_last_close_is_what_is_on_hand(facts: list[Fact]) -> None:
    close = stock(facts).at_close(TODAY)
    assert close is None or close == course(facts, NOON, POLICY).book.on_hand
