"""When a SKU's new orders move to another supplier, and when they must not."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.leadtimes import LeadTime
from quietshelf.rules.policy import Policy
from quietshelf.rules.shifting import LateLine, Seller, Why, days_late, not_by_chance, shift, worst_late_line
from quietshelf.rules.suppliers import LineRecord, Part, Scorecard

POLICY = Policy()
TODAY = date(2026, 11, 24)
ONE_A_DAY = Fraction(1)


def card(good: int, deliveries: int) -> Scorecard:
    return Scorecard(deliveries, good, deliveries, good, good / deliveries, 1.0, 1.0, 1.0)


def lead(typical: int, late: int) -> LeadTime:
    return LeadTime(Fraction(typical), Fraction(late), 10)


LATE = LateLine("PO-2031", 19, True)
NORTHGATE = Seller(1, "Northgate", 520, lead(9, 12), card(21, 23), 0)
CALDER = Seller(2, "Calder", 500, lead(9, 14), card(4, 10), 0)
ALDER = Seller(3, "Alder & Finch", 500, lead(9, 14), card(10, 10), 0)
NEW = Seller(4, "New", 500, lead(9, 14), None, 0)


def test_a_supplier_that_delivers_keeps_its_skus() -> None:
    assert shift(NORTHGATE, [CALDER, ALDER, NEW], ONE_A_DAY, 0, POLICY) is None


def test_a_line_far_past_its_promise_moves_its_sku() -> None:
    moved = shift(replace(CALDER, late_line=LATE), [ALDER], ONE_A_DAY, 0, POLICY)
    assert moved is not None
    assert (moved.to, moved.why, moved.by_itself) == (ALDER, Why.LATE_LINE, True)


def test_two_of_the_last_ten_deliveries_far_too_late_move_all_and_one_does_not() -> None:
    moved = shift(replace(NORTHGATE, far_late=2, cost_minor=500), [NEW], ONE_A_DAY, 0, POLICY)
    assert moved is not None
    assert moved.why is Why.LATE_DELIVERIES
    assert shift(replace(NORTHGATE, far_late=1), [NEW], ONE_A_DAY, 0, POLICY) is None


def test_a_clearly_better_alternative_takes_over_and_one_that_may_be_luck_does_not() -> None:
    moved = shift(CALDER, [ALDER], ONE_A_DAY, 0, POLICY)
    assert moved is not None
    assert moved.why is Why.OTIF
    assert shift(replace(CALDER, card=card(7, 10)), [ALDER], ONE_A_DAY, 0, POLICY) is None  # may be chance
    assert shift(replace(CALDER, card=card(0, 4)), [ALDER], ONE_A_DAY, 0, POLICY) is None  # too few to tell
    many = shift(replace(CALDER, card=card(920, 1000)), [replace(ALDER, card=card(1000, 1000))], ONE_A_DAY, 0, POLICY)
    assert many is None  # certain, and too small to matter


def test_one_that_has_delivered_nothing_is_neither_better_nor_worse() -> None:
    assert shift(CALDER, [NEW], ONE_A_DAY, 0, POLICY) is None
    moved = shift(replace(NORTHGATE, late_line=LATE, cost_minor=500), [NEW, CALDER, ALDER], ONE_A_DAY, 0, POLICY)
    assert moved is not None
    assert moved.to is ALDER


def test_a_slower_alternative_waits_for_a_managers_yes() -> None:
    moved = shift(replace(CALDER, late_line=LATE), [replace(ALDER, lead=lead(9, 15))], ONE_A_DAY, 0, POLICY)
    assert moved is not None
    assert (moved.by_itself, moved.slower) == (False, True)


def test_a_dearer_alternative_waits_for_a_yes_unless_the_lateness_cost_more() -> None:
    late, dear = replace(CALDER, late_line=LATE), replace(ALDER, cost_minor=530)
    asked, done = (shift(late, [dear], ONE_A_DAY, lost, POLICY) for lost in (2700, 2701))
    assert asked is not None
    assert done is not None
    assert (asked.extra_minor, asked.by_itself, done.by_itself) == (2700, False, True)


def test_an_unknown_price_waits_for_a_yes() -> None:
    moved = shift(replace(CALDER, late_line=LATE), [replace(ALDER, cost_minor=None)], ONE_A_DAY, 9999, POLICY)
    assert moved is not None
    assert (moved.by_itself, moved.extra_minor) == (False, None)


def test_nothing_moves_to_one_that_is_late_itself() -> None:
    late = replace(CALDER, late_line=LATE)
    assert shift(late, [replace(ALDER, late_line=LATE), replace(NEW, far_late=2)], ONE_A_DAY, 0, POLICY) is None


def test_a_late_line_that_came_counts_for_90_days() -> None:
    came = date(2026, 9, 1)
    line = LineRecord("PO-1", 5, came - timedelta(days=16), (Part(came, 5, 5),))
    assert worst_late_line([line], came + timedelta(days=90), POLICY) == LateLine("PO-1", 16, False)
    assert worst_late_line([line], came + timedelta(days=91), POLICY) is None


def test_a_line_closed_before_anything_came_was_late_on_no_day() -> None:
    line = LineRecord("PO-1", 5, TODAY - timedelta(days=40), closed_on=TODAY)
    assert days_late([line], TODAY, POLICY) == set()
    assert len(days_late([replace(line, closed_on=None)], TODAY, POLICY)) == 40


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_of_two_suppliers_at_most_one_is_clearly_worse(a: int, more_a: int, b: int, more_b: int) -> None:
    def deliveries(good: int, more: int) -> Scorecard:
        return replace(card(good, good + more or 1), deliveries=good + more)

    one, other = deliveries(a, more_a), deliveries(b, more_b)
    assert not (not_by_chance(one, other, POLICY) and not_by_chance(other, one, POLICY))
    assert not not_by_chance(one, one, POLICY)


@given(
    st.builds(
        Seller,
        st.just(1),
        st.just("now"),
        st.none() | st.integers(0, 900),
        st.builds(lead, st.integers(1, 20), st.integers(1, 40)),
        st.none() | st.builds(lambda good, more: card(good, good + more), st.integers(1, 9), st.integers(0, 9)),
        st.integers(0, 3),
        st.none() | st.just(LATE),
    ),
    st.lists(
        st.builds(
            Seller,
            st.integers(2, 9),
            st.just("other"),
            st.none() | st.integers(0, 900),
            st.builds(lead, st.integers(1, 20), st.integers(1, 40)),
            st.none() | st.builds(lambda good, more: card(good, good + more), st.integers(1, 9), st.integers(0, 9)),
            st.integers(0, 3),
            st.none() | st.just(LATE),
        ),
        max_size=4,
    ),
    st.integers(0, 5000),
)
def test_what_moves_by_itself_is_never_slower_and_never_dearer_than_the_lateness(
    now: Seller, others: list[Seller], lost: int
) -> None:
    moved = shift(now, others, ONE_A_DAY, lost, POLICY)
    if moved is not None and moved.by_itself:
        assert moved.to.lead.late_days <= now.lead.late_days
        assert moved.extra_minor is not None
        assert moved.extra_minor <= max(0, lost - 1)
        assert moved.to.late_line is None
