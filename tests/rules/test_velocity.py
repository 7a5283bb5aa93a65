"""Velocity over any sales and returns: what came back is taken from its own sale, and never below nothing."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.velocity import net_days

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@st.composite
def sales_and_returns(draw: st.DrawFn) -> list[Fact]:
    """A few weeks of sales and returns, some with a buyer, some naming the sale they take back."""
    facts = []
    for n in range(draw(st.integers(0, 12))):
        back = draw(st.booleans()) and n > 0
        facts.append(
            Fact(
                NOON + timedelta(hours=draw(st.integers(0, 500))),
                Kind.RETURN if back else Kind.SALE,
                draw(st.integers(1, 9)),
                f"k{n}",
                price_minor=draw(st.sampled_from([None, 100, 250])),
                party=draw(st.sampled_from([None, "ann", "bob"])),
                takes_back=draw(st.sampled_from([None, "k0", "k1"])) if back else None,
            )
        )
    return facts


@given(sales_and_returns(), st.integers())
def test_any_order_and_any_repeats_give_the_same_days(facts: list[Fact], seed: int) -> None:
    random = Random(seed)
    again = facts + random.choices(facts, k=3) if facts else []
    random.shuffle(again)
    assert net_days(again, LONDON) == net_days(facts, LONDON)


@given(sales_and_returns())
def test_no_day_is_below_nothing_and_no_return_takes_more_than_it_brought(facts: list[Fact]) -> None:
    days = net_days(facts, LONDON)
    sold = sum(fact.quantity for fact in facts if fact.kind is Kind.SALE)
    back = sum(fact.quantity for fact in facts if fact.kind is Kind.RETURN)
    assert all(day.units >= 0 and day.revenue_minor >= 0 for day in days.values())
    assert max(0, sold - back) <= sum(day.units for day in days.values()) <= sold


def sale(hours: int, quantity: int, key: str, party: str | None = None, price: int = 100) -> Fact:
    return Fact(NOON + timedelta(hours=hours), Kind.SALE, quantity, key, price_minor=price, party=party)


def test_a_huge_order_cancelled_minutes_later_was_never_demand() -> None:
    bought, others = sale(0, 74215, "s1", "12346"), sale(-24, 10, "s0")
    cancelled = Fact(NOON + timedelta(minutes=16), Kind.RETURN, 74215, "c1", party="12346", price_minor=100)
    days = net_days([bought, others, cancelled], LONDON)
    assert {day: sums.units for day, sums in days.items()} == {date(2026, 3, 1): 10, date(2026, 3, 2): 0}


def test_a_return_weeks_later_lowers_the_day_of_its_own_sale_not_the_day_it_came_back() -> None:
    own, newer = sale(0, 5, "s1", "ann"), sale(24 * 20, 7, "s2")
    back = Fact(NOON + timedelta(days=21), Kind.RETURN, 2, "r", party="ann", price_minor=100)
    days = net_days([own, newer, back], LONDON)
    assert {day: sums.units for day, sums in days.items()} == {date(2026, 3, 2): 3, date(2026, 3, 22): 7}


def test_a_return_without_a_buyer_takes_back_the_newest_sale_before_it() -> None:
    facts = [sale(0, 5, "s1"), sale(24, 5, "s2"), sale(72, 5, "s3")]
    back = Fact(NOON + timedelta(hours=48), Kind.RETURN, 6, "r")
    days = net_days([*facts, back], LONDON)
    assert [sums.units for _, sums in sorted(days.items())] == [4, 0, 5]


def test_a_sale_at_midnight_belongs_to_the_day_of_the_shop_s_own_clock() -> None:
    half_past_eleven_utc_in_summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    facts = [Fact(half_past_eleven_utc_in_summer, Kind.SALE, 1, "s")]
    assert list(net_days(facts, LONDON)) == [date(2026, 7, 2)]
    assert list(net_days(facts, ZoneInfo("America/New_York"))) == [date(2026, 7, 1)]
