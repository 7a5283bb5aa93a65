"""The decision about any SKU: laws of zones and order lines that hold whatever the figures are."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.decide import decide
from quietshelf.rules.decision import Decision
from quietshelf.rules.expedite import bought_again
from quietshelf.rules.item import Item, Supply
from quietshelf.rules.leadtimes import Closing, LeadTime, OpenOrder, lead_time
from quietshelf.rules.ledger import Book
from quietshelf.rules.ordering import Act, DraftLine, Terms
from quietshelf.rules.policy import Policy
from quietshelf.rules.zones import Zone

POLICY = Policy()
TODAY = date(2026, 11, 24)
NORTHGATE = Supply("Northgate", Terms(pack=12), LeadTime(Fraction(9), Fraction(10), 20))


def item(on_hand: int, sold_60: int, sold_45: int | None = None, supply: Supply | None = NORTHGATE) -> Item:
    """A SKU with so many on hand, that sold so many in 60 days."""
    lot = round(sold_60 * 0.75) if sold_45 is None else sold_45
    return Item("TEA", TODAY, Book(on_hand, on_hand, None, 0, on_hand), sold_60, sold_60 * 1000, lot, 1000, 500, supply)


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Any SKU."""
    leads = draw(st.lists(st.integers(0, 60), max_size=25))
    supply = Supply(
        "S",
        Terms(draw(st.integers(1, 50)), draw(st.integers(0, 100))),
        lead_time(leads, draw(st.none() | st.integers(0, 40)), POLICY),
        tuple(draw(st.lists(st.integers(-5, 40), max_size=6))),
        draw(st.none() | st.integers(1, 7)),
        draw(st.none() | st.just(Closing(date(2026, 12, 24), date(2027, 1, 1)))),
    )
    orders = tuple(
        OpenOrder(f"PO-{n}", draw(st.integers(1, 300)), TODAY - timedelta(days=30), TODAY + timedelta(days=late))
        for n, late in enumerate(draw(st.lists(st.integers(-40, 30), max_size=3)))
    )
    sold = draw(st.integers(0, 600))
    on_hand = draw(st.integers(0, 800))
    return replace(
        item(on_hand, sold, draw(st.integers(0, sold)), draw(st.sampled_from([supply, None]))),
        open_orders=orders,
        previous_zone=draw(st.none() | st.sampled_from(Zone)),
        doubt=draw(st.sampled_from([None, "node_silent"])),
    )


def drafted(decision: Decision) -> int:
    """Units that the decision puts on a draft."""
    return decision.line.proposal.quantity if decision.line.act is Act.ADD and decision.line.proposal else 0


@given(items())
def test_what_is_drafted_makes_the_sku_green_in_whole_packs_and_lots(sku: Item) -> None:
    said = decide(sku, POLICY)
    if drafted(said):
        proposal = said.line.proposal
        assert proposal is not None
        assert sku.supply is not None
        again = bought_again(said.zone, sku.open_orders, TODAY, POLICY)
        position = said.position - (again.counted if again else 0)  # what is far too late is not waited for
        assert proposal.instead_of == (again.number if again else "")
        assert position + proposal.needed > said.at.yellow
        assert proposal.needed == proposal.lot * proposal.lots
        assert proposal.lots == 1 or position + proposal.lot * (proposal.lots - 1) <= said.at.yellow + (
            said.velocity.per_day * POLICY.flap_days
        )
        assert proposal.quantity % sku.supply.terms.pack == 0
        assert proposal.quantity >= max(proposal.needed, sku.supply.terms.minimum_order)


@given(items())
def test_every_yellow_has_its_draft_line_in_the_same_pass(sku: Item) -> None:
    said = decide(sku, POLICY)
    covered = said.on_hand >= said.velocity.per_day * POLICY.no_order_cover_days
    if said.zone is Zone.YELLOW and sku.supply and not covered:
        assert drafted(said) > 0
    if said.zone is Zone.GREEN:
        assert drafted(said) == 0


@given(items(), st.integers(1, 200))
def test_more_on_hand_is_never_a_worse_zone(sku: Item, more: int) -> None:
    badness = [Zone.GREEN, Zone.YELLOW, Zone.RED]
    hand = sku.book.book + more
    richer = replace(sku, book=Book(hand, hand, None, 0, hand))
    assert badness.index(decide(richer, POLICY).zone) <= badness.index(decide(sku, POLICY).zone)


@given(items())
def test_a_decision_made_twice_is_the_same_and_its_figures_are_plain_json(sku: Item) -> None:
    said = decide(sku, POLICY)
    assert decide(sku, POLICY) == said
    json.dumps(said.figures(), allow_nan=False)
    assert said.on_hand >= 0
    assert said.on_order >= 0
    assert {opening.key for opening in said.openings if str(opening.kind) == str(said.zone)} == (
        set() if said.zone is Zone.GREEN else {f"{said.zone}:TEA"}
    )


