"""Scorecards: what users of other systems complain of, and laws that hold whatever was delivered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.policy import Policy
from quietshelf.rules.suppliers import LineRecord, Part, Scorecard, far_late, judge, scorecards

POLICY = Policy()
TODAY = date(2026, 11, 24)
PROMISED = date(2026, 11, 10)


def day(ahead: int) -> date:
    return PROMISED + timedelta(days=ahead)


def line(*parts: Part, ordered: int = 30, closed_on: date | None = None) -> LineRecord:
    return LineRecord("PO-1", ordered, PROMISED, parts, closed_on)


def card(*lines: LineRecord) -> Scorecard:
    return scorecards({"Northgate": lines}, TODAY, POLICY)["Northgate"]


parts = st.builds(
    lambda ahead, received, rejected: Part(day(ahead), received, received - min(rejected, received)),
    st.integers(-20, 30),
    st.integers(0, 60),
    st.integers(0, 5),
)
lines = st.builds(
    lambda back, ordered, came, closed: LineRecord(
        "PO-1",
        ordered,
        PROMISED - timedelta(days=back),
        tuple(came),
        day(closed) if closed is not None else None,
    ),
    st.integers(-5, 500),
    st.integers(1, 50),
    st.lists(parts, max_size=3),
    st.none() | st.integers(-5, 30),
)
records = st.dictionaries(st.sampled_from(["Northgate", "Alder", "Calder"]), st.lists(lines, max_size=12))
good_lines = st.builds(
    lambda back, units: LineRecord(
        "PO-2", units, TODAY - timedelta(days=back), (Part(TODAY - timedelta(days=back), units, units),)
    ),
    st.integers(0, 300),
    st.integers(1, 50),
)


def test_over_delivery_is_never_more_than_all_of_it() -> None:
    over = card(line(Part(day(0), 36, 36)))
    assert (over.fill, over.otif) == (1.0, 1.0)


def test_a_split_receipt_that_is_complete_in_time_is_in_full() -> None:
    split = judge(line(Part(day(-3), 20, 20), Part(day(2), 10, 10)), TODAY, POLICY)
    assert split is not None
    assert (split.on, split.good, split.fill) == (day(2), True, 1.0)


def test_a_split_receipt_that_is_complete_too_late_is_in_full_and_late() -> None:
    split = judge(line(Part(day(-3), 20, 20), Part(day(3), 10, 10)), TODAY, POLICY)
    assert split is not None
    assert (split.in_full, split.on_time) == (True, False)


def test_no_delivery_is_no_score() -> None:
    cards = scorecards({"New": [], "Owes": [line()], "Northgate": [line(Part(day(0), 30, 30))]}, TODAY, POLICY)
    assert set(cards) == {"Northgate"}


def test_what_counts_is_the_day_the_goods_came_not_the_day_on_which_the_line_was_closed() -> None:
    typed_in_late = judge(line(Part(day(1), 30, 30), closed_on=day(9)), TODAY, POLICY)
    assert typed_in_late is not None
    assert typed_in_late.good
    short_and_closed_late = judge(line(Part(day(1), 20, 20), closed_on=day(9)), TODAY, POLICY)
    assert short_and_closed_late is not None
    assert (short_and_closed_late.on_time, short_and_closed_late.in_full) == (True, False)


def test_an_order_received_twice_is_all_of_it_once() -> None:
    twice = card(line(Part(day(0), 30, 30), Part(day(4), 30, 30)))
    assert (twice.lines, twice.fill, twice.otif) == (1, 1.0, 1.0)


def test_broken_pieces_are_received_but_not_in_full() -> None:
    broken = card(line(Part(day(0), 30, 27), closed_on=day(0)))
    assert (broken.good, broken.fill, broken.on_time) == (0, 1.0, 1.0)
    assert broken.quality == pytest.approx(0.9)


def test_a_line_that_was_cancelled_before_anything_came_says_nothing() -> None:
    assert judge(line(closed_on=day(5)), TODAY, POLICY) is None


def test_an_open_line_past_its_promise_is_not_on_time_and_may_still_be_filled() -> None:
    good, owed = line(Part(day(0), 30, 30)), line(Part(day(0), 20, 20))
    both = card(good, owed)
    assert (both.lines, both.good, both.fill) == (2, 1, 1.0)
    assert both.on_time < 1.0
    assert judge(owed, day(2), POLICY) is None  # still in time


def test_what_comes_after_today_is_not_seen_by_a_stopped_clock() -> None:
    assert judge(line(Part(day(0), 30, 30)), day(-1), POLICY) is None


def test_the_newest_deliveries_weigh_most() -> None:
    was_bad = LineRecord("PO-1", 5, TODAY - timedelta(days=200), (Part(TODAY - timedelta(days=180), 5, 5),))
    is_good = LineRecord("PO-2", 5, TODAY, (Part(TODAY, 5, 5),))
    was_good = LineRecord("PO-3", 5, TODAY - timedelta(days=180), (Part(TODAY - timedelta(days=180), 5, 5),))
    is_bad = LineRecord("PO-4", 5, TODAY - timedelta(days=20), (Part(TODAY, 5, 5),))
    cards = scorecards({"mends": [was_bad, is_good], "worsens": [was_good, is_bad]}, TODAY, POLICY)
    assert cards["mends"].otif > cards["worsens"].otif


def test_few_deliveries_are_pulled_toward_the_mean_of_all() -> None:
    late = line(Part(day(5), 30, 30))
    good = line(Part(day(0), 30, 30))
    cards = scorecards({"one late": [late], "many good": [good] * 40}, TODAY, POLICY)
    assert 0.7 < cards["one late"].otif < 0.9 < cards["many good"].otif


def test_a_truck_with_many_late_lines_is_one_late_delivery() -> None:
    late = [LineRecord(f"PO-{n}", 5, PROMISED, (Part(day(16), 5, 5),)) for n in range(8)]
    assert far_late(late, day(20), POLICY) == 1


@given(records)
def test_shares_lie_between_none_and_all(of_suppliers: dict[str, list[LineRecord]]) -> None:
    for each in scorecards(of_suppliers, TODAY, POLICY).values():
        for share in (each.otif, each.on_time, each.fill, each.quality):
            assert share is None or 0 <= share <= 1
        assert 0 <= each.good <= each.lines
        assert 0 <= each.good_deliveries <= each.deliveries <= each.lines


@given(records, good_lines, st.sampled_from(["Northgate", "Alder", "Calder"]))
def test_one_more_good_delivery_never_lowers_a_score(
    of_suppliers: dict[str, list[LineRecord]], good: LineRecord, supplier: str
) -> None:
    before = scorecards(of_suppliers, TODAY, POLICY)
    more = of_suppliers | {supplier: [*of_suppliers.get(supplier, []), good]}
    after = scorecards(more, TODAY, POLICY)
    for name, old in before.items():
        new = after[name]
        assert new.otif >= old.otif - 1e-12
        assert new.on_time >= old.on_time - 1e-12
        assert old.fill is None or (new.fill or 0) >= old.fill - 1e-12
        assert old.quality is None or (new.quality or 0) >= old.quality - 1e-12


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_the_records_is_of_no_matter(of_suppliers: dict[str, list[LineRecord]], random: object) -> None:
    shuffled = {}
    for name in reversed(list(of_suppliers)):
        shuffled[name] = list(of_suppliers[name])
        random.shuffle(shuffled[name])  # type: ignore[attr-defined]
    assert scorecards(shuffled, TODAY, POLICY) == scorecards(of_suppliers, TODAY, POLICY)
