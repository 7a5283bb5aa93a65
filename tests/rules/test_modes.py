"""The modes: each changes what it is meant to, never the other way, and nothing where its condition does not hold."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.budget import Wish, fill, lost_by_waiting, spent
from quietshelf.rules.causes import Cause
from quietshelf.rules.decide import decide
from quietshelf.rules.item import Item
from quietshelf.rules.modes import InMode, Recent, chance_of_more
from quietshelf.rules.zones import Zone
from tests.rules.test_decide import POLICY, drafted, item, items

SEVERITY = [Zone.GREEN, Zone.YELLOW, Zone.RED]


def recents() -> st.SearchStrategy[Recent]:
    """Any last 14 days, within the 60 that they are part of."""
    days = st.fractions(0, 14, max_denominator=24)
    return st.builds(
        lambda sales, more, units, lately, usual: Recent(sales, units, lately, sales + more, lately + usual),
        st.integers(0, 300),
        st.integers(0, 300),
        st.integers(0, 900),
        days,
        st.fractions(0, 46, max_denominator=24),
    )


def in_mode(known: Item, **what: object) -> Item:
    """The item in a mode."""
    return replace(known, mode=InMode(**what))  # type: ignore[arg-type]


@given(items(), st.sampled_from([Cause.PURCHASING, Cause.COUNTS, Cause.SUPPLY, Cause.CAPITAL, Cause.DEMAND]))
def test_a_mode_that_does_not_touch_a_sku_decides_as_if_it_were_off(known: Item, mode: Cause) -> None:
    before, after = decide(known, POLICY), decide(in_mode(known, mode=mode), POLICY)
    assert replace(after, item=known) == before


@given(items())
def test_the_supply_mode_lowers_no_line(known: Item) -> None:
    before, after = decide(known, POLICY), decide(in_mode(known, mode=Cause.SUPPLY, missed=True), POLICY)
    assert after.at.red >= before.at.red
    assert after.at.yellow >= before.at.yellow
    assert SEVERITY.index(after.zone) >= SEVERITY.index(before.zone)


def test_the_supply_mode_keeps_the_whole_late_lead_time_and_is_red_by_it() -> None:
    tea = item(on_hand=40, sold_60=240)  # 4 a day; Northgate takes 9 days, 10 when late
    before, after = decide(tea, POLICY), decide(in_mode(tea, mode=Cause.SUPPLY, missed=True), POLICY)
    assert [int(before.at.red), int(before.at.yellow)] == [36, 64]  # 10 + 5 + 1 days
    assert [int(after.at.red), int(after.at.yellow)] == [40, 84]  # 10 + 10 + 1 days
    assert (before.zone, after.zone) == (Zone.YELLOW, Zone.RED)
    assert after.figures()["mode"] == {"mode": "supply"}


@given(items(), recents())
def test_the_demand_mode_at_most_doubles_velocity_and_never_lowers_it(known: Item, recent: Recent) -> None:
    before, after = decide(known, POLICY), decide(in_mode(known, mode=Cause.DEMAND, recent=recent), POLICY)
    assert before.velocity.per_day <= after.velocity.per_day <= 2 * before.velocity.per_day


@given(items(), recents())
def test_without_significance_the_demand_mode_changes_nothing(known: Item, recent: Recent) -> None:
    usual = recent.usual_sales / max(recent.usual_days, Fraction(30)) * recent.days
    before, after = decide(known, POLICY), decide(in_mode(known, mode=Cause.DEMAND, recent=recent), POLICY)
    if chance_of_more(recent.sales, float(usual)) >= 0.001:
        assert after.velocity == before.velocity
        assert after.line == before.line


def test_one_buyer_of_many_pieces_does_not_raise_velocity_and_many_buyers_do() -> None:
    tea = item(on_hand=200, sold_60=240)
    bulk = Recent(sales=14, units=120, days=Fraction(14), usual_sales=60, usual_days=Fraction(60))
    rush = replace(bulk, sales=40)
    assert decide(in_mode(tea, mode=Cause.DEMAND, recent=bulk), POLICY).velocity.per_day == 4
    said = decide(in_mode(tea, mode=Cause.DEMAND, recent=rush), POLICY)
    assert said.velocity.per_day == 8
    assert said.figures()["mode"] == {"mode": "demand", "per_day_before": 4.0, "sales": 40}


@given(items(), st.fractions(1, 365, max_denominator=12))
def test_the_capital_mode_never_orders_more_than_the_plain_rule(known: Item, cycle_days: Fraction) -> None:
    before, after = decide(known, POLICY), decide(in_mode(known, mode=Cause.CAPITAL, cycle_days=cycle_days), POLICY)
    assert drafted(after) <= drafted(before)
    assert (drafted(after) > 0) is (drafted(before) > 0)  # cut, never refused: nothing starves for a mode
    assert (after.zone, after.at) == (before.zone, before.at)


@given(items(), st.fractions(1, 365, max_denominator=12))
def test_the_capital_mode_orders_no_more_than_sells_in_the_lead_time_and_the_cash_cycle(
    known: Item, cycle_days: Fraction
) -> None:
    after = decide(in_mode(known, mode=Cause.CAPITAL, cycle_days=cycle_days), POLICY)
    if known.supply is None or not drafted(after):
        return
    most = after.velocity.per_day * (known.supply.lead.typical_days + cycle_days)
    least = max(known.supply.terms.pack, known.supply.terms.minimum_order + known.supply.terms.pack - 1)
    assert drafted(after) <= max(most, Fraction(least))


@st.composite
def wished(draw: st.DrawFn) -> list[Wish]:
    """Any draft lines that want money."""
    return [
        Wish(
            n,
            draw(st.integers(0, 500)),
            draw(st.integers(0, 900)),
            draw(st.booleans()),
            units=draw(st.integers(1, 60)),
            pack=draw(st.integers(1, 12)),
            least=draw(st.integers(0, 20)),
        )
        for n in range(draw(st.integers(0, 12)))
    ]


@given(wished(), st.integers(-200, 2000))
def test_a_filled_budget_never_exceeds_it(wishes: list[Wish], left: int) -> None:
    filled = fill(wishes, left)
    chosen = [wish for wish in wishes if wish.line_id in filled.goes and not wish.by_person]
    by_person = [wish for wish in wishes if wish.by_person]
    paid = sum(wish.cost_of(filled.parts.get(wish.line_id, wish.units)) for wish in chosen)
    assert paid <= max(0, left - spent(by_person))
    assert all(wish.lost_minor for wish in chosen)
    assert filled.goes | filled.waits == {wish.line_id for wish in wishes}
    assert not filled.goes & filled.waits
    assert {wish.line_id for wish in by_person} <= filled.goes
    for wish in chosen:
        if wish.line_id in filled.parts:
            assert wish.least <= filled.parts[wish.line_id] < wish.units
            assert filled.parts[wish.line_id] % wish.pack == 0


@given(st.integers(0, 200), st.integers(0, 200), st.none() | st.integers(0, 60), st.integers(1, 40), st.integers(0, 40))
def test_more_stock_never_makes_waiting_dearer(
    on_hand: int, coming: int, in_days: int | None, next_budget: int, lead: int
) -> None:
    def lost(more: int) -> int:
        return lost_by_waiting(on_hand + more, coming, in_days, Fraction(2), 500, Fraction(lead), next_budget)

    assert 0 <= lost(1) <= lost(0) <= 2 * 500 * next_budget


def test_what_earns_most_for_its_money_is_bought_first() -> None:
    dear, cheap = Wish(1, 900, 1800), Wish(2, 100, 900)
    assert fill([dear, cheap], 950).goes == {2}
