"""A SKU's past, told from its facts and its order lines as the rules would have seen it then."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from quietshelf.rules.almanac import Almanac, Delivered, Hours, leads_of
from quietshelf.rules.causes import Cause, by_cause, losses
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.leadtimes import Closing
from quietshelf.rules.ledger import course
from quietshelf.rules.lives import Receipt, SkuLife
from quietshelf.rules.needs import Need
from quietshelf.rules.past import SkuPast, life_of
from quietshelf.rules.policy import Policy
from quietshelf.rules.said import NOTHING_SAID, Noted, Pin, Said
from quietshelf.rules.stock import Calendar, stock_of, window_of
from quietshelf.rules.triggers import Line
from quietshelf.rules.velocity import InStock, net_days, velocity

POLICY = Policy()
LONDON = ZoneInfo("Europe/London")
START = date(2026, 6, 1)
HOURS = Hours(timedelta(hours=9), timedelta(hours=18))


def on(day: int) -> date:
    return START + timedelta(days=day)


def at(day: int, hour: int = 12) -> datetime:
    return datetime.combine(on(day), time(hour), LONDON).astimezone(UTC)


def fact(day: int, kind: Kind, quantity: int, hour: int = 12) -> Fact:
    return Fact(at(day, hour), kind, quantity, f"{kind}{day}/{hour}", price_minor=1000)


def counted(day: int, quantity: int, hour: int = 8) -> Fact:
    return fact(day, Kind.COUNT, quantity, hour)


def sells(per_day: int, first: int, last: int) -> list[Fact]:
    return [fact(day, Kind.SALE, per_day, 15) for day in range(first, last + 1)]


def lived(
    facts: list[Fact],
    *lines: Line,
    days: int = 120,
    began: int | None = None,
    quoted: int | None = 8,
    until: datetime | None = None,
    said: Said = NOTHING_SAID,
    closing: Closing | None = None,
) -> SkuLife:
    """The life of a SKU of a site that sold something every day until the last of so many."""
    known_until = until or at(days - 1, 18)
    calendar = Calendar.of(LONDON, known_until, [on(day) for day in range(days)], POLICY)
    almanac = Almanac.of(calendar, HOURS)
    assert almanac is not None
    leads = leads_of(Delivered("Northgate", (), quoted, closing=closing), almanac, POLICY)
    past = SkuPast("TEA", facts, lines, 1000, 400, said=said)
    return life_of(past, leads, almanac, START, on(began) if began is not None else None, POLICY)


def by_day(life: SkuLife) -> dict[int, tuple[int, int, float]]:
    return {(day.day - START).days: (day.stock, day.sold, day.out) for day in life.days}


def lost(life: SkuLife) -> dict[Cause, int]:
    return {cause: minor for cause, minor in by_cause(losses(life, POLICY), START, on(999)).items() if minor}


def test_days_have_no_gaps_and_end_with_the_day_of_t() -> None:
    life = lived([counted(3, 100), *sells(2, 3, 40)], days=60)
    assert [day.day for day in life.days] == [on(day) for day in range(3, 60)]
    assert by_day(life)[10] == (100 - 16, 2, 0.0)
    assert by_day(life)[59] == (24, 0, 0.0)


def test_nothing_counts_before_the_first_receipt_and_nothing_beyond_t() -> None:
    life = lived([fact(20, Kind.RECEIPT, 50), *sells(1, 21, 30), fact(45, Kind.SALE, 9)], days=60, until=at(40))
    assert [day.day for day in (life.days[0], life.days[-1])] == [on(20), on(40)]


def test_a_day_is_out_for_as_much_of_its_hours_as_the_shelf_was_empty() -> None:
    life = lived([counted(0, 20), *sells(2, 0, 9), fact(12, Kind.RECEIPT, 40, hour=12), *sells(2, 12, 20)])
    out = {day: round(share, 2) for day, (_, _, share) in by_day(life).items() if share}
    assert out == {9: 0.33, 10: 1.0, 11: 1.0, 12: 0.33}  # sold out at three of nine to six; goods at noon


def test_velocity_is_that_of_the_evening_before_as_the_rules_had_it() -> None:
    facts = [counted(0, 120), *sells(2, 0, 59), fact(75, Kind.RECEIPT, 90), *sells(3, 76, 100)]
    life = lived(facts)
    for day in life.days[POLICY.in_stock_at_least_days :]:
        known_until = datetime.combine(day.day, time(), LONDON).astimezone(UTC) - timedelta(seconds=1)
        calendar = Calendar.of(LONDON, known_until, [on(n) for n in range(200)], POLICY)
        stock = stock_of(facts, course(facts, known_until, POLICY).steps, calendar)
        read = window_of(stock, POLICY)
        sold = sum(s.units for d, s in net_days(facts, LONDON).items() if read.first <= d <= read.last)
        expected = velocity(0, POLICY, InStock(sold, read.in_stock, Fraction(0))).per_day
        assert abs(day.per_day - expected) < 0.01, day.day


def test_what_was_there_when_records_begin_had_sold_before_them() -> None:
    known = lived([counted(0, 200), *sells(2, 0, 59)], days=60)
    assert [day.per_day for day in known.days] == [2.0] * 60
    new = lived([fact(0, Kind.RECEIPT, 200, hour=8), *sells(2, 0, 59)], days=60)
    assert [round(new.days[at].per_day, 2) for at in (1, 15, 30)] == [0.07, 1.0, 2.0]


def test_an_imported_orders_trigger_is_the_first_day_at_or_below_yellow() -> None:
    # 2 a day from 200; Yellow is 2 x (12 + 6 + 1) = 38, which is reached on day 80
    line = Line("LK-1", 90, on(86), on(94), (Receipt(on(94), 90),), on(94))
    life = lived([counted(0, 200), *sells(2, 0, 99), fact(94, Kind.RECEIPT, 90)], line)
    (order,) = life.orders
    assert (order.number, order.sent_on, order.promised_on) == ("LK-1", on(86), on(94))
    assert order.drafted_on == on(80)
    assert order.ruled_units == order.sent_units == 90


def test_an_order_sent_before_it_was_needed_is_triggered_the_day_it_was_sent() -> None:
    line = Line("LK-1", 90, on(30), on(38), (Receipt(on(38), 90),), on(38))
    life = lived([counted(0, 200), *sells(2, 0, 80), fact(38, Kind.RECEIPT, 90)], line, days=81)
    assert [order.drafted_on for order in life.orders] == [on(30)]


def test_the_day_that_our_own_draft_was_made_is_its_trigger() -> None:
    ours = Line("PO-1", 60, on(84), on(92), (Receipt(on(92), 60),), on(92), drafted_on=on(83), ruled_units=90)
    life = lived([counted(0, 200), *sells(2, 0, 99), fact(92, Kind.RECEIPT, 60)], ours, began=40)
    assert [(order.drafted_on, order.ruled_units, order.cut) for order in life.orders] == [(on(83), 90, True)]


def test_a_need_that_nobody_has_ordered_waits_without_a_number() -> None:
    life = lived([counted(0, 200), *sells(2, 0, 99)], days=105)
    assert [(order.number, order.drafted_on, order.sent_on) for order in life.orders] == [("", on(80), None)]
    assert lost(life).keys() == {Cause.PURCHASING}  # ordered on day 80, it would have come on day 88


def test_what_a_manager_kept_at_least_triggers_from_the_day_that_was_said() -> None:
    """38 would be Yellow; "keep at least 90" wanted more from the day on which it was said."""
    sold = [counted(0, 100), *sells(2, 0, 40)]
    twelfth, twentieth = on(12), on(20)
    said = [
        lived(sold, days=41, said=NOTHING_SAID),
        lived(sold, days=41, said=Said(keeps=(Pin(90, twelfth),))),
        lived(sold, days=41, said=Said(keeps=(Pin(90, twelfth, twentieth),))),
    ]
    assert [[order.drafted_on for order in life.orders] for life in said] == [[on(30)], [twelfth], [on(30)]]


def test_a_pinned_quantity_is_what_the_rule_wanted() -> None:
    plain = lived([counted(0, 100), *sells(2, 0, 40)], days=41)
    pinned = lived([counted(0, 100), *sells(2, 0, 40)], days=41, said=Said(quantities=(Pin(24, on(5)),)))
    assert [(life.orders[0].drafted_on, life.orders[0].ruled_units) for life in (plain, pinned)] == [
        (on(30), 90),
        (on(30), 24),
    ]


def test_a_known_need_is_wanted_a_lead_time_before_its_day_and_no_sale_of_every_day() -> None:
    fair = Said((Noted(Need(1, 60, on(40)), on(10)),))
    sold = [counted(0, 150), *sells(2, 0, 50), fact(40, Kind.SALE, 60, 10)]
    life = lived(sold, days=51, said=fair)
    day = {(day.day - START).days: day for day in life.days}
    assert [day[n].kept for n in (27, 28, 39, 40, 41)] == [0, 60, 60, 0, 0]  # 12 days when late, and the next look
    assert (day[40].sold, day[40].for_needs, day[40].largest_sale, day[45].per_day) == (2, 60, 2, 2.0)
    assert (life.orders[0].drafted_on, life.orders[0].ruled_units) == (on(28), 60)


def test_a_need_that_was_taken_back_is_kept_for_until_that_day() -> None:
    fair = Said((Noted(Need(1, 60, on(40)), on(10), on(30)),))
    life = lived([counted(0, 200), *sells(2, 0, 50)], days=51, said=fair)
    assert {(day.day - START).days for day in life.days if day.kept} == {28, 29}


def test_a_known_need_that_waited_for_a_person_is_no_wrong_prediction() -> None:
    """The fair takes 60 of 90 on the 40th; ordered when it was due, goods would have been there ever after."""
    sold = [counted(0, 140), *sells(2, 0, 39), fact(40, Kind.SALE, 60, 10)]
    late = Line("PO-1", 150, on(42), on(50), (Receipt(on(50), 150),))
    came = fact(50, Kind.RECEIPT, 150, 8)
    facts = [*sold, came, *sells(2, 50, 60)]
    assert lost(lived(facts, late, days=61, said=Said((Noted(Need(1, 60, on(40)), on(10)),)))).keys() == {
        Cause.PURCHASING
    }


def test_closing_days_on_the_way_let_the_rule_order_sooner() -> None:
    sold = [counted(0, 100), *sells(2, 0, 40)]
    life = lived(sold, days=41, closing=Closing(on(30), on(35)))
    assert life.orders[0].drafted_on == on(24)  # six days more of cover


def test_a_late_order_loses_from_its_promise_to_its_goods() -> None:
    line = Line("LK-1", 90, on(80), on(88), (Receipt(on(110), 90),), on(110))
    life = lived([counted(0, 200), *sells(2, 0, 99), fact(110, Kind.RECEIPT, 90), *sells(2, 110, 119)], line)
    assert lost(life).keys() == {Cause.SUPPLY}
    days_out = 1 / 3 + 10 + 1 / 3  # from three on day 99 to noon on day 110
    assert abs(lost(life)[Cause.SUPPLY] - days_out * 2 * 600) < 600


def test_todays_stock_alone_tells_the_stock_of_every_day_since_the_first_receipt() -> None:
    known = [counted(0, 150), *sells(2, 0, 90), fact(30, Kind.RECEIPT, 60)]
    today = counted(119, 150 + 60 - 2 * 91)
    backwards = lived([*known[1:], today])
    assert by_day(backwards) == {day: said for day, said in by_day(lived([*known, today])).items() if day >= 30}
    assert backwards.looks == ()


def test_what_a_count_finds_missing_is_a_look_that_disagreed() -> None:
    life = lived([counted(0, 100), *sells(1, 0, 39), counted(70, 0)], days=80)
    (look,) = life.looks
    assert (look.on, look.found, look.booked) == (on(70), 0, 60)
    assert life.days[-1].out == 1.0
    assert life.days[69].out == 1.0  # it had not sold for long: it was gone
    assert lost(life)[Cause.COUNTS] > 0


facts_of_a_shop = st.lists(
    st.tuples(
        st.integers(0, 89),
        st.sampled_from([Kind.SALE, Kind.SALE, Kind.SALE, Kind.RECEIPT, Kind.RETURN, Kind.ADJUSTMENT, Kind.COUNT]),
        st.integers(1, 20),
        st.integers(9, 18),
    ),
    max_size=40,
    unique_by=lambda row: (row[0], row[1], row[3]),
)


@settings(max_examples=60, deadline=None)
@given(rows=facts_of_a_shop, turned=st.randoms())
def test_any_order_of_the_facts_gives_the_same_life_without_gaps(
    rows: list[tuple[int, Kind, int, int]], turned: Random
) -> None:
    facts = [fact(day, kind, quantity, hour) for day, kind, quantity, hour in rows]
    life = lived(facts, days=90)
    turned.shuffle(facts)
    assert lived(facts, days=90) == life
    days = [day.day for day in life.days]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))] if days else True
    assert not days or days[-1] == on(89)
    assert all(0 <= day.out <= 1 and day.stock >= 0 for day in life.days)
    losses(life, POLICY)


@given(
    st.lists(st.tuples(st.integers(0, 110), st.integers(1, 300)), max_size=3),
    st.lists(st.tuples(st.integers(0, 110), st.integers(1, 90), st.integers(0, 110)), max_size=3),
)
@settings(max_examples=40)
def test_what_was_taken_back_on_the_day_it_was_said_changes_nothing(
    pins: list[tuple[int, int]], needs: list[tuple[int, int, int]]
) -> None:
    sold = [counted(0, 150), *sells(2, 0, 110), fact(60, Kind.SALE, 30, 10)]
    of_a_moment = tuple(Pin(units, on(day), on(day)) for day, units in pins)
    noted = tuple(Noted(Need(n, units, on(wanted)), on(day), on(day)) for n, (wanted, units, day) in enumerate(needs))
    said = Said(noted, of_a_moment, of_a_moment)
    assert replace(lived(sold, said=said), said=NOTHING_SAID) == lived(sold)


@given(st.integers(1, 400), st.integers(0, 100))
@settings(max_examples=40)
def test_keeping_more_never_lets_the_rule_want_later(units: int, since: int) -> None:
    sold = [counted(0, 150), *sells(2, 0, 110)]
    plain, kept = lived(sold), lived(sold, said=Said(keeps=(Pin(units, on(since)),)))
    assert kept.orders[0].drafted_on <= plain.orders[0].drafted_on