def test_a_draft_is_never_drafted_twice() -> None:
    first = decide(item(7, 258), POLICY)
    again = decide(replace(item(7, 258), draft=DraftLine(drafted(first), TODAY)), POLICY)
    assert drafted(first) == 204
    assert again.line.act is Act.NONE


def test_a_sku_that_nobody_is_known_to_sell_has_a_zone_and_no_order() -> None:
    said = decide(item(0, 60, supply=None), POLICY)
    assert said.zone is Zone.RED
    assert said.line.act is Act.NONE


def test_a_red_whose_order_comes_in_time_is_not_bought_twice() -> None:
    on_its_way = OpenOrder("PO-2031", 200, TODAY - timedelta(days=8), TODAY + timedelta(days=1))
    said = decide(replace(item(3, 180), open_orders=(on_its_way,)), POLICY)
    assert said.zone is Zone.RED  # 3 a day: it is gone tomorrow, when the order comes
    assert said.line.act is Act.NONE
    assert said.next_delivery_on == TODAY + timedelta(days=1)


def test_an_order_due_tomorrow_spares_a_red_that_lasts_two_days() -> None:
    on_its_way = OpenOrder("PO-2031", 200, TODAY - timedelta(days=8), TODAY + timedelta(days=1))
    assert decide(replace(item(6, 180), open_orders=(on_its_way,)), POLICY).zone is Zone.GREEN


def test_an_order_of_a_former_supplier_comes_as_that_suppliers_orders_do() -> None:
    promised = TODAY - timedelta(days=5)
    northgate = replace(NORTHGATE, delays=(0, 0, 0, 0, 0))
    harrow = LeadTime(Fraction(20), Fraction(30), 20)
    order = OpenOrder("PO-1", 24, TODAY - timedelta(days=20), promised, supplier="Harrow", lead=harrow)
    late = replace(order, delays=(7, 8, 9, 0, 0))  # as late as this one, Harrow's still took 2, 3 and 4 days
    assert [
        decide(replace(item(30, 60, supply=northgate), open_orders=(each,)), POLICY).next_delivery_on
        for each in (order, late)
    ] == [TODAY + timedelta(days=20), TODAY + timedelta(days=3)]


def test_half_of_what_is_16_days_late_counts_as_on_order() -> None:
    late = OpenOrder("PO-2031", 25, TODAY - timedelta(days=40), TODAY - timedelta(days=16))
    assert decide(replace(item(0, 60), open_orders=(late,)), POLICY).on_order == 12


def test_a_doubtful_shelf_puts_the_sku_back_on_its_book() -> None:
    book = Book(book=11, on_hand=7, sensed=7, waiting=4, back=0)
    assert decide(replace(item(0, 60), book=book, doubt="count_doubtful"), POLICY).on_hand == 11
    assert decide(replace(item(0, 60), book=book), POLICY).on_hand == 7


def test_an_empty_shelf_with_stock_in_the_back_is_a_refill_and_not_red() -> None:
    book = Book(book=64, on_hand=64, sensed=0, waiting=0, back=64)
    said = decide(replace(item(0, 60), book=book), POLICY)
    assert [str(opening.kind) for opening in said.openings] == ["shelf_empty"]


def test_it_is_decided_again_when_a_waiting_pick_expires() -> None:
    at = datetime(2026, 11, 24, 14, tzinfo=UTC)
    book = Book(book=9, on_hand=8, sensed=8, waiting=1, back=0, expires_at=at)
    assert decide(replace(item(0, 60), book=book), POLICY).decide_again_at == at


def test_closing_days_within_the_late_lead_time_move_the_yellow_line() -> None:
    """3.4 a day: 16 days of cover are 54; nine closed days on the way make it 25 days, 85."""
    ahead = replace(NORTHGATE, closing=Closing(date(2026, 12, 1), date(2026, 12, 9)))
    past = replace(NORTHGATE, closing=Closing(date(2026, 11, 1), date(2026, 11, 9)))
    said = [decide(item(70, 204, supply=supply), POLICY) for supply in (NORTHGATE, ahead, past)]
    assert said[1].figures()["closed_days"] == 9
    assert [(str(each.zone), round(each.at.yellow)) for each in said] == [("green", 54), ("yellow", 85), ("green", 54)]


def test_closing_days_on_the_way_move_the_red_line() -> None:
    """3.4 a day: an order of today takes 9 days; nine closed days on its way make it 18, and 61 units."""
    closed = replace(NORTHGATE, closing=Closing(date(2026, 12, 1), date(2026, 12, 9)))
    said = [decide(item(50, 204, supply=supply), POLICY) for supply in (NORTHGATE, closed)]
    assert [(str(each.zone), float(each.at.days_until_delivery)) for each in said] == [("yellow", 9.0), ("red", 18.0)]
