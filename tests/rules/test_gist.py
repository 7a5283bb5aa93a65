"""Laws: what a gist says on any later day is what the facts say; where it can't, it says nothing."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.feedback import Lot
from quietshelf.rules.gist import Gist, Reading, gist_of, read, with_sale
from quietshelf.rules.policy import Policy
from quietshelf.rules.stock import Calendar
from quietshelf.rules.velocity import net_days

LONDON = ZoneInfo("Europe/London")
POLICY = Policy()
START = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)

KINDS = [*[Kind.SALE] * 5, Kind.RECEIPT, Kind.RETURN, Kind.ADJUSTMENT, Kind.COUNT]


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Up to a year of a SKU that no shelf weighs, in order of happening."""
    at, facts = START, []
    for n in range(draw(st.integers(0, 25))):
        at += draw(st.integers(1, 40 * 24)) * timedelta(hours=1)
        kind = draw(st.sampled_from(KINDS))
        quantity = draw(st.sampled_from([1, 1, 2, 3, 30]))
        if kind in (Kind.ADJUSTMENT, Kind.COUNT):
            quantity -= draw(st.sampled_from([1, 2]))
        if kind is Kind.COUNT:
            quantity = max(0, quantity)
        one_off = kind is Kind.SALE and draw(st.integers(0, 9)) == 0
        facts.append(Fact(at, kind, quantity, f"{n}", price_minor=draw(st.sampled_from([None, 500])), one_off=one_off))
    return facts


def lots_of(facts: list[Fact]) -> list[Lot]:
    """Each other receipt as a lot that was ordered by the rule."""
    receipts = [fact for fact in facts if fact.kind is Kind.RECEIPT]
    return [Lot(frozenset({fact.key}), Fraction(1, 3)) for fact in receipts[::2]]


def calendar(until: datetime, closed: list[int]) -> Calendar:
    days = sorted(START.date() + DAY * day for day in closed)
    return Calendar(LONDON, until, START.date(), tuple(day for day in days if day <= until.date()))


def gist(facts: list[Fact], until: datetime, lots: list[Lot], closed: list[int]) -> Gist:
    return gist_of(facts, net_days(facts, LONDON), lots, calendar(until, closed), POLICY)


def what_the_facts_say(facts: list[Fact], until: datetime, lots: list[Lot], closed: list[int]) -> Reading | None:
    return read(gist(facts, until, lots, closed), lots, calendar(until, closed), POLICY)


def agree(one: Reading, other: Reading | None, at: datetime) -> bool:
    """Whether two readings say the same, of the stock in the days that the rules look at too."""
    if one != other or other is None:
        return False
    last = at.astimezone(LONDON).date()
    first = last - DAY * (POLICY.recent_days - 1)
    return one.stock.in_stock(first, last) == other.stock.in_stock(first, last)


closings = st.lists(st.integers(0, 700), max_size=60, unique=True)


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 24 * 60), st.lists(st.integers(0, 200), max_size=6), closings)
def test_what_a_gist_says_on_later_days_is_what_the_facts_say(
    facts: list[Fact], hours: int, later: list[int], closed: list[int]
) -> None:
    newest = facts[-1].happened if facts else START
    lots = lots_of(facts)
    until = newest + timedelta(hours=hours / 60)
    known = gist(facts, until, lots, closed)
    assert known.lasts
    for days in later:
        at = until + DAY * days
        said = read(known, lots, calendar(at, closed), POLICY)
        assert said is None or agree(said, what_the_facts_say(facts, at, lots, closed), at)


@settings(max_examples=300, deadline=None)
@given(histories(), st.integers(0, 25), st.integers(0, 90))
def test_sales_are_added_to_a_gist_as_if_the_facts_were_read_anew(facts: list[Fact], first: int, days: int) -> None:
    known, rest = facts[:first], facts[first:]
    until = known[-1].happened if known else START
    lots = lots_of(known)
    now: Gist | None = gist(known, until, lots, [])
    for n, fact in enumerate(rest, first + 1):
        now = with_sale(now, fact, LONDON) if now else None
        assert now is None or (now.book, now.ended) == (
            (whole := gist(facts[:n], fact.happened, lots, [])).book,
            whole.ended,
        )
        if now is None:
            assert fact.kind is not Kind.SALE or fact.one_off or lots
            break
        at = fact.happened + DAY * days
        said = read(now, lots, calendar(at, []), POLICY)
        assert said is None or agree(said, what_the_facts_say(facts[:n], at, lots, []), at)


def test_a_gist_is_enough_for_the_days_of_a_usual_sku() -> None:
    counted = Fact(START, Kind.COUNT, 500, "c")
    sold = [Fact(START + DAY * day, Kind.SALE, 2, f"s{day}", price_minor=500) for day in range(1, 100)]
    now: Gist | None = gist([counted], START, [], [])
    for sale in sold:
        now = now and with_sale(now, sale, LONDON)
    assert now is not None
    said = read(now, [], calendar(sold[-1].happened + 30 * DAY, []), POLICY)
    assert said is not None
    assert (said.sold_in_window, said.in_stock.sold, int(said.in_stock.since_sale)) == (60, 60, 30)


def test_a_later_sale_does_not_end_a_lot_unread() -> None:
    came = Fact(START, Kind.RECEIPT, 3, "r")
    lots = [Lot(frozenset({"r"}), Fraction(1, 3))]
    known = gist([came], START, lots, [])
    assert with_sale(known, Fact(START + DAY, Kind.SALE, 2, "s"), LONDON) is not None
    assert with_sale(known, Fact(START + DAY, Kind.SALE, 3, "s"), LONDON) is None


def test_what_a_return_may_still_take_back_is_read_from_the_facts() -> None:
    back = Fact(START, Kind.RETURN, 1, "r", takes_back="a sale that comes later")
    assert not gist([Fact(START - DAY, Kind.COUNT, 5, "c"), back], START, [], []).lasts
