"""A law: until the day on which a SKU is to be decided again, deciding it says the same of its zone, line and mark."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quietshelf.rules.decide import decide
from quietshelf.rules.decision import Decision
from quietshelf.rules.facts import Fact, Kind
from quietshelf.rules.gist import Gist, read
from quietshelf.rules.item import Item, Supply
from quietshelf.rules.leadtimes import Closing, LeadTime, OpenOrder
from quietshelf.rules.ordering import Act, Terms
from quietshelf.rules.plans import NO_PLAN, Plan
from quietshelf.rules.policy import Policy
from quietshelf.rules.steady import decide_again_on
from tests.rules.test_gist import DAY, START, calendar, gist, histories

POLICY = Policy()
NORTHGATE = Supply("Northgate", Terms(pack=6), LeadTime(Fraction(9), Fraction(10), 20))


def item(known: Gist, at: datetime, **more: Any) -> Item:
    said = read(known, [], calendar(at, []), POLICY)
    assert said is not None
    base = Item(
        "TEA-0114",
        calendar(at, []).last,
        known.book,
        said.sold_in_window,
        said.revenue_in_window_minor,
        said.sold_in_lot_days,
        900,
        400,
        NORTHGATE,
        in_stock=said.in_stock,
        last_piece_gone=said.last_piece_gone,
        silence=said.silence,
    )
    return replace(base, **more)


def outcome(decision: Decision) -> tuple[Any, ...]:
    act = decision.line.act
    opened = [one.key for one in decision.openings]
    return decision.zone, act if act is not Act.ADD else None, decision.mark, opened, decision.looks_gone


@st.composite
def supplies(draw: st.DrawFn) -> Supply | None:
    if draw(st.integers(0, 9)) == 0:
        return None
    typical = Fraction(draw(st.integers(0, 60)), 2)
    first = START.date() + timedelta(days=draw(st.integers(0, 500)))
    return replace(
        NORTHGATE,
        lead=LeadTime(typical, typical * Fraction(draw(st.sampled_from([1, 2]))), 20),
        order_day=draw(st.sampled_from([None, None, 1, 5])),
        closing=Closing(first, first + 9 * DAY) if draw(st.integers(0, 4)) == 0 else None,
    )


@st.composite
def orders(draw: st.DrawFn, today: date) -> tuple[OpenOrder, ...]:
    if draw(st.integers(0, 3)):
        return ()
    promised = today + timedelta(days=draw(st.integers(-30, 40)))
    return (OpenOrder("PO-1", draw(st.integers(1, 60)), today - 9 * DAY, promised),)


PLANS = [NO_PLAN, NO_PLAN, Plan(keep_at_least=5), Plan(ending=True), Plan(ends_on=date(2026, 9, 1))]


@settings(max_examples=400, deadline=None)
@given(st.data(), histories(), st.integers(0, 200), st.sampled_from(PLANS))
def test_a_decision_stands_until_its_day(data: st.DataObject, facts: list[Fact], days: int, plan: Plan) -> None:
    known = gist(facts, facts[-1].happened if facts else START, [], [])
    now = (facts[-1].happened if facts else START) + DAY * days
    if read(known, [], calendar(now, []), POLICY) is None:
        known = gist(facts, now, [], [])
    today = calendar(now, []).last  # the site's: in summer London's day begins an hour before UTC's
    more = {"supply": data.draw(supplies()), "open_orders": data.draw(orders(today)), "plan": plan}
    first = decide(item(known, now, **more), POLICY)
    again_on = decide_again_on(first, known, POLICY)
    assert again_on is None or again_on > today
    for n in range(1, 240):
        at = now + DAY * n
        if again_on is not None and calendar(at, []).last >= again_on:
            break
        later_gist = known if read(known, [], calendar(at, []), POLICY) else gist(facts, at, [], [])
        later = decide(item(later_gist, at, previous_zone=first.zone, **more), POLICY)
        assert outcome(later) == outcome(first)


@pytest.mark.parametrize(("left", "waits_days"), [(40, 34), (100, 60), (5000, 60)])
def test_a_sku_that_sells_and_has_enough_waits_for_its_mark(left: int, waits_days: int) -> None:
    counted = Fact(START, Kind.COUNT, left + 60, "c")
    sold = [Fact(START + DAY * day, Kind.SALE, 1, f"s{day}") for day in range(1, 61)]
    known = gist([counted, *sold], sold[-1].happened, [], [])
    decision = decide(item(known, sold[-1].happened, silence=None), POLICY)
    again_on = decide_again_on(decision, known, POLICY)
    assert again_on is not None
    assert (again_on - sold[-1].happened.date()).days == waits_days


def test_a_sku_that_falls_silent_is_decided_when_somebody_may_have_to_look() -> None:
    counted = Fact(START, Kind.COUNT, 100, "c")
    sold = [Fact(START + DAY * day, Kind.SALE, 1, f"s{day}") for day in range(1, 61)]
    known = gist([counted, *sold], sold[-1].happened, [], [])
    again_on = decide_again_on(decide(item(known, sold[-1].happened), POLICY), known, POLICY)
    assert again_on == sold[-1].happened.date() + 4 * DAY


def test_what_nobody_has_or_wants_waits_for_ever() -> None:
    known = gist([], START, [], [])
    assert decide_again_on(decide(item(known, START), POLICY), known, POLICY) is None
