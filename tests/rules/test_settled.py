"""What stands on weighed shelves alone: its weighed count is the truth once all is at rest, and settles once."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.ledger import Book, derive
from quietshelf.rules.looks import shown
from quietshelf.rules.policy import Policy
from quietshelf.rules.settled import on_its_shelf, settled

POLICY = Policy()
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = "front/1"


def fact(minutes: int, kind: Kind, quantity: int, place: str | None = None, *, packs: bool = False) -> Fact:
    return Fact(NOON + timedelta(minutes=minutes), kind, quantity, f"{minutes}:{kind}:{quantity}", place, packs=packs)


COUNTED = fact(0, Kind.COUNT, 12)
WEIGHED = fact(1, Kind.COUNT, 12, PLACE)


def book(hours: float, *facts: Fact) -> Book:
    until = NOON + timedelta(hours=hours)
    return on_its_shelf(derive([COUNTED, WEIGHED, *facts], until, POLICY), until, POLICY)


def settles(hours: float, *facts: Fact, doubt: str | None = None) -> Fact | None:
    return settled(book(hours, *facts), doubt, NOON + timedelta(hours=hours), POLICY)


def test_two_hours_after_the_last_sale_the_shelf_is_the_truth_at_its_last_word() -> None:
    bought = fact(10, Kind.PICK, 2, PLACE), fact(15, Kind.SALE, 2)
    assert settles(2.2, *bought) is None
    count = settles(2.25, *bought)
    assert count is not None
    assert (count.quantity, count.happened, count.place) == (10, NOON + timedelta(minutes=10), None)
    assert count.key == "settled:10:pick:2"


def test_nothing_settles_while_something_waits() -> None:
    assert settles(2.1, fact(10, Kind.PICK, 2, PLACE)) is None  # a basket
    assert settles(20, fact(10, Kind.SALE, 2, packs=True)) is None  # an order to be packed
    assert settles(20, fact(10, Kind.PUT, 6, PLACE)) is None  # put there before its receipt
    assert settles(20, fact(10, Kind.RECEIPT, 6)) is None  # received, and not put there yet


def test_nothing_settles_on_a_shelf_that_can_not_be_trusted() -> None:
    assert settles(20) is not None
    assert settles(20, doubt="node_silent") is None


def test_a_count_by_hand_after_the_last_word_leaves_nothing_to_settle() -> None:
    assert settles(20, fact(90, Kind.COUNT, 12)) is None


def test_what_the_book_has_in_the_back_is_astray_after_a_day() -> None:
    came = fact(10, Kind.RECEIPT, 6), fact(40, Kind.PUT, 5, PLACE)
    assert book(24, *came).disagreement == 0
    assert book(24, *came).expires_at == NOON + timedelta(hours=24, minutes=40)
    assert book(25, *came).disagreement == 1
    assert settles(30, *came) is None  # a person looks: no difference is settled by itself


def test_with_nothing_received_it_is_astray_at_once() -> None:
    assert book(0.5, fact(5, Kind.ADJUSTMENT, 2)).disagreement == 2


def test_a_loss_that_settled_stays_said_until_a_person_counts() -> None:
    stolen = fact(10, Kind.PICK, 3, PLACE)
    count = settles(5, stolen)
    assert count is not None
    assert (book(5, stolen, count).lost_since_count, book(5, stolen, count).book) == (3, 9)
    assert book(7, stolen, count, fact(360, Kind.COUNT, 9)).lost_since_count == 0
    sale = fact(11, Kind.SALE, 3)  # learnt late: it takes its loss back, and the shelf was right all along
    assert (book(7, stolen, count, sale).book, book(7, stolen, count, sale).lost_since_count) == (9, 0)


def test_a_settled_count_is_no_look() -> None:
    count = settles(20)
    assert count is not None
    assert shown([count], None, ZoneInfo("UTC")).looks == 0


EVENTS = st.lists(
    st.tuples(st.integers(1, 200), st.sampled_from(["buy", "steal", "refill", "put back", "late"]), st.integers(1, 4)),
    max_size=8,
)


def lived(script: list[tuple[int, str, int]]) -> list[Fact]:
    """The facts of a SKU that stands on its shelf alone."""
    facts, minute = [COUNTED, WEIGHED], 1
    for gap, what, units in script:
        minute += gap
        if what == "refill":
            facts += [fact(minute, Kind.RECEIPT, units), fact(minute + 1, Kind.PUT, units, PLACE)]
            continue
        facts.append(fact(minute, Kind.PICK, units, PLACE))
        if what == "put back":
            facts.append(fact(minute + 3, Kind.PUT, units, PLACE))
        elif what != "steal":
            facts.append(fact(minute + (100 if what == "late" else 5), Kind.SALE, units))
    return facts


@given(EVENTS, st.integers(0, 3000), st.integers(0, 2**32))
def test_settling_changes_no_book_and_settles_once_in_whatever_order_facts_came(
    script: list[tuple[int, str, int]], minutes: int, seed: int
) -> None:
    facts, until = lived(script), NOON + timedelta(minutes=minutes)
    facts = [one for one in facts if one.happened <= until]
    before = on_its_shelf(derive(facts, until, POLICY), until, POLICY)
    count = settled(before, None, until, POLICY)
    shuffled = Random(seed).sample(facts, len(facts))
    again = on_its_shelf(derive(shuffled, until, POLICY), until, POLICY)
    assert settled(again, None, until, POLICY) == count
    if count is None:
        return
    after = on_its_shelf(derive([count, *shuffled, count], until, POLICY), until, POLICY)
    assert (after.book, after.on_hand, after.sensed, after.lost_since_count, after.disagreement) == (
        before.book,
        before.on_hand,
        before.sensed,
        before.lost_since_count,
        before.disagreement,
    )
    assert settled(after, None, until, POLICY) is None
