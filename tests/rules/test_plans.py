"""What people said of a SKU wins over the rule: laws that hold whatever the figures are."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from quietshelf.rules.decide import decide
from quietshelf.rules.decision import Decision
from quietshelf.rules.exceptions import ExceptionKind
from quietshelf.rules.expedite import bought_again
from quietshelf.rules.item import Item
from quietshelf.rules.leadtimes import OpenOrder
from quietshelf.rules.needs import Need
from quietshelf.rules.ordering import Act
from quietshelf.rules.plans import Plan
from quietshelf.rules.zones import Zone
from tests.rules.test_decide import POLICY, TODAY, drafted, item, items


def with_plan(sku: Item, plan: Plan) -> Decision:
    return decide(replace(sku, plan=plan), POLICY)


@given(items())
def test_what_is_ending_is_never_drafted_and_never_an_alarm(sku: Item) -> None:
    said = with_plan(sku, Plan(ending=True, keep_at_least=50))
    assert said.line.act is Act.NONE
    assert not {opening.kind for opening in said.openings} & {ExceptionKind.RED, ExceptionKind.YELLOW}


def waited_for(said: Decision) -> int:
    """The position, less what is counted of orders so late that the line is bought in their stead."""
    again = bought_again(said.zone, said.item.open_orders, TODAY, POLICY)
    in_stead = said.line.proposal is not None and said.line.proposal.instead_of is not None
    return said.position - (again.counted if again and in_stead else 0)


@given(items(), st.integers(1, 120))
def test_before_it_ends_no_more_comes_than_sells_by_then(sku: Item, days: int) -> None:
    said = with_plan(sku, Plan(ends_on=TODAY + timedelta(days=days)))
    assert drafted(said) == 0 or waited_for(said) + drafted(said) <= said.velocity.per_day * days


def test_what_ends_is_bought_again_in_a_late_orders_stead_as_if_that_never_came() -> None:
    late = OpenOrder("PO-2031", 20, TODAY - timedelta(days=60), TODAY - timedelta(days=30))
    said = with_plan(replace(item(0, 60), open_orders=(late,)), Plan(ends_on=TODAY + timedelta(days=40)))
    assert said.line.proposal is not None
    assert said.line.proposal.instead_of == "PO-2031"
    assert drafted(said) == 36  # one a day until it ends, in packs of 12; the late 20, of which 10 count, are left out


@given(items(), st.integers(1, 900))
def test_a_pinned_quantity_is_all_that_is_ever_drafted(sku: Item, pinned: int) -> None:
    usual, said = decide(sku, POLICY), with_plan(sku, Plan(pinned_quantity=pinned))
    assert drafted(said) == (pinned if drafted(usual) else 0)


@given(items(), st.integers(1, 900))
def test_what_is_kept_at_least_is_there_once_the_draft_has_come(sku: Item, keep: int) -> None:
    said = with_plan(sku, Plan(keep_at_least=keep))
    assert sku.supply is None or said.position + drafted(said) >= keep


@given(items(), st.integers(1, 30))
def test_not_this_time_drafts_nothing_and_hides_nothing(sku: Item, days_ago: int) -> None:
    usual = decide(sku, POLICY)
    said = with_plan(sku, Plan(not_this_time_on=TODAY - timedelta(days=days_ago)))
    assert (said.zone, len(said.openings)) == (usual.zone, len(usual.openings))
    assert drafted(said) == (drafted(usual) if days_ago == 30 else 0)


@given(items(), st.integers(1, 500), st.integers(0, 5))
def test_a_need_that_is_due_is_drafted_once(sku: Item, quantity: int, days: int) -> None:
    fair = Need(1, quantity, TODAY + timedelta(days=days), "the fair")
    said = with_plan(sku, Plan(needs=(fair,)))
    if said.needs and drafted(said):
        assert said.line.proposal is not None
        assert said.line.proposal.need_ids == (1,)
        assert said.line.proposal.needed >= quantity
    ordered = with_plan(sku, Plan(needs=(replace(fair, ordered=True),)))
    assert ordered.line.proposal is None or ordered.line.proposal.need == 0
    assert with_plan(sku, Plan(needs=(replace(fair, met=quantity),))).needs == ()


def test_a_need_makes_a_green_sku_yellow_and_its_line_is_the_need_alone() -> None:
    fair = Need(1, 60, date(2026, 12, 3), "the fair")
    said = with_plan(item(70, 60), Plan(needs=(fair,)))  # 70 of 1 a day last long; 10 would not
    assert said.zone is Zone.YELLOW
    assert said.line.proposal is not None
    assert (said.line.proposal.lots, said.line.proposal.needed) == (0, 60)
