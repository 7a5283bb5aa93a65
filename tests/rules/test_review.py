"""What a month names and proposes, and whether what was tried helped: laws over all inputs. Examples are doctests."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.causes import Cause
from quietshelf.rules.constraint import Calm, Named
from quietshelf.rules.policy import Policy
from quietshelf.rules.review import BeforeAndAfter, Do, Helped, Month, named_in, propose

NAMES: st.SearchStrategy[Named] = st.sampled_from([*Cause, *Calm])
RATES = st.floats(0, 10_000)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_months_follow_each_other_without_gap(day: date) -> None:
    month = Month.of(day)
    assert month.first <= day <= month.last
    assert month.next.before == month == Month.read(str(month))
    assert (month.next.first - month.last).days == 1


@given(NAMES, st.none() | st.sampled_from(list(Cause)), st.booleans(), st.booleans(), st.integers(0), st.integers(0))
def test_a_review_never_turns_on_what_is_on_nor_acts_on_what_is_not_known(
    named: Named, on: Cause | None, end_is_due: bool, can_shift: bool, held: int, lost: int
) -> None:
    do = propose(named, on, end_is_due, can_shift, held, lost)
    if do is Do.MODE:
        assert isinstance(named, Cause)
        assert on is not named
    if do in (Do.END, Do.KEEP):
        assert on is not None
    if named in list(Calm) and do not in (Do.NOTHING, Do.WAIT):
        assert do is Do.END


@given(st.integers(0, 500), RATES, RATES, RATES, RATES)
def test_nothing_helped_that_lost_as_much_as_before(n: int, before: float, after: float, r0: float, r1: float) -> None:
    helped = BeforeAndAfter(n, before, after, r0, r1).helped(Policy())
    if before and after >= before:
        assert helped is Helped.NO
    assert (helped is Helped.UNTOLD) == (not before)


def test_what_fell_only_as_the_rest_fell_did_not_help() -> None:
    assert BeforeAndAfter(5, 100.0, 50.0, 200.0, 100.0).helped(Policy()) is Helped.NO
    assert BeforeAndAfter(5, 100.0, 40.0, 200.0, 100.0).helped(Policy()) is Helped.YES


def test_a_month_without_a_look_names_no_cause_on_few_days() -> None:
    lost = {Cause.COUNTS: 500}
    assert named_in([], lost, 5, None, Policy()) is Calm.UNKNOWN
    assert named_in([], {}, 0, None, Policy()) is Calm.NONE
    assert named_in([Calm.NONE], lost, 50, None, Policy()) is Calm.NONE
