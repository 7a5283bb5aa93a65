"""What received lots teach: laws that hold whatever was received, sold and counted."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.feedback import USUAL, Course, Feedback, Lot, feedback
from quietshelf.rules.policy import Policy

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)
LONDON = ZoneInfo("Europe/London")


def on(day: int, kind: Kind, quantity: int) -> Fact:
    return Fact(START + timedelta(days=day), kind, quantity, f"{kind}:{day}")


def a_lot(day: int, per_day: int | None = 1) -> Lot:
    """The lot that came on a day, ordered for so many a day."""
    return Lot(frozenset({f"receipt:{day}"}), Fraction(per_day) if per_day else None)


def told(lots: list[Lot], facts: list[Fact]) -> Feedback:
    return feedback(lots, sorted(facts, key=lambda fact: fact.happened), TODAY, LONDON, Policy())


def sells(units: int, days: range) -> list[Fact]:
    return [on(day, Kind.SALE, units) for day in days]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Lot], list[Fact]]:
    """Any ledger with any lots."""
    days = draw(st.lists(st.integers(0, 170), min_size=1, max_size=40, unique=True))
    kinds = st.sampled_from([Kind.RECEIPT, Kind.SALE, Kind.SALE, Kind.RETURN, Kind.COUNT, Kind.ADJUSTMENT])
    facts = [on(day, draw(kinds), draw(st.integers(1, 60))) for day in days]
    came = [fact for fact in facts if fact.kind is Kind.RECEIPT]
    rates = st.none() | st.fractions(Fraction(1, 10), 20, max_denominator=45)
    return [Lot(frozenset({fact.key}), draw(rates)) for fact in came], facts


@given(histories())
def test_the_factor_stays_within_its_bounds_and_is_the_usual_one_where_nothing_was_taught(
    history: tuple[list[Lot], list[Fact]],
) -> None:
    said = told(*history)
    assert Fraction(1, 4) <= said.factor <= 4
    assert (said.last is None) == (said == USUAL)
    if all(lot.per_day is None for lot in history[0]):
        assert said == USUAL


@given(histories())
def test_a_lot_that_teaches_nothing_might_as_well_not_be_a_lot(history: tuple[list[Lot], list[Fact]]) -> None:
    lots, facts = history
    assert told(lots, facts) == told([lot for lot in lots if lot.per_day], facts)


def test_a_lots_clock_starts_when_the_units_before_it_are_gone() -> None:
    facts = [on(0, Kind.COUNT, 60), on(1, Kind.RECEIPT, 45), *sells(2, range(2, 60))]
    assert told([a_lot(1)], facts) == Feedback(Fraction(5, 4), Course.FAST, 23)  # from day 31 to day 54


def test_a_lot_in_two_parts_is_one_lot() -> None:
    facts = [on(0, Kind.RECEIPT, 20), *sells(1, range(1, 21)), on(40, Kind.RECEIPT, 25), *sells(1, range(41, 66))]
    both = Lot(frozenset({"receipt:0", "receipt:40"}), Fraction(1))
    assert told([both], facts) == Feedback(Fraction(1), Course.AS_MEANT, 45)  # the days between count in neither


def test_a_lot_that_one_customer_emptied_teaches_nothing() -> None:
    assert told([a_lot(0)], [on(0, Kind.RECEIPT, 45), on(3, Kind.SALE, 40), *sells(1, range(4, 9))]) == USUAL


def test_what_a_count_finds_gone_is_gone() -> None:
    facts = [on(0, Kind.RECEIPT, 45), *sells(1, range(1, 11)), on(11, Kind.COUNT, 0)]
    assert told([a_lot(0)], facts).last is Course.FAST


def test_a_lot_as_meant_brings_the_factor_a_third_of_the_way_back() -> None:
    fast = [on(0, Kind.RECEIPT, 45), *sells(3, range(1, 16))]
    as_meant = [on(20, Kind.RECEIPT, 45), *sells(1, range(21, 66))]
    assert told([a_lot(0), a_lot(20)], fast + as_meant) == Feedback(Fraction(7, 6), Course.AS_MEANT, 45)
