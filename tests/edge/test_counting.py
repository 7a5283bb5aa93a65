"""Counting on simulated cells: whole pieces where the weight says so, doubt where it does not."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quietshelf_edge.cell import SimulatedCell
from quietshelf_edge.counting import Change, Counter, Goods, Memory, Scale, explain
from quietshelf_edge.messages import Doubt
from quietshelf_edge.simulate import shop_trace
from quietshelf_edge.weighing import Settling

SCALE = Scale(zero_raw=84_000.0, counts_per_g=400.0, capacity_g=20_000.0)
TEA = Goods("TEA", 250.0)


class Shelf:
    """A slot with a simulated cell, on which loads are laid for some seconds each."""

    def __init__(self, *goods: Goods, memory: Memory | None = None, seed: int = 1, load_g: float = 0.0) -> None:
        self.load_g = load_g
        self.cell = SimulatedCell(lambda: self.load_g, SCALE.counts_per_g, SCALE.zero_raw, seed)
        self.settling = Settling()
        self.counter = Counter(SCALE, goods, memory)
        self.t_s = 0.0

    def hold(self, load_g: float, seconds: float = 4.0) -> list[Change]:
        """Let a load lie; what the slot says meanwhile."""
        return self.hold_each([load_g] * round(seconds * 10))

    def hold_each(self, loads_g: Iterable[float]) -> list[Change]:
        changes = []
        for load_g in loads_g:
            self.load_g = load_g
            self.t_s += 0.1
            raw = self.cell.read()
            assert raw is not None
            change = self.counter.feed(self.t_s, self.settling.feed(self.t_s, raw))
            changes += [] if change is None else [change]
        return changes

    @property
    def count(self) -> int:
        return self.counter.memory.counts["TEA"]

    @property
    def doubt(self) -> Doubt | None:
        return self.counter.memory.doubt


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("piece_weight_g", [40.0, 250.0])
def test_half_an_hour_of_customers_is_counted_exactly(seed: int, piece_weight_g: float) -> None:
    counter, settling = Counter(SCALE, (Goods("TEA", piece_weight_g, start=20),)), Settling()
    true, since_s = 20, 0.0
    for moment in shop_trace(seed, minutes=12, piece_weight_g=piece_weight_g):
        if moment.pieces != true:
            true, since_s = moment.pieces, moment.t_s
        counter.feed(moment.t_s, settling.feed(moment.t_s, moment.raw))
        if moment.t_s - since_s > 2.0 and moment.t_s > 3.0:
            assert counter.memory.doubt is None
            assert counter.memory.counts == {"TEA": true}, f"at {moment.t_s} s"


def test_the_first_count_is_the_weight_over_the_piece_weight_and_moves_nothing() -> None:
    shelf = Shelf(TEA)
    [first] = shelf.hold(8 * 250.0)
    assert (first.counts, first.deltas, first.doubt) == ({"TEA": 8}, {"TEA": 0}, None)
    assert first.confidence > 0.99


def test_a_first_count_of_very_many_pieces_is_given_but_doubted() -> None:
    shelf = Shelf(Goods("TEA", 2.0))
    [first] = shelf.hold(500 * 2.0)
    assert abs(first.counts["TEA"] - 500) < 10
    assert first.doubt is Doubt.AMBIGUOUS
    assert first.confidence < 0.95
    [emptied] = shelf.hold(0.0)
    assert (emptied.counts, emptied.doubt, emptied.confidence) == ({"TEA": 0}, None, 1.0)


def test_the_plan_may_say_what_lies_there_at_the_start() -> None:
    [first] = Shelf(Goods("TEA", 250.0, start=7)).hold(7.2 * 250)
    assert (first.counts, first.doubt) == ({"TEA": 7}, None)


@settings(deadline=None)
@given(st.lists(st.integers(-6, 6), max_size=8), st.integers(0, 2**16))
def test_a_settled_count_is_never_below_zero_and_follows_every_whole_step(steps: list[int], seed: int) -> None:
    shelf = Shelf(TEA, seed=seed)
    pieces = 10
    shelf.hold(pieces * 250.0)
    for step in steps:
        pieces = max(0, pieces + step)
        shelf.hold(pieces * 250.0, 2.0)
        assert shelf.count == pieces >= 0


def test_a_change_that_is_no_whole_piece_is_doubted_and_not_guessed() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    [doubted] = shelf.hold(2500.0 - 125.0)
    assert (doubted.doubt, doubted.counts, doubted.deltas) == (Doubt.PART_PIECE, {"TEA": 10}, {"TEA": 0})
    assert doubted.confidence <= 0.5
    assert shelf.hold(2500.0 - 125.0) == []


def test_something_foreign_on_the_shelf_is_doubted_and_picks_meanwhile_are_found_when_it_goes() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    [foreign] = shelf.hold(2500.0 + 640.0)
    assert foreign.doubt is Doubt.FOREIGN_ITEM
    shelf.hold(2000.0 + 640.0)
    assert shelf.count == 10
    [back] = shelf.hold(2000.0)
    assert (back.doubt, back.counts, back.deltas) == (None, {"TEA": 8}, {"TEA": -2})


def test_a_level_that_came_back_restores_its_count() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    shelf.hold(2500.0 + 100.0)
    [back] = shelf.hold(2500.0)
    assert (back.doubt, back.counts, back.deltas) == (None, {"TEA": 10}, {"TEA": 0})


def test_a_hand_that_leans_on_the_shelf_for_a_second_is_no_news() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    assert shelf.hold(2500.0 + 830.0, 1.0) == []
    assert shelf.hold(2500.0) == []


def test_pieces_slightly_lighter_than_planned_still_leave_an_empty_shelf_empty() -> None:
    shelf = Shelf(TEA)
    shelf.hold(60 * 250.0)
    shelf.hold(0.0)
    assert (shelf.count, shelf.doubt) == (0, None)
    light = Shelf(Goods("TEA", 250.0, start=40))
    light.hold(40 * 246.0)
    light.hold(0.0)
    assert (light.count, light.doubt) == (0, None)


def test_creep_between_steps_is_followed_and_never_becomes_a_piece() -> None:
    shelf = Shelf(Goods("TEA", 40.0))
    shelf.hold(10 * 40.0)
    hour = [10 * 40.0 + 60.0 * n / 6_000 for n in range(6_000)]  # a piece and a half in ten minutes
    assert shelf.hold_each(hour) == []
    [pick] = shelf.hold(9 * 40.0 + 60.0)
    assert (pick.counts, pick.deltas) == ({"TEA": 9}, {"TEA": -1})


def test_spikes_are_not_weights() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    chance = random.Random(4)
    loads = [2500.0 + (5000.0 if chance.random() < 0.02 else 0.0) for _ in range(2_000)]
    assert shelf.hold_each(loads) == []
    assert (shelf.count, shelf.doubt) == (10, None)


def test_a_load_beyond_the_cell_and_one_below_its_zero_are_doubted() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    assert [change.doubt for change in shelf.hold(20_500.0)] == [Doubt.OVER_CAPACITY]
    assert [change.doubt for change in shelf.hold(-400.0)] == [Doubt.BELOW_ZERO]
    assert [change.doubt for change in shelf.hold(2500.0)] == [None]


def test_a_shelf_that_never_rests_and_a_cell_that_says_nothing_are_doubted() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    chance = random.Random(4)
    restless = shelf.hold_each(2500.0 + chance.uniform(-900, 900) for _ in range(700))
    assert Doubt.UNSETTLED in [change.doubt for change in restless]
    shelf.hold(2500.0)
    assert shelf.counter.silent(shelf.t_s + 1.9) is None
    silent = shelf.counter.silent(shelf.t_s + 2.1)
    assert silent is not None
    assert (silent.doubt, silent.grams, silent.counts) == (Doubt.CELL_FAULTY, None, {"TEA": 10})
    shelf.t_s += 10
    assert [change.doubt for change in shelf.hold(2500.0)] == [None]


def test_what_was_taken_while_the_node_was_off_is_counted_when_it_is_back() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    memory = Memory.from_json(shelf.counter.memory.to_json())
    again = Shelf(TEA, memory=memory, load_g=1750.0)
    assert not again.counter.watched
    [change] = again.hold(1750.0)
    assert (change.counts, change.deltas, change.missed) == ({"TEA": 7}, {"TEA": -3}, True)
    [seen] = again.hold(1500.0)
    assert (seen.deltas, seen.missed) == ({"TEA": -1}, False)


def test_a_slot_that_comes_back_as_it_was_left_missed_nothing() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    again = Shelf(TEA, memory=shelf.counter.memory, load_g=2500.0)
    assert again.hold(2500.0) == []
    assert again.counter.watched
    assert [change.missed for change in again.hold(2250.0)] == [False]


def test_what_was_taken_while_something_foreign_lay_there_since_before_the_start_was_missed() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    again = Shelf(TEA, memory=shelf.counter.memory, load_g=2600.0)
    assert [(change.doubt, change.missed) for change in again.hold(2600.0)] == [(Doubt.FOREIGN_ITEM, False)]
    assert not again.counter.watched
    assert [(change.deltas, change.missed) for change in again.hold(2000.0)] == [({"TEA": -2}, True)]


def test_what_was_taken_while_the_cell_was_silent_was_missed() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    assert shelf.counter.silent(shelf.t_s + 2.1) is not None
    shelf.t_s += 600
    assert [(change.deltas["TEA"], change.missed) for change in shelf.hold(2000.0)][-1] == (-2, True)


def test_a_cell_that_was_calibrated_anew_keeps_its_count_and_forgets_its_levels() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    old = Scale(10.0, 123.0, 20_000.0)
    memory = Memory.from_json({**shelf.counter.memory.to_json(), "scale": vars(old)})
    again = Shelf(TEA, memory=memory)
    assert again.hold(2500.0) == []
    assert again.count == 10


def test_a_new_item_in_the_slot_is_counted_anew_and_a_new_weight_alone_is_not() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    shelf.counter.plan((Goods("TEA", 251.0),))
    assert shelf.hold(2500.0) == []
    shelf.counter.plan((Goods("JAM", 500.0),))
    [first] = shelf.hold(2500.0)
    assert (first.counts, first.deltas) == ({"JAM": 5}, {"JAM": 0})


def test_two_items_in_one_slot_are_told_apart_by_their_weights() -> None:
    shelf = Shelf(Goods("TEA", 250.0, start=4), Goods("JAM", 455.0, start=2))
    shelf.hold(1910.0)
    [tea] = shelf.hold(1910.0 - 250.0)
    assert (tea.counts, tea.deltas) == ({"TEA": 3, "JAM": 2}, {"TEA": -1, "JAM": 0})
    [jam] = shelf.hold(1910.0 - 250.0 - 455.0)
    assert jam.deltas == {"TEA": 0, "JAM": -1}


def test_two_items_that_weigh_the_same_are_doubted_and_not_guessed() -> None:
    shelf = Shelf(Goods("TEA", 250.0, start=4), Goods("JAM", 252.0, start=2))
    shelf.hold(1504.0)
    assert [change.doubt for change in shelf.hold(1254.0)] == [Doubt.AMBIGUOUS]


def test_tare_takes_the_level_as_zero_and_the_slot_as_empty() -> None:
    shelf = Shelf(TEA)
    shelf.hold(2500.0)
    change = shelf.counter.tare()
    assert change is not None
    assert (change.counts, change.deltas) == ({"TEA": 0}, {"TEA": 0})
    shelf.hold(2500.0 + 500.0)
    assert shelf.count == 2


@settings(deadline=None)
@given(st.integers(-12, 12), st.floats(20, 2000))
def test_a_whole_number_of_pieces_is_explained_by_itself(pieces: int, piece_weight_g: float) -> None:
    found = explain(pieces * piece_weight_g, (Goods("TEA", piece_weight_g),), {"TEA": 12}, noise_g=0.1)
    assert found is not None
    assert found.pieces == pieces
    assert found.confidence > 0.95
